"""Menus on both platforms: set once, tapped over the true wire, and what the settings may say of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.accounts import Accounts
from bot.cli.examining import menu_complaints
from bot.errors import PlatformError
from bot.loading import load_settings
from bot.platforms.errors import Platform
from bot.platforms.menu import Button, payload
from bot.publishing.menu import look, menu_of, shown, words
from bot.publishing.store_menu import Menus
from bot.routing import split_command
from bot.settings import Wechat, WecomApp
from bot.simulator.campus import APP, CORP
from handlers import ROUTERS
from tests.cli.office import SECRETS
from tests.publishing.desk import Desk

CREATE = "/cgi-bin/menu/create"
KNOWN = {word for router in ROUTERS for route in router.routes for word in route.words}


def app(**more: Any) -> WecomApp:
    return WecomApp.model_validate({
        "id": "campus", "kind": "wecom-app", "corp_id": "ww1", "agent_id": 1, "secret": "s", "token": "t",
        "encoding_aes_key": "a" * 43, **more,
    })  # fmt: skip


def public(**more: Any) -> Wechat:
    return Wechat.model_validate(
        {"id": "public", "kind": "wechat", "app_id": "wx1", "app_secret": "s", "token": "t", **more}
    )


def leaves(buttons: tuple[Button, ...]) -> list[Button]:
    return [leaf for top in buttons for leaf in (top.below or (top,))]


@pytest.mark.parametrize("account", [app(), public()])
def test_our_menus_fit_the_platforms_and_say_words_that_are_understood(account: WecomApp | Wechat) -> None:
    buttons = menu_of(account, "https://fanzha.example.edu.cn/")
    assert buttons is not None
    payload(Platform.WECOM if isinstance(account, WecomApp) else Platform.WECHAT, buttons)
    assert [b.word for b in leaves(buttons) if b.word and split_command(b.word)[0] not in KNOWN] == []
    assert [b.url for b in leaves(buttons) if b.url] == ["https://fanzha.example.edu.cn/verify"]
    assert any(b.word == "被骗" and not b.below for b in buttons)  # one tap
    assert all(len(b.name) <= 4 for b in buttons)  # what a telephone shows
    names = [b.name for b in leaves(buttons)]
    assert len(names) == len(set(names))


def test_who_may_have_a_menu() -> None:
    assert menu_of(public(verified=False), "https://x") is None
    assert menu_of(app(menu="off"), "https://x") is None
    assert menu_of(app(menu=False), "https://x") is None


BUTTON = {"name": "答题", "word": "答题"}
BAD: list[tuple[Any, str]] = [
    ([], "at least 1"),
    ([BUTTON] * 4, "at most 3"),
    ([{"name": "更多", "below": [BUTTON] * 6}], "at most 5"),
    ([{"name": "这个名字太长了", "word": "答题"}], "最多 16 字节"),
    ([{"name": "更多", "below": [{"name": "长" * 14, "word": "答题"}]}], "最多 40 字节"),
    ([{"name": "两件", "word": "答题", "page": "/verify"}], "也只写一样"),
    ([{"name": "没事"}], "也只写一样"),
    ([{"name": "空", "word": " "}], "不能空着"),
    ([{"name": "页", "page": "verify"}], "网址以 http:// 或 https:// 开头"),
    ([{"name": "页", "page": "//evil.example"}], "网址以 http:// 或 https:// 开头"),
    ([{"name": "页", "page": "https://x/" + "a" * 1020}], "最多 1024 字节"),
    ([{"name": "键", "word": "查" * 43}], "最多 128 字节"),
    ([{"name": "深", "below": [{"name": "更深", "below": [BUTTON]}]}], "Extra inputs"),
]  # fmt: skip


@pytest.mark.parametrize(("menu", "complaint"), BAD)
def test_a_menu_the_platform_would_refuse_is_refused_at_once(menu: Any, complaint: str) -> None:
    with pytest.raises(ValidationError) as refused:
        app(menu=menu)
    assert complaint in str(refused.value)


def test_the_platforms_differ_in_bytes_below() -> None:
    lower = [{"name": "更多", "below": [{"name": "长" * 20, "word": "答题"}]}]
    assert menu_of(public(menu=lower), "https://x") is not None
    with pytest.raises(ValidationError, match="最多 40 字节"):
        app(menu=lower)


def test_where_the_words_of_a_menu_stand() -> None:
    account = app(menu=[BUTTON, {"name": "更多", "below": [{"name": "查", "word": "查"}]}])
    assert words(account) == [(("menu", 0, "word"), "答题"), (("menu", 1, "below", 0, "word"), "查")]


@given(st.text("abc答题", min_size=1, max_size=5), st.text("abc答题", min_size=1, max_size=5))
def test_a_menu_looks_different_exactly_when_a_tap_or_a_name_does(one: str, two: str) -> None:
    first, second = (Button(one, "x"),), (Button(two, "x"),)
    same = look(Platform.WECOM, first) == look(Platform.WECOM, second)
    assert same is (one == two)


def test_what_the_platform_gives_back_is_compared_without_its_extras() -> None:
    more = Button("更多", below=(Button("查", "查"),))
    ours = payload(Platform.WECHAT, (Button("被骗了", "被骗"), more))["button"]
    theirs = [
        {"type": "click", "name": "被骗了", "key": "被骗", "sub_button": []},
        {"name": "更多", "sub_button": {"list": [{"type": "click", "name": "查", "key": "查", "extra": 1}]}},
    ]
    assert shown(ours) == shown(theirs)


# over the wire


async def test_a_click_is_the_same_as_typing_on_both_platforms(desk: Desk) -> None:
    await desk.stage.hang_menus()
    student = desk.stage.sim.phone(CORP, "member", "s2301001")
    for phone in (student, desk.su, desk.visitor):
        for top in next(c for c in phone.chats.values() if c.menu).menu:
            for button in top.get("sub_button") or [top]:
                await phone.menu(button["name"])
                clicked = [b.seen for b in phone.since_i_acted]
                if button["type"] == "view":
                    assert button["url"] == f"{desk.stage.bot_url}/verify"
                    continue
                if button["key"] == "答题":
                    await phone.says("退出")
                await phone.says(button["key"])
                typed = [b.seen for b in phone.since_i_acted]
                if button["key"] == "答题":
                    await phone.says("退出")
                assert clicked, f"{phone.name} tapped {button['name']} and heard nothing"
                assert clicked[0].splitlines()[0] == typed[0].splitlines()[0], button
    assert desk.su.failures == []


async def test_a_student_who_taps_a_teachers_button_is_told_so_even_in_a_quiz(desk: Desk) -> None:
    await desk.stage.hang_menus()
    student = desk.stage.sim.phone(CORP, "member", "s2301001")
    await student.says("答题")
    for name in ("老师·本班", "老师·未完成", "老师·转发", "老师·本班"):
        await student.menu(name)
        student.hears("给班主任和辅导员用的")


async def test_help_is_one_tap_away(desk: Desk) -> None:
    await desk.stage.hang_menus()
    await desk.visitor.menu("被骗了")
    desk.visitor.hears("先别再转账")


async def test_ten_processes_set_a_menu_once_and_a_change_once_more(desk: Desk) -> None:
    board = desk.stage.bot.signboard
    await asyncio.gather(*(board.hang(a) for _ in range(10) for a in ("campus", "public")))
    assert desk.calls(CREATE) == ["ok", "ok"]
    accounts = [
        replace_menu(a) if isinstance(a, Wechat) else a for a in desk.stage.bot.school.accounts.settings
    ]
    school = replace(desk.stage.bot.school, accounts=Accounts(accounts, desk.stage.bot_url))
    board._school = lambda: school
    await asyncio.gather(*(board.hang(a) for _ in range(10) for a in ("campus", "public")))
    assert desk.calls(CREATE) == ["ok"] * 3
    assert [b["name"] for b in desk.visitor.chats[APP].menu] == ["只有被骗"]


def replace_menu(account: Wechat) -> Wechat:
    return Wechat.model_validate(account.model_dump() | {"menu": [{"name": "只有被骗", "word": "被骗"}]})


async def test_a_menu_that_cannot_be_set_waits_and_stops_nothing(desk: Desk) -> None:
    board = desk.stage.bot.signboard
    desk.stage.sim.faults.errcode(CREATE, 48001)
    assert not await board.hang("public")
    assert not await board.hang("public")
    assert desk.calls(CREATE) == ["48001"]
    async with desk.work() as work:
        assert (await Menus(work.tx).find("public")).outcome == "48001"
    desk.stage.clock.turn(timedelta(minutes=61))
    assert await board.hang("public")
    async with desk.work() as work:
        assert (await Menus(work.tx).find("public")).outcome == ""
    desk.stage.sim.faults.errcode(CREATE, -1)
    with pytest.raises(PlatformError):
        await board.hang("public", again=True)


async def test_a_worker_that_is_told_to_goes_on_until_every_menu_hangs(desk: Desk) -> None:
    desk.stage.sim.faults.drop(CREATE)
    board = desk.stage.bot.signboard
    task = asyncio.create_task(board.run(0.01))
    await asyncio.sleep(0.3)
    assert not task.done()
    desk.stage.clock.turn(timedelta(minutes=3))
    await asyncio.wait_for(task, 10)
    assert desk.calls(CREATE).count("ok") == 3  # the lost one had been set


async def test_a_deleted_menu_stays_away_until_the_settings_change(desk: Desk) -> None:
    await desk.stage.hang_menus()
    board = desk.stage.bot.signboard
    await board.take_down("public")
    assert desk.visitor.chats[APP].menu == []
    assert await board.hang("public")
    assert desk.visitor.chats[APP].menu == []
    await board.hang("public", again=True)
    assert desk.visitor.chats[APP].menu != []




def test_the_example_shows_the_menus_we_bring_along(root: Path) -> None:
    settings = load_settings(root / "settings.example.yaml", SECRETS)
    assert menu_complaints(settings, "settings.example.yaml") == []
    for account in settings.accounts:
        if isinstance(account, WecomApp | Wechat):
            assert account.menu is not None
            bare = account.model_copy(update={"menu": None})
            assert menu_of(account, "https://x") == menu_of(bare, "https://x")
