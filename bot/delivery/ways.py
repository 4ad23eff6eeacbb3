"""Which way a message of an official account goes, and what a refusal says about the way itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from bot.messages import Way

TRY_AGAIN: Final = timedelta(days=1)  # a way that was taken back is tried once after so long
EXPIRED: Final = "verify_expired"  # the reason when the account's verification has run out
NONE_LEFT: Final = 43101  # the follower has accepted nothing (any more)
WINDOW_OVER: Final = frozenset({45015, 45047})  # of customer messages: by its time, by their number
AT_ONCE: Final = 43108  # another 订阅通知 to the same follower is under way

DAY_USED: Final = 45009  # the day of one interface is used up; all others go on (5.8)

_LINES: Final = frozenset(Way)
_NO_TEMPLATE: Final = (40036, 40037)
# Refusals of the way, not of the message (official account, section 8): the account can do all the rest.
_TAKEN_BACK: Final[Mapping[Way, frozenset[int]]] = MappingProxyType(
    {
        Way.CUSTOM: frozenset({48001, DAY_USED}),
        Way.TEMPLATE: frozenset({48001, DAY_USED, *_NO_TEMPLATE}),
        Way.SUBSCRIBE: frozenset({48001, DAY_USED, 43107, *_NO_TEMPLATE}),
        Way.MASS: frozenset({48001, 48003, 48008}),
    }
)


def way_of(quota: str) -> Way | None:
    """The way behind a line of the ledger; ``None`` for lines of other platforms."""
    return Way(quota) if quota in _LINES else None


def takes_back(way: Way, code: int) -> bool:
    """Does this refusal mean that the account cannot go this way at present?"""
    return code in _TAKEN_BACK[way]


def another(way: Way, code: int) -> bool:
    """Is the same person to be tried by another way, rather than counted as not reached?"""
    over = (way is Way.SUBSCRIBE and code == NONE_LEFT) or (way is Way.CUSTOM and code in WINDOW_OVER)
    return over or takes_back(way, code)


def in_order(
    can: Collection[Way], shut: Collection[Way], *, is_notice: bool, window: bool, accepted: bool
) -> list[Way]:
    """The ways to one follower, best first.

    ``can``: what the settings give the account; ``shut``: what the platform took back. ``window``: the
    follower's own doing allows customer messages; ``accepted``: they accept one more 订阅通知. It says what
    a template message says, but they asked for it, so it comes first where the window is closed.
    """
    if window and is_notice:
        wanted = [Way.TEMPLATE, Way.CUSTOM, Way.SUBSCRIBE]
    elif window:
        wanted = [Way.CUSTOM, Way.SUBSCRIBE, Way.TEMPLATE]
    else:
        wanted = [Way.SUBSCRIBE, Way.TEMPLATE]
    return [
        way for way in wanted if way in can and way not in shut and (accepted or way is not Way.SUBSCRIBE)
    ]
