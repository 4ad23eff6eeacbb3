"""Decrypted WeCom messages as values: the common shapes by one pattern, the rest from a tree of fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.messages import Address, Inbound, Kind
from bot.platforms.fields import KINDS, digest, flatten, identifier, moment, rest, short_key
from bot.platforms.wecom.events import CARD_EVENTS, EVENTS

_S: Final = r"[ \t\n]*"
_HEAD: Final = (
    rf"<xml>{_S}<ToUserName><!\[CDATA\[([\w@.-]{{1,128}})\]\]></ToUserName>{_S}"
    rf"<FromUserName><!\[CDATA\[([\w@.-]{{1,128}})\]\]></FromUserName>{_S}"
    rf"<CreateTime>([0-9]{{1,11}})</CreateTime>{_S}"
)
_AGENT: Final = rf"(?:<AgentID>([0-9]*)</AgentID>{_S})?"
_TEXT: Final = re.compile(
    _HEAD + rf"<MsgType><!\[CDATA\[text\]\]></MsgType>{_S}<Content><!\[CDATA\[(.*?)\]\]></Content>{_S}"
    rf"<MsgId>([0-9]{{1,20}})</MsgId>{_S}{_AGENT}</xml>{_S}",
    re.DOTALL | re.ASCII,
)
_V: Final = r"<!\[CDATA\[([^\[\]<>&\s]*)\]\]>"
_OPTION: Final = rf"<OptionId>{_V}</OptionId>{_S}"
_CARD: Final = re.compile(
    _HEAD + rf"<MsgType><!\[CDATA\[event\]\]></MsgType>{_S}"
    rf"<Event><!\[CDATA\[template_card_event\]\]></Event>{_S}<EventKey>{_V}</EventKey>{_S}"
    rf"<TaskId>{_V}</TaskId>{_S}<CardType>{_V}</CardType>{_S}<ResponseCode>{_V}</ResponseCode>{_S}{_AGENT}"
    rf"(?:<SelectedItems>{_S}<SelectedItem>{_S}<QuestionKey>{_V}</QuestionKey>{_S}"
    rf"<OptionIds>{_S}((?:{_OPTION.replace('(', '(?:')})*)</OptionIds>{_S}"
    rf"</SelectedItem>{_S}</SelectedItems>{_S})?"
    rf"</xml>{_S}",
    re.ASCII,
)
_OPTIONS: Final = re.compile(_OPTION)

# Deduplication of events (document section 3.8): FromUserName and CreateTime alone dropped real events.
_EVENT_KEY: Final = (
    *("AgentID", "FromUserName", "CreateTime", "Event", "EventKey", "ChangeType", "TaskId", "ResponseCode"),
    *("Id", "UserID", "ExternalUserID", "ChatId", "TagId"),
)
_KNOWN: Final = frozenset(
    {
        *("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "AgentID", "Content", "MediaId"),
        *("Event", "EventKey", "TaskId", "CardType", "ResponseCode"),
    }
)
_SELECTED: Final = "SelectedItems."
_SYSTEM: Final = "sys"  # FromUserName of the platform itself (90240)


def card_key(task_id: str) -> str:
    """The key of the question a card carried; each shipment of it has a task_id of its own (see payloads)."""
    return task_id.rpartition("@")[0] or task_id


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes values for one account."""

    account: str
    corp_id: str

    def common(self, text: str) -> Inbound | None:
        """A text or a card tap in its usual shape; None for anything else."""
        match = _TEXT.fullmatch(text)
        if match and "]]>" not in match[4]:
            to, source, created, content, message, _agent = match.groups()
            sender = self._sender(source)
            return Inbound(
                account=self.account,
                key=self._message_key(source, message),
                kind=Kind.TEXT,
                sender=sender,
                sent_at=datetime.fromtimestamp(int(created), UTC),
                text=content.strip(),
                to=to,
                sender_id=source,
            )
        match = _CARD.fullmatch(text)
        return self._tap(match) if match else None

    def general(self, tree: Mapping[str, Any]) -> Inbound:
        """Any documented message; unknown ones keep all their fields. Raises Malformed."""
        flat = flatten(tree)
        source = identifier(flat.get("FromUserName", ""))
        event = flat.get("Event", "").lower() if flat.get("MsgType", "").lower() == "event" else ""
        kind = KINDS.get(flat.get("MsgType", "").lower(), Kind.UNKNOWN)
        if event:
            kind = Kind.EVENT if event in EVENTS else Kind.UNKNOWN
        sent_at = moment(flat)
        options = [name for name in flat if name.startswith(_SELECTED) and ".OptionIds." in name]
        other = {name: value for name, value in flat.items() if not name.startswith(_SELECTED)}
        task = flat.get("TaskId", "")
        return Inbound(
            account=self.account,
            key=self._key(flat, source),
            kind=kind,
            sender=self._sender(source),
            sent_at=sent_at,
            text=flat.get("Content", ""),
            event=event,
            event_key=flat.get("EventKey", ""),
            card_task=card_key(task) if event in CARD_EVENTS else task,
            card_type=flat.get("CardType", ""),
            response_code=flat.get("ResponseCode", ""),
            selected=tuple(flat[name] for name in options),
            media_id=flat.get("MediaId", ""),
            to=flat.get("ToUserName", ""),
            sender_id=source,
            fields=rest(other, _KNOWN),
        )

    def _tap(self, match: re.Match[str]) -> Inbound:
        to, source, created, event_key, task, card, code, agent, _question, options = match.groups()
        parts = (
            agent or "",
            source,
            created,
            "template_card_event",
            event_key,
            "",
            task,
            code,
            "",
            "",
            "",
            "",
            "",
        )
        return Inbound(
            account=self.account,
            key=self._event_key(source, created, parts),
            kind=Kind.EVENT,
            sender=self._sender(source),
            sent_at=datetime.fromtimestamp(int(created), UTC),
            event="template_card_event",
            event_key=event_key,
            card_task=card_key(task),
            card_type=card,
            response_code=code,
            selected=tuple(_OPTIONS.findall(options)) if options else (),
            to=to,
            sender_id=source,
        )

    def _sender(self, source: str) -> Address | None:
        return None if source == _SYSTEM else Address.member(self.corp_id, source)

    def _key(self, flat: Mapping[str, str], source: str) -> str:
        message = flat.get("MsgId", "")
        if message and "Event" not in flat:
            return self._message_key(source, message)
        return self._event_key(source, flat["CreateTime"], tuple(flat.get(name, "") for name in _EVENT_KEY))

    def _message_key(self, source: str, message: str) -> str:
        return short_key(self.account, source.lower(), message)

    def _event_key(self, source: str, created: str, parts: tuple[str, ...]) -> str:
        return short_key(self.account, source.lower(), created, digest(parts))
