"""Teachers of very many classes, with long names, of two schools, of none: every answer fits and is whole."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bot.simulator.campus import Campus
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.stories.cast import MONDAY, Cast, _row
from tests.stories.test_following import enters, link

LONG = "信息与人工智能技术应用现代产业学院"
SCHOOLS = ("第一附属实验学校", "第二附属实验学校")
NAMES = [f"汽车与机器人中外合作实验班{n:02d}" for n in range(1, 61)]
CLASSES = [f"{LONG}/2023级/{name}" for name in NAMES]
TWINS = [f"{school}/初一/1班" for school in SCHOOLS]


def _campus() -> Campus:
    rows = [
        _row(f"{n:02d}{who}001", "欧阳小满", "学生", unit, f"s{n:02d}{who}001")
        for n, unit in enumerate(CLASSES, 1)
        for who in (1, 2)
    ]
    rows += [
        _row(f"J{n}00{who}", "司马一诺", "学生", unit, f"j{n}00{who}")
        for n, unit in enumerate(TWINS, 1)
        for who in range(1, 10)
    ]
    rows += [
        _row("T1", "苏晴", "教职工", LONG, "su", 职责="班主任", 负责单位=";".join(NAMES)),
        _row("T2", "何远", "教职工", LONG, "he", 职责="辅导员", 负责单位=LONG),
        _row("T3", "秦川", "教职工", SCHOOLS[0], "qin", 职责="班主任", 负责单位=";".join(TWINS)),
        _row("T4", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
        _row("T5", "吴越", "教职工", "教务处", "wu", 职责="班主任", 负责单位="教务处"),
    ]
    return Campus(rows=rows, followers=(("oSu", "苏晴"), ("oHe", "何远"), ("oChen", "陈立")))


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    async with staged(_campus(), database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        yield Cast(stage)


async def answers(phone: Speaker, *lines: str) -> str:
    """What was heard: whole, in one message, with every link whole."""
    said = ""
    for line in lines:
        await phone.says(line)
        assert not phone.failures, phone.transcript()
        for bubble in phone.since_i_acted:
            assert not bubble.truncated, bubble.text
            assert len(bubble.text.encode()) <= 2048
            assert "…" not in bubble.text.replace("只发…", ""), bubble.text
            assert bubble.text.count("<a ") == bubble.text.count("</a>")
            said = bubble.text
    return said


def shown(text: str) -> list[int]:
    """The figures at the end of the lines about classes."""
    return [int(n) for n in re.findall(r"实验班\d\d (\d+)人", text)]


async def test_a_college_is_counted_class_by_class(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    dean = cast.member("he")
    said = await answers(dean, "未完成")
    assert "没做完的共120人，60个班" in said
    assert "学生学期测试 120人" in said
    left = re.search(r"还有(\d+)行。", said)
    assert left
    assert shown(said) == [2] * (60 - int(left[1]))
    assert "欧" not in said
    assert "尾号" not in said
    page = await enters(dean, link(dean, "未完成的全部名单"))
    assert len(re.findall(r"实验班\d\d</a>", page.text)) == 60
    assert "120人" in page.text
    one = await dean.visit(page.url + "?unit=" + CLASSES[59])
    assert "欧*（尾号1001）" in one.text
    assert "欧阳小满" not in one.text


async def test_a_class_of_many_is_named_by_its_name(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    said = await answers(cast.member("su"), f"未完成 {NAMES[3]}")
    assert "学生学期测试 2人：欧*" in said
    assert "全部名单" not in said, "this is all"
    said = await answers(cast.member("su"), "未完成 没有这个班")
    assert "等60个单位" in said


async def test_everybody_has_a_turn_to_be_reminded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.classes._AT_ONCE", 50)
    await cast.stage.fire("term-test")
    told = [await answers(cast.member("he"), "催办") for _ in range(4)]
    assert "已私下提醒50人" in told[0]
    assert "还有70人没轮到" in told[0]
    assert "还有20人没轮到" in told[1]
    assert "另外50人已提醒过" in told[1]
    assert "已私下提醒20人" in told[2]
    assert "没轮到" not in told[2]
    assert "已私下提醒0人" in told[3]
    assert "另外120人已提醒过" in told[3]


async def test_two_classes_of_one_name_are_told_apart(cast: Cast) -> None:
    await cast.stage.fire("parent-letter")
    await cast.stage.fire("term-test")
    qin = cast.member("qin")
    said = await answers(qin, "未完成")
    for school in SCHOOLS:
        assert f"【未完成 {school}/初一/1班】" in said
        assert f"{school}/初一/1班 9人" in said
    said = await answers(qin, "未完成 1班")
    assert "有2个「1班」，要哪一个？" in said
    said = await answers(qin, f"未完成 {SCHOOLS[1]}/初一/1班")
    assert "学生学期测试 9人：司*（尾号2001）" in said
    assert SCHOOLS[0] not in said
    assert "有2个「1班」" in await answers(qin, "催办 1班")
    said = await answers(qin, "本班")
    assert f"【{SCHOOLS[0]}/初一/1班】" in said
    assert "第二附属实验学校/初一/1班" in await answers(qin, "/stats 没有的单位")
    said = await answers(qin, "/stats 1班 学期测试")
    assert f"【/stats {SCHOOLS[0]}/初一/1班 学期测试】" in said
    said = await answers(qin, "/stats 学期测试 1班")
    assert f"【/stats {SCHOOLS[0]}/初一/1班 学期测试】" in said, "what was said before the unit is not lost"
    said = await answers(qin, f"/stats {SCHOOLS[0]}/初一/1班 学期测试")
    assert "在册9" in said


async def test_every_class_gets_its_link(cast: Cast) -> None:
    """As many as fit into the message, each whole; all of them on the page."""
    await cast.stage.fire("class-forward")
    su = cast.member("su")
    pushed = su.received("转到班级群").text
    assert len(pushed.encode()) <= 2048
    assert "转好后回「已转发」" in pushed
    said = await answers(su, "转发")
    for text, left in ((pushed, r"还有(\d+)个班。"), (said, r"还有(\d+)个班的链接在网页里")):
        found = re.search(left, text)
        assert found, text
        links = re.findall(r"实验班\d\d http://\S+/a/\w+\?k=[2-9A-Z]{10}$", text, re.M)
        assert len(links) + int(found[1]) == 60
        assert len(set(links)) == len(links) > 5
    page = await enters(su, link(su, "全部班级的链接"))
    given = set(re.findall(r"http://[^\s\"<]+\?k=[2-9A-Z]{10}", page.text))
    assert len(given) == 60
    assert set(re.findall(r"http://\S+\?k=\w+", said)) <= given
    await answers(su, "已转发")
    assert "没有要转发" in (await su.visit(page.url)).text


async def test_what_else_they_say_fits(cast: Cast) -> None:
    for duty in ("term-test", "install-app", "weekly-reminder", "class-forward", "parent-letter"):
        await cast.stage.fire(duty)
    for userid in ("su", "he", "qin", "wu"):
        await answers(cast.member(userid), "本班", "未完成", "催办", "转发", "登记", "豁免", "帮助")
        await answers(cast.member(userid), "/stats", "/stats 学期测试", "豁免 0011001 休学")
        await answers(cast.member(userid), "/stats 护理学院", "未完成 护理学院", "登记 0011001 家访")
    admin = cast.chen
    await answers(admin, "/stats", "/push", "/push term-test", "/report", "/export", "/login", "帮助")
    await answers(admin, "/push term-test 只发", "/push term-test 改时间", "/stats 学期测试", "/approve")
    said = await answers(cast.member("su"), "本班")
    assert re.search(r"还有\d+个班。", said)
    assert "1项没做完，2人次" in said


async def test_it_fits_an_official_account_as_well(cast: Cast) -> None:
    """There each tap is a link that holds its words twice."""
    su, dean, admin = (cast.follower(id_) for id_ in ("oSu", "oHe", "oChen"))
    for phone, who in ((su, "苏晴 T1"), (dean, "何远 T2"), (admin, "陈立 T4")):
        assert "已核对" in await answers(phone, f"绑定 {who}")
    for duty in ("term-test", "weekly-bulletin", "class-forward", "parent-letter", "install-app"):
        await cast.stage.fire(duty)
    for phone in (su, dean):
        await answers(phone, "本班", "未完成", "转发", f"未完成 {NAMES[0]}", "催办", "/stats", "帮助")
        await answers(phone, "登记 011001", "登记 011001 家访", "豁免 011001 测试 病假")
        await answers(phone, "豁免 011001 自愿确认 病假 到2026-12-31")
    await answers(admin, "/stats", "/push", "/push term-test", "/push term-test 改时间")
    said = await answers(admin, "/push term-test 只发")
    assert "只发给哪个单位" in said
    assert "<a " in said, "what to tap is not lost"
    await answers(admin, "/approve", "/push weekly-reminder 试发", f"/push term-test 只发 {CLASSES[1]}")


async def test_a_teacher_of_nobody_hears_so_kindly(cast: Cast) -> None:
    """Their unit has no pupils."""
    await cast.stage.fire("term-test")
    wu = cast.wu
    assert "没有未完成的" in await answers(wu, "未完成")
    assert "还没有活动" in await answers(wu, "本班")
    assert "没有未完成的" in await answers(wu, "催办")
    assert "现在没有要转发的文章" in await answers(wu, "转发")
