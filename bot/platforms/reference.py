"""wechatpy as the reference: its crypto, its parser, its replies, with its traps closed.

Used for every message that is not in the common shape, and for all of them when a codec is built with
``fast=False``; the tests prove both ways equal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import xmltodict  # type: ignore[import-untyped]
from wechatpy.crypto import WeChatCrypto as FollowerCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as MemberCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException
from wechatpy.enterprise.parser import parse_message as parse_member_message
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.parser import parse_message as parse_follower_message
from wechatpy.replies import TextReply

from bot.errors import BadCallback, Forged, Malformed
from bot.platforms.xml import check_document, decode, legal

__all__ = [
    "FollowerCrypto",
    "MemberCrypto",
    "decrypt",
    "encrypt",
    "envelope",
    "follower",
    "member",
    "text_reply",
]


T = TypeVar("T")


class Crypto(Protocol):
    """What both WeChatCrypto classes of wechatpy offer."""

    def decrypt_message(self, msg: dict[str, str], signature: str, timestamp: str, nonce: str) -> str: ...

    def encrypt_message(self, msg: str, nonce: str, timestamp: str) -> str: ...


def decrypt(crypto: Crypto, encrypted: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """The message inside. Raises Forged or Malformed, whatever wechatpy raises."""

    def call() -> bytes:
        try:
            return crypto.decrypt_message({"Encrypt": encrypted}, signature, timestamp, nonce).encode()
        except (InvalidSignatureException, InvalidAppIdException, InvalidCorpIdException) as error:
            raise Forged(type(error).__name__) from error

    return _guarded(call)


def encrypt(crypto: Crypto, message: str, nonce: str, timestamp: str) -> bytes:
    return crypto.encrypt_message(message, nonce, timestamp).encode()


def envelope(body: bytes) -> dict[str, Any]:
    """The outer document as a tree. Raises Malformed."""
    return _guarded(lambda: _tree(decode(body)))


def member(text: str) -> dict[str, Any]:
    """A WeCom message as a tree of its fields. Raises Malformed."""
    return _guarded(lambda: _parsed(parse_member_message, text))


def follower(text: str) -> dict[str, Any]:
    """A message of an official account as a tree of its fields. Raises Malformed."""

    def call() -> dict[str, Any]:
        tree = _parsed(parse_follower_message, text)
        # wechatpy renames a subscription by QR code and cuts its key; the document knows one event,
        # subscribe.
        if tree.get("Event") == "subscribe_scan":
            tree |= {"Event": "subscribe", "EventKey": "qrscene_" + (tree.get("EventKey") or "")}
        elif tree.get("Event") == "subscribe_scan_product":
            tree["Event"] = "subscribe"
        return tree

    return _guarded(call)


def text_reply(to: str, sender: str, created: int, content: str) -> str:
    """wechatpy's text reply; it does not escape, so the values are made safe before they get there."""
    safe = {
        name: legal(value).replace("]]>", "]]]]><![CDATA[>")
        for name, value in (("target", to), ("source", sender), ("content", content))
    }
    rendered: str = TextReply(time=created, **safe).render()
    return rendered


def _parsed(parse: Callable[[str], Any], text: str) -> dict[str, Any]:
    check_document(text)
    return dict(parse(text)._data)


def _tree(text: str) -> dict[str, Any]:
    check_document(text)
    return dict(xmltodict.parse(text)["xml"])


def _guarded(call: Callable[[], T]) -> T:
    """wechatpy and its parser raise a dozen types on bad input; here they become one."""
    try:
        return call()
    except BadCallback:
        raise
    except Exception as error:
        raise Malformed(type(error).__name__) from error
