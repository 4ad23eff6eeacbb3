"""Before a call: the base limits of its interface, and the pictures and files it needs uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.db import Database
from bot.delivery.actions_media import media_of
from bot.delivery.base_limits import CallLimit, call_limits
from bot.delivery.digest import Parcel
from bot.delivery.store_courier import CourierRows
from bot.errors import PlatformError, Verdict
from bot.messages import Address
from bot.platforms.port import Client
from bot.settings import AccountSettings

_UPLOAD = "upload"


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

    database: Database
    _held: dict[tuple[str, str], _Block] = field(default_factory=dict)

    async def ready(
        self, settings: AccountSettings | None, client: Client, parcel: Parcel, now: datetime
    ) -> dict[str, str]:
        """Blob hash -> media_id of what the parcel shows, once its calls are allowed.

        Raises PlatformError: WAIT until a base limit has room again, or what the platform said.
        """

        async def upload() -> None:
            await self.take(settings, _UPLOAD, now)

        name = settings.id if settings else ""
        media = await media_of(self.database, client, name, parcel.content, now, upload)
        first = [Address.from_key(member.address) for member in parcel.members[:1]]
        await self.take(settings, client.pack(first, parcel.content, key="", media=media).quota, now)
        return media

    async def take(self, settings: AccountSettings | None, api: str, now: datetime) -> None:
        """One call of an interface. Raises PlatformError(WAIT) when this minute or hour has no more."""
        limits = call_limits(settings, api) if settings else ()
        if settings is None or not limits:
            return
        held = self._held.setdefault((settings.id, api), _Block())
        if held.until is None or held.until <= now or not held.left:
            held.left, held.until = await self._draw(limits, now)
        held.left -= 1

    async def _draw(self, limits: Sequence[CallLimit], now: datetime) -> tuple[int, datetime]:
        """A block, or one call where there is no more room than that."""
        until = min(limit.bucket(now)[1] for limit in limits)
        block = min(limit.block for limit in limits)
        for size in dict.fromkeys((block, 1)):
            try:
                async with self.database.begin() as tx:
                    await _book(CourierRows(tx), limits, size, now)
            except _Full as full:
                if size == 1:
                    message = "the base limit of this interface is reached"
                    raise PlatformError(Verdict.WAIT, 0, message, full.until - now) from None
            else:
                return size, until
        raise AssertionError("one call is the last that is tried")


async def _book(rows: CourierRows, limits: Sequence[CallLimit], size: int, now: datetime) -> None:
    """On all lines or on none; in one order, so that two processes never wait for each other."""
    used = await rows.drawn([name for limit in limits for name in limit.before(now)])
    for limit in sorted(limits, key=lambda one: one.bucket(now)[0]):
        name, ends = limit.bucket(now)
        room = limit.count - sum(used.get(before, 0) for before in limit.before(now))
        if not await rows.draw(name, size, room, now + limit.length + (ends - now)):
            raise _Full(ends)
