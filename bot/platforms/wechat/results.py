"""What events of an official account say about our own sending and about consents (2, 5.4, 5.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.messages import Inbound

# A list with one element and with many read alike: ``SubscribeMsgSentEvent.List.0.MsgID``.
_ROW: Final = re.compile(r"(?:[A-Za-z]+\.)?List\.([0-9]{1,3})\.([A-Za-z]+)", re.ASCII)
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,128}", re.ASCII)
_SENT: Final = frozenset({"success", "send success"})
_REASON: Final = 60  # characters of a reason we have no word for


@dataclass(frozen=True, slots=True)
class Finished:
    """One message the platform is done with; ``error`` is empty where it was sent."""

    message_id: str
    error: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a follower said to one template; ``word`` is accept, reject or one we do not know."""

    template: str
    word: str


def finished(inbound: Inbound) -> list[Finished]:
    """TEMPLATESENDJOBFINISH and subscribe_msg_sent_event; empty for anything else.

    MASSSENDJOBFINISH carries counts instead of a verdict on one message, and belongs here as well.
    """
    fields = inbound.fields
    match inbound.event:
        case "templatesendjobfinish":
            return _known([Finished(fields.get("MsgID", ""), _status(fields.get("Status", "")))])
        case "subscribe_msg_sent_event":
            return _known([_sent(row) for row in _rows(fields)])
    return []


def decisions(inbound: Inbound) -> list[Decision]:
    """subscribe_msg_popup_event and subscribe_msg_change_event, one for each template."""
    found = [
        Decision(row.get("TemplateId", ""), row.get("SubscribeStatusString", "").strip().lower())
        for row in _rows(inbound.fields)
    ]
    return [one for one in found if _ID.fullmatch(one.template)]


def _known(found: list[Finished]) -> list[Finished]:
    return [one for one in found if _ID.fullmatch(one.message_id)]


def _sent(row: Mapping[str, str]) -> Finished:
    code = row.get("ErrorCode", "").strip()
    return Finished(row.get("MsgID", ""), "" if code == "0" else code or _status(row.get("ErrorStatus", "")))


def _status(text: str) -> str:
    """``failed:user block`` and ``failed: system failed`` are both written in the documents."""
    plain = " ".join(text.split()).lower()
    if plain in _SENT:
        return ""
    return plain.partition(":")[2].strip()[:_REASON] or plain[:_REASON] or "no status"


def _rows(fields: Mapping[str, str]) -> list[dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        if match := _ROW.fullmatch(name):
            rows.setdefault(int(match[1]), {})[match[2]] = value
    return [rows[number] for number in sorted(rows)]
