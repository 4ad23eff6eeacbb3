"""What ``doctor`` found, and the question a platform asks of a server address."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.platforms.envelope import Envelope, sign
from bot.settings import Wechat, WecomApp


class Level(StrEnum):
    FINE = "正常"
    NOTE = "提示"
    WRONG = "需处理"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried; ``advice`` says which page of which console to open."""

    level: Level
    what: str
    advice: str = ""


def fine(what: str) -> Finding:
    return Finding(Level.FINE, what)


def note(what: str, advice: str = "") -> Finding:
    return Finding(Level.NOTE, what, advice)


def wrong(what: str, advice: str) -> Finding:
    return Finding(Level.WRONG, what, advice)


@dataclass(frozen=True, slots=True)
class Echo:
    """The query of an address check, and the body that is the only right answer to it."""

    query: Mapping[str, str]
    answer: str


def echo(account: WecomApp | Wechat, now: datetime, random: bytes) -> Echo:
    """The check a console makes when the address is saved (WeCom 90930; official account 1.2).

    WeCom sends the echostr encrypted, an official account in the clear. ``random`` is 32 fresh bytes.
    """
    answer = base64.urlsafe_b64encode(random[16:]).decode().rstrip("=")
    nonce, timestamp = str(int.from_bytes(random[:4])), str(int(now.timestamp()))
    token = account.token.get_secret_value()
    if isinstance(account, Wechat):
        query = {"signature": sign(token, timestamp, nonce), "echostr": answer}
    else:
        envelope = Envelope(token, account.encoding_aes_key.get_secret_value(), account.corp_id)
        sealed = envelope.seal(answer.encode(), timestamp, nonce, random[:16])
        query = {"msg_signature": sealed.signature, "echostr": sealed.encrypted}
    return Echo({**query, "timestamp": timestamp, "nonce": nonce}, answer)
