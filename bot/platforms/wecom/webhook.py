"""Push into one staff group by its webhook (99110): no token, no answer, 20 messages a minute."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import md5
from typing import Any, Final

from bot.messages import Address, CardUpdate, Content, File, Image, Markdown, Notice, Voice
from bot.platforms.errors import Platform, error_for, refused
from bot.platforms.http import Http, encode
from bot.platforms.port import Ability, Packed, Receipt
from bot.platforms.twin import cut_bytes
from bot.platforms.wecom import amr, cards, payloads

SEND: Final = "/cgi-bin/webhook/send"
MARKDOWN_BYTES: Final = 4096  # longer is refused here, not cut (40058)
IMAGE_BYTES: Final = 2 * 1024 * 1024


_RULE: Final = re.compile(r"^\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*$", re.MULTILINE)
_ONLY_V1: Final = ("<font ", "<@")  # colours and mentions


class WebhookClient:
    """One group. The key is the secret of the group: it never enters a packed call."""

    batch = 1
    abilities = frozenset({Ability.PUSH, Ability.IMAGE, Ability.FILE, Ability.VOICE})

    def __init__(self, http: Http, key: str) -> None:
        self._http = http
        self._key = key

    def pack(
        self, recipients: Sequence[Address], content: Content, *, key: str, media: Mapping[str, str]
    ) -> Packed:
        return Packed(SEND, encode(group_payload(content, media)), tuple(recipients), timedelta(0), "webhook")

    async def send(self, packed: Packed) -> Receipt:
        answer = await self._http.post(packed.path, {"key": self._key}, packed.body, packed.content_type)
        _accepted(answer)
        return Receipt()

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """A media_id of this webhook alone; a picture travels inside its message and is only made ready."""
        if kind == "image":
            if len(data) > IMAGE_BYTES:
                raise refused(93018, "a picture has at most 2 MB")
            return f"{md5(data, usedforsecurity=False).hexdigest()}:{base64.b64encode(data).decode()}"
        if kind == "voice":
            amr.check(data)
        params = {"key": self._key, "type": kind}
        answer = await self._http.upload("/cgi-bin/webhook/upload_media", params, name, data)
        return str(_accepted(answer)["media_id"])


def _accepted(answer: dict[str, Any]) -> dict[str, Any]:
    error = error_for(Platform.WECOM, answer)
    if error is not None:
        raise error
    return answer


def group_payload(content: Content, media: Mapping[str, str]) -> payloads.Payload:
    """What webhook/send takes. Raises PlatformError(BUG) for what no group can be shown."""
    match content:
        case Markdown():
            kind = "markdown_v2" if _needs_v2(content.text) else "markdown"
            return {"msgtype": kind, kind: {"content": cut_bytes(content.text, MARKDOWN_BYTES)}}
        case Notice() if (card := cards.notice_card(content, cards.GROUP)) is not None:
            return {"msgtype": "template_card", "template_card": card}
        case Notice():
            return payloads.news(content)
        case Image():
            checksum, _, data = media.get(content.blob, "").partition(":")
            if not data:
                raise refused(93017, "the picture was not made ready")
            return {"msgtype": "image", "image": {"base64": data, "md5": checksum}}
        case File() | Voice():
            return payloads.attachment(content, media)
        case CardUpdate():
            raise refused(40008, "a group has no card")
        case _:
            return payloads.text(content)


def _needs_v2(text: str) -> bool:
    """Tables are shown by markdown_v2 alone, which old clients show as plain text and which colours and calls
    nobody (99110).
    """
    return _RULE.search(text) is not None and not any(mark in text for mark in _ONLY_V1)
