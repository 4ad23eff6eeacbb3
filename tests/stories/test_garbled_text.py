"""Characters that no database keeps: they cost themselves, not the message."""

from __future__ import annotations

import json
from random import Random

import pytest

from bot.conversation import Conversation
from bot.platforms.envelope import Envelope, sign
from bot.platforms.port import CallbackQuery
from bot.platforms.wechat.codec import WechatCodec
from bot.simulator.campus import APP
from handlers import ROUTERS
from tests.stories.cast import Cast

TOKEN, KEY = "QDG6eK", "A" * 43


@pytest.mark.parametrize("bad", ["\x00", "\ud83d", "\x08"])
async def test_a_json_account_may_say_anything(cast: Cast, bad: str) -> None:
    """JSON carries what XML cannot: control characters, half of a cut emoji."""
    now, bot = cast.stage.clock(), cast.stage.bot
    stamp = str(int(now.timestamp()))
    fields = {
        "ToUserName": "gh_0123456789ab", "FromUserName": "oZheng", "CreateTime": int(stamp),
        "MsgType": "text", "Content": f"绑定 郑子{bad}安 2301003", "MsgId": 7,
    }  # fmt: skip
    sealed = Envelope(TOKEN, KEY, APP).encrypt(json.dumps(fields).encode(), b"0123456789abcdef")
    query = CallbackQuery(msg_signature=sign(TOKEN, stamp, "n", sealed), timestamp=stamp, nonce="n")
    body = json.dumps({"ToUserName": "gh_0123456789ab", "Encrypt": sealed}).encode()
    inbound = WechatCodec("public", APP, TOKEN, KEY).read(query, body, now)
    one = Conversation(bot.database, ROUTERS, lambda: bot.school, cast.stage.clock, Random(1), lambda: None)
    (reply,) = await one.receive([inbound])
    assert "您是郑子安" in reply.text
