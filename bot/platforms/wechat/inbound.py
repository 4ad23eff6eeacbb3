"""Messages of an official account as values: the common text by one pattern, the rest from a tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from bot.messages import NO_FIELDS, Address, Inbound, Kind
from bot.platforms.fields import KINDS, digest, flatten, identifier, moment, rest, short_key
from bot.platforms.wechat.events import ACCOUNT_EVENTS, EVENTS, OPENID_EVENTS

_S: Final = r"[ \t\n]*"
_TEXT: Final = re.compile(
    rf"<xml>{_S}<ToUserName><!\[CDATA\[([\w@.-]{{1,128}})\]\]></ToUserName>{_S}"
    rf"<FromUserName><!\[CDATA\[([\w@.-]{{1,128}})\]\]></FromUserName>{_S}"
    rf"<CreateTime>([0-9]{{1,11}})</CreateTime>{_S}"
    rf"<MsgType><!\[CDATA\[text\]\]></MsgType>{_S}<Content><!\[CDATA\[(.*?)\]\]></Content>{_S}"
    rf"<MsgId>([0-9]{{1,20}})</MsgId>{_S}(?:<bizmsgmenuid>(?:<!\[CDATA\[)?([0-9A-Za-z_.-]+)(?:\]\]>)?"
    rf"</bizmsgmenuid>{_S})?</xml>{_S}",
    re.DOTALL | re.ASCII,
)
_KNOWN: Final = frozenset(
    {
        *("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"),
        *("Content", "MediaId", "Event", "EventKey"),
    }
)
# What tells two events of one second apart beyond the documented pair Event + EventKey.
_TOLD_APART: Final = (
    "MsgID", "publish_id", "OpenID", "TemplateId", "SubscribeStatusString", "RevokeInfo",
)  # fmt: skip
_MENU_ID: Final = "bizmsgmenuid"


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes values for one account."""

    account: str
    app_id: str

    def common(self, text: str) -> Inbound | None:
        """A text in its usual shape; None for anything else."""
        match = _TEXT.fullmatch(text)
        if not match or "]]>" in match[4]:
            return None
        to, source, created, content, message, menu = match.groups()
        return Inbound(
            account=self.account,
            key=short_key(self.app_id, source, created, message),
            kind=Kind.TEXT,
            sender=Address.follower(self.app_id, source),
            sent_at=datetime.fromtimestamp(int(created), UTC),
            text=content.strip(),
            to=to,
            sender_id=source,
            fields=MappingProxyType({_MENU_ID: menu}) if menu else NO_FIELDS,
        )

    def general(self, tree: Mapping[str, Any]) -> Inbound:
        """Any documented message; unknown ones keep all their fields. Raises Malformed."""
        flat = flatten(tree)
        source = identifier(flat.get("FromUserName", ""))
        event = flat.get("Event", "").lower() if flat.get("MsgType", "").lower() == "event" else ""
        kind = KINDS.get(flat.get("MsgType", "").lower(), Kind.UNKNOWN)
        if event:
            kind = Kind.EVENT if event in EVENTS else Kind.UNKNOWN
        sent_at = moment(flat)
        return Inbound(
            account=self.account,
            key=self._key(flat, source, event),
            kind=kind,
            sender=self._sender(flat, source, event),
            sent_at=sent_at,
            text=flat.get("Content", ""),
            event=event,
            event_key=flat.get("EventKey", ""),
            media_id=flat.get("MediaId", ""),
            to=flat.get("ToUserName", ""),
            sender_id=source,
            fields=rest(flat, _KNOWN),
        )

    def _sender(self, flat: Mapping[str, str], source: str, event: str) -> Address | None:
        if event in ACCOUNT_EVENTS:
            return None
        if event in OPENID_EVENTS:
            return Address.follower(self.app_id, identifier(flat.get("OpenID", "")))
        return Address.follower(self.app_id, source)

    def _key(self, flat: Mapping[str, str], source: str, event: str) -> str:
        """(appid, FromUserName, CreateTime, MsgId or Event + EventKey): MsgId alone dropped people (WxJava
        #333).
        """
        message = flat.get("MsgId", "")
        if message and not event:
            return short_key(self.app_id, source, flat["CreateTime"], message)
        told = [f"{name}={flat[name]}" for name in sorted(flat) if name.rpartition(".")[2] in _TOLD_APART]
        tail = digest((event, flat.get("EventKey", ""), *told))
        return short_key(self.app_id, source, flat["CreateTime"], tail)
