"""Before a call: the base limits of its interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.db import Tx
from bot.delivery.base_limits import CallLimit, call_limits
from bot.delivery.store_courier import CourierRows
from bot.errors import PlatformError, Verdict
from bot.settings import AccountSettings


@dataclass(slots=True)
class _Block:
    """Calls this process has drawn and not made yet; worth nothing when the first of its windows is over."""

    left: int = 0
    until: datetime | None = None


class _Full(Exception):
    """A limit is reached; ``until``: when its running bucket ends."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(slots=True)
class Calls:
    """Shared by the lanes of a courier. Blocks keep the ledger's busiest rows out of most transactions."""

    _held: dict[tuple[str, str], _Block] = field(default_factory=dict)

    async def take(self, tx: Tx, settings: AccountSettings | None, api: str, now: datetime) -> None:
        """One call of an interface. Raises PlatformError(WAIT) when this minute or hour has no more."""
        limits = call_limits(settings, api) if settings else ()
        if settings is None or not limits:
            return
        held = self._held.setdefault((settings.id, api), _Block())
        if held.until is None or held.until <= now or not held.left:
            held.left, held.until = await _draw(tx, limits, now)
        held.left -= 1


async def _draw(tx: Tx, limits: Sequence[CallLimit], now: datetime) -> tuple[int, datetime]:
    """A block, or one call where there is no more room than that."""
    until = min(limit.bucket(now)[1] for limit in limits)
    block = min(limit.block for limit in limits)
    full = until
    for size in dict.fromkeys((block, 1)):
        attempt = tx.child()
        try:
            await _book(CourierRows(attempt), limits, size, now)
        except _Full as refusal:
            await attempt.drop()
            full = refusal.until
        else:
            await attempt.keep()
            return size, until
    raise PlatformError(Verdict.WAIT, 0, "the base limit of this interface is reached", full - now)


async def _book(rows: CourierRows, limits: Sequence[CallLimit], size: int, now: datetime) -> None:
    """On all lines or on none; in one order, so that two processes never wait for each other."""
    used = await rows.drawn([name for limit in limits for name in limit.before(now)])
    for limit in sorted(limits, key=lambda one: one.bucket(now)[0]):
        name, ends = limit.bucket(now)
        room = limit.count - sum(used.get(before, 0) for before in limit.before(now))
        if not await rows.draw(name, size, room, now + limit.length + (ends - now)):
            raise _Full(ends)
