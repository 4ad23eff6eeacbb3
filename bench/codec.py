"""Microseconds of one callback on one core: the fast way against wechatpy behind the same codec.

Run with ``python -m bench.codec``.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final

from bot.messages import Reply
from bot.platforms.envelope import Envelope, sign
from bot.platforms.port import CallbackQuery
from bot.platforms.wecom.codec import WecomCodec

CORP: Final = "ww0123456789abcdef"
TOKEN: Final = "QDG6eK"
KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
NOW: Final = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STAMP: Final = str(int(NOW.timestamp()))
NONCE: Final = b"0123456789abcdef"
REPLY: Final = Reply("回答正确。官方退款不需要共享屏幕。")


def text(content: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
        f"<CreateTime>{STAMP}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content><MsgId>7459035031717794886</MsgId>"
        f"<AgentID>1000002</AgentID></xml>"
    )


def callback(message: str) -> tuple[CallbackQuery, bytes]:
    encrypted = Envelope(TOKEN, KEY, CORP).encrypt(message.encode(), NONCE)
    query = CallbackQuery(msg_signature=sign(TOKEN, STAMP, "n", encrypted), timestamp=STAMP, nonce="n")
    head = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID>"
    return query, f"{head}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def micros(call: Callable[[], object], number: int = 5000) -> float:
    return min(timeit.repeat(call, number=number, repeat=5)) / number * 1e6


def measure() -> Iterator[tuple[str, float, float]]:
    """Name, fast, wechatpy."""
    query, body = callback(text("A"))
    fast, slow = (WecomCodec("campus", CORP, TOKEN, KEY, 1000002, fast=way) for way in (True, False))
    inbound = fast.read(query, body, NOW)
    ways = (fast, slow)
    reads = [micros(partial(codec.read, query, body, NOW)) for codec in ways]
    writes = [micros(partial(codec.write, inbound, REPLY, query, NOW, NONCE)) for codec in ways]
    yield "read", reads[0], reads[1]
    yield "write", writes[0], writes[1]


if __name__ == "__main__":
    print(f"{'':8}{'fast':>8}{'wechatpy':>10}   µs")
    for name, ours, theirs in measure():
        print(f"{name:8}{ours:8.1f}{theirs:10.1f}")
