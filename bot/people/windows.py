"""When an official account may write to a follower: a window each act of theirs opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.messages import Inbound, Kind, Realm


class Act(StrEnum):
    MESSAGE = "message"
    MENU = "menu"
    FOLLOW = "follow"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Grant:
    messages: int
    lasting: timedelta


# 客服消息, document 5.2 of the official account platform (in force since 2023-06-12). After an act the larger
# number and the later end hold; they do not add up (unverified there, so the careful reading).
GRANTS: Final[Mapping[Act, Grant]] = MappingProxyType(
    {
        Act.MESSAGE: Grant(5, timedelta(hours=48)),
        Act.MENU: Grant(3, timedelta(minutes=1)),
        Act.FOLLOW: Grant(3, timedelta(minutes=1)),
        Act.SCAN: Grant(3, timedelta(minutes=1)),
    }
)

_EVENTS: Final = {
    "click": Act.MENU,
    "scancode_push": Act.MENU,
    "scancode_waitmsg": Act.MENU,
    "subscribe": Act.FOLLOW,
    "scan": Act.SCAN,
}


def grant_of(inbound: Inbound) -> Grant | None:
    """What this callback allows us to send; ``None`` when it opens no window.

    A tap on a msgmenu item arrives as text with ``bizmsgmenuid`` and counts as a menu click.
    """
    if inbound.sender is None or inbound.sender.realm is not Realm.OPENID:
        return None
    if inbound.kind is Kind.EVENT:
        act = _EVENTS.get(inbound.event)
        return GRANTS[act] if act else None
    return GRANTS[Act.MENU if inbound.fields.get("bizmsgmenuid") else Act.MESSAGE]
