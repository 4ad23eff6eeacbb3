"""Where the documents leave a choice or name a small rule, the pretended platforms take the stricter side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sim_cast import AGENT, PNG, Stage

CUSTOM = "message/custom/send"
GIF = b"GIF89a" + b"\0" * 20


async def test_what_is_read_or_made_comes_without_errcode(stage: Stage) -> None:
    """Success may omit it (official account 5.1); what is refused names it."""
    token = await stage.public_token()
    followers = await stage.get("/wechat/cgi-bin/user/get", access_token=token)
    assert (followers["count"], "errcode" in followers) == (2, False)
    assert set(await stage.wechat("tags/create", {"tag": {"name": "家长"}})) == {"tag"}
    made = await stage.upload("wechat", "image", "a.png", PNG)
    assert set(made) == {"type", "media_id", "created_at"}
    assert (await stage.wechat("menu/create", {"button": []}))["errcode"] == 40017


@pytest.mark.parametrize(
    ("house", "kind", "data", "code"),
    [
        ("wecom", "image", GIF, 40005),
        ("wecom", "image", PNG + b"\0" * (5 << 20), 45001),
        ("wecom", "video", b"no film at all", 40005),
        ("wechat", "image", PNG + b"\0" * (2 << 20), 45001),
        ("wechat", "voice", b"no voice at all", 40005),
        ("wechat", "thumb", PNG, 40005),
    ],
    ids=["gif", "5 MB", "no film", "2 MB", "no voice", "png thumb"],
)
async def test_uploads_are_of_their_kind(stage: Stage, house: str, kind: str, data: bytes, code: int) -> None:
    assert (await stage.upload(house, kind, "a", data))["errcode"] == code


async def test_an_official_account_takes_a_moving_picture(stage: Stage) -> None:
    assert (await stage.upload("wechat", "image", "a.gif", GIF))["media_id"]


@pytest.mark.parametrize("path", ["menu/get", "menu/delete"])
async def test_a_menu_belongs_to_an_app(stage: Stage, path: str) -> None:
    token = await stage.token()
    url = f"/wecom/cgi-bin/{path}"
    assert (await stage.get(url, access_token=token))["errcode"] == 41011
    assert (await stage.get(url, access_token=token, agentid="1000009"))["errcode"] == 301002
    button = {"type": "click", "name": "本周任务", "key": "TASK"}
    made = "/wecom/cgi-bin/menu/create"
    await stage.post(made, {"button": [button]}, access_token=token, agentid=AGENT)
    assert (await stage.get(url, access_token=token, agentid=str(AGENT)))["errcode"] == 0


async def test_a_group_refuses_what_is_too_long_and_cuts_nothing(stage: Stage) -> None:
    async def code(**more: Any) -> int:
        article = {"title": "题", "url": "https://fanzha.example", **more}
        body = {"msgtype": "news", "news": {"articles": [article]}}
        return int((await stage.post("/wecom/cgi-bin/webhook/send", body, key="hook-key"))["errcode"])

    assert await code(title="长" * 43) == 40058
    assert await code(description="长" * 171) == 40058
    assert await code(title="长" * 42, description="长" * 170) == 0


async def test_a_menu_of_words_is_no_longer_than_a_text(stage: Stage) -> None:
    await stage.follower("oFang").says("在吗")
    menu = {"head_content": "长" * 683, "list": [{"id": "A", "content": "A"}], "tail_content": ""}
    body = {"touser": "oFang", "msgtype": "msgmenu", "msgmenu": menu}
    assert await stage.code(CUSTOM, body) == 45002


async def test_typing_is_shown_to_whom_just_wrote(stage: Stage) -> None:
    typing = {"touser": "oFang", "command": "Typing"}
    await stage.follower("oFang").says("在吗")
    assert await stage.code("message/custom/typing", typing) == 0
    stage.clock.turn(timedelta(seconds=31))
    assert await stage.code("message/custom/typing", typing) == 45080


async def test_a_tap_that_opens_a_page_takes_no_reply(stage: Stage) -> None:
    """VIEW is not among the events that may be answered on the spot (2)."""
    stage.bot.answer = lambda message: "收到"
    page = {"type": "view", "name": "家长信", "url": "https://fanzha.example/a"}
    word = {"type": "click", "name": "今日一测", "key": "QUIZ"}
    await stage.wechat("menu/create", {"button": [page, word]})
    fang = stage.follower("oFang")
    await fang.menu("家长信")
    fang.hears_nothing()
    await fang.menu("今日一测")
    fang.hears("收到")
