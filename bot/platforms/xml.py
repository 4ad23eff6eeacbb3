"""XML as the platforms speak it: one flat element list, CDATA, and user text that may hold anything."""

from __future__ import annotations

import re
from typing import Final

from bot.errors import Malformed

# Control characters arrive in real messages (WeRoBot #419) and no XML parser takes them.
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START: Final = re.compile(r"\s*(?:<\?xml[^<>]*\?>\s*)?<xml>")
_FLAT: Final = (
    rb"(?:<(ToUserName|AgentID)>(?:<!\[CDATA\[)?[\w@.-]*(?:\]\]>)?</(?:ToUserName|AgentID)>[ \t\r\n]*)*"
)
_ENVELOPE: Final = re.compile(
    rb"[ \t\r\n]*<xml>[ \t\r\n]*"
    + _FLAT
    + rb"<Encrypt>(?:<!\[CDATA\[([A-Za-z0-9+/=]+)\]\]>|([A-Za-z0-9+/=]+))</Encrypt>[ \t\r\n]*"
    + _FLAT
    + rb"</xml>[ \t\r\n]*"
)


def legal(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry, with line ends as a parser would give them."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGAL.sub("", text)


def decode(data: bytes) -> str:
    """A message as legal text.

    A character cut in half (EasyWeChat #989) costs that character, not the message.
    """
    return legal(data.decode("utf-8", "replace"))


def check_document(text: str) -> None:
    """Only a bare ``<xml>`` document: no DTD, so no entities. Raises Malformed."""
    if not _START.match(text):
        raise Malformed("not an <xml> document")


def fixed_envelope(body: bytes) -> str:
    """The Encrypt text of an envelope in its usual shape, empty when the shape is another one."""
    match = _ENVELOPE.fullmatch(body)
    return (match[2] or match[3]).decode() if match else ""


def cdata(text: str) -> str:
    """A CDATA section; ``]]>`` inside is split in two so that user text can never close it."""
    return f"<![CDATA[{legal(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def reply_envelope(encrypted: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """The encrypted passive reply (90968, all four elements required)."""
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
    ).encode()


def text_reply(to: str, sender: str, created: int, content: str) -> str:
    """A passive text reply before encryption (90241), To and From already swapped."""
    return (
        f"<xml><ToUserName>{cdata(to)}</ToUserName><FromUserName>{cdata(sender)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{cdata(content)}</Content></xml>"
    )
