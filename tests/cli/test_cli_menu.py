"""``menu`` against the pretended platforms, and what ``check`` says of a menu in the settings."""

from __future__ import annotations

from tests.cli.office import Office
from tests.cli.ward import Ward


async def test_show_apply_delete(ward: Ward) -> None:
    found = await ward.office.types("menu")
    assert (found.code, found.err) == (0, "")
    assert "账号 campus：平台上还没有菜单" in found.out
    assert "  被骗了 → 被骗" in found.out
    assert "账号 staffroom：没有菜单可设" in found.out
    note = "菜单：平台上的还没有"
    assert note in (await ward.doctor()).out

    found = await ward.office.types("menu", "--apply", "campus")
    assert "账号 campus：菜单已设好" in found.out
    assert "public" not in found.out
    assert "菜单：平台上的和设置一样（3 个按钮）" in (await ward.doctor()).out
    assert "账号 campus：平台上的菜单和设置一样" in (await ward.office.types("menu", "--show", "campus")).out

    assert "账号 campus：菜单已删除" in (await ward.office.types("menu", "--delete", "campus")).out
    assert "账号 campus：平台上还没有菜单" in (await ward.office.types("menu", "campus")).out


async def test_a_refusal_is_told_with_its_advice(ward: Ward) -> None:
    ward.sim.faults.errcode("/cgi-bin/menu/create", 48001)
    found = await ward.office.types("menu", "--apply", "public")
    assert found.code == 1
    assert "账号没有这个接口的权限" in found.out


async def test_wrong_usage(office: Office) -> None:
    assert (await office.types("menu", "--apply", "--delete")).code == 2
    found = await office.types("menu", "nobody")
    assert (found.code, found.err) == (1, "设置文件里没有账号 nobody\n")


async def test_check_names_every_fault_of_a_menu_with_its_line(office: Office) -> None:
    office.change("settings.yaml", "    headcount: 20\n", """\
    headcount: 20
    menu:
      - {name: 这个名字实在太长了, word: 答题}
      - {name: 答题, word: 答题, page: /verify}
      - name: 更多
        below:
          - {name: 不认识, page: verify}
""")  # fmt: skip
    found = await office.types("check")
    assert found.code == 1
    for line, words in ((16, "最多 16 字节"), (17, "也只写一样"), (20, "网址以 http:// 或 https:// 开头")):
        assert [one for one in found.err.splitlines() if f":{line}: " in one and words in one], found.err
    assert len([one for one in found.err.splitlines() if "settings.yaml" in one]) == 3


async def test_check_knows_which_words_are_understood(office: Office) -> None:
    office.change("settings.yaml", "    headcount: 20\n", """\
    headcount: 20
    menu:
      - {name: 答题, word: 答题}
      - name: 更多
        below:
          - {name: 天气, word: 今天天气}
""")  # fmt: skip
    found = await office.types("check")
    assert "settings.yaml:19: 菜单里的「今天天气」不是机器人认识的话" in found.err
    assert "「答题」" not in found.err


async def test_a_start_refuses_what_check_refuses(office: Office) -> None:
    office.change("settings.yaml", "    headcount: 20\n", "    headcount: 20\n    menu: []\n")
    found = await office.types("schedule", "next")
    assert found.code == 1
    assert "至少 1 项" in found.err
