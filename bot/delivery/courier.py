"""The courier: claim, fix the shipment, send, settle. Any number of them; a row is one courier's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

import structlog

from bot.db import Database
from bot.delivery.digest import fold, parts
from bot.delivery.ledger import Ledger
from bot.delivery.rules import DeliveryState, RetryAt, Settled, StopAccount, after, backoff
from bot.delivery.store_courier import Claimed, CourierRows, Shipment
from bot.errors import PlatformError, Verdict
from bot.ids import new_id
from bot.messages import Address, Content, File, Image, Realm
from bot.platforms.port import Client, Packed, Receipt
from bot.reports.render import png
from bot.school import School

log = structlog.get_logger()
_CLAIM: Final = 1000
_IN_FLIGHT: Final = 8  # calls at once for one account; the platform caps concurrency (45033)
_TASK_USED: Final = 42014
_MEDIA_LIFE: Final = timedelta(days=2)  # a media_id lives three days (90253)

Clients = Mapping[tuple[str, Realm], Client]


class Courier:
    """Sends for every account. ``clients`` knows how to reach each realm of each account."""

    def __init__(
        self,
        database: Database,
        clients: Clients,
        school: Callable[[], School],
        clock: Callable[[], datetime],
        rng: Random,
        ledger: Ledger,
    ) -> None:
        self._database = database
        self._clients = clients
        self._school = school
        self._clock = clock
        self._rng = rng
        self._ledger = ledger
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something was queued that should go now."""
        self._awake.set()

    async def run(self, pause: float = 1.0) -> None:
        """Work until cancelled; look at once when woken, else every ``pause`` seconds."""
        while True:
            self._awake.clear()
            try:
                busy = await self.round()
            except Exception:
                log.exception("courier round failed")
                busy = 0
            if not busy:
                try:
                    await asyncio.wait_for(self._awake.wait(), pause)
                except TimeoutError:
                    continue

    async def round(self) -> int:
        """One look at every account; how many messages were handled."""
        await self._recover()
        accounts = sorted({account for account, _ in self._clients})
        return sum(await asyncio.gather(*(self._account(account) for account in accounts)))

    async def drain(self) -> int:
        """Rounds until nothing is due any more; for tests, the demo and the command line."""
        total = 0
        while handled := await self.round():
            total += handled
        return total

    async def _account(self, account: str) -> int:
        now = self._clock()
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            # The claim is the first statement, so that it holds its lock on SQLite too.
            claimed = await rows.claim(account, now, _CLAIM)
            if not claimed:
                return 0
            state = (await rows.account_states()).get(account)
            if state is not None and (state[1] or (state[0] is not None and state[0] > now)):
                rows.give_back(claimed, max(state[0] or now, now + timedelta(minutes=1)))
                return 0
            claimed = await self._ledger.admit(rows, self._school(), claimed, now)
            contents = await rows.contents({c.payload for c in claimed})
        shipments = await self._pack(account, claimed, contents, now)
        gate = asyncio.Semaphore(_IN_FLIGHT)
        await asyncio.gather(*(self._send(shipment, gate) for shipment in shipments))
        return len(claimed)

    async def _pack(
        self, account: str, claimed: Sequence[Claimed], contents: Mapping[str, Content], now: datetime
    ) -> list[Shipment]:
        """Group identical content, upload what it needs, and fix every call in the database."""
        shipments: list[Shipment] = []
        for realm, members, content in fold(claimed, contents):
            client = self._clients.get((account, realm))
            if client is None:
                await self._give_up(members, "no channel", now)
                continue
            for part in parts(members, client.batch):
                id_ = new_id(now)
                try:
                    media = await self._media(client, account, content, now)
                    addresses = [Address.from_key(m.address) for m in part]
                    unique = list(dict.fromkeys(addresses))
                    packed = client.pack(unique, content, key=str(id_), media=media)
                except PlatformError as error:
                    await self._not_packed(account, part, error, now)
                    continue
                async with self._database.begin() as tx:
                    rows = CourierRows(tx)
                    if not await self._ledger.draw(rows, account, packed.quota, len(unique), now):
                        rows.give_back(part, self._ledger.next_window(packed.quota, now))
                        continue
                    shipments.append(rows.ship(id_, account, packed, part, now))
        return shipments

    async def _send(self, shipment: Shipment, gate: asyncio.Semaphore) -> None:
        """Make the call once and settle it."""
        async with gate:
            client = self._client_of(shipment)
            try:
                receipt = await client.send(shipment.packed)
            except PlatformError as error:
                await self._failed(shipment, error)
            else:
                await self._delivered(shipment, receipt)

    async def _delivered(self, shipment: Shipment, receipt: Receipt) -> None:
        async with self._database.begin() as tx:
            await CourierRows(tx).delivered(shipment, receipt, self._clock())

    async def _failed(self, shipment: Shipment, error: PlatformError) -> None:
        if shipment.may_have_arrived and error.code == _TASK_USED:
            # The earlier try did arrive: the platform knows its task_id (42014).
            await self._delivered(shipment, Receipt())
            return
        now = self._clock()
        decision = after(error, shipment.attempts, shipment.repeat_until > now, now, self._rng)
        log.warning("send failed", account=shipment.account, code=error.code, verdict=error.verdict)
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            match decision:
                case RetryAt(at, counted):
                    certain = error.verdict is not Verdict.UNKNOWN and not shipment.may_have_arrived
                    await rows.postpone(shipment, at, counted=counted, certain=certain)
                    if error.verdict is Verdict.WAIT:
                        rows.set_account(shipment.account, at, "", now)
                case Settled(state, outcome):
                    await rows.failed(shipment, state, outcome, now)
                case StopAccount(reason):
                    await rows.postpone(
                        shipment,
                        now + backoff(4, self._rng),
                        counted=False,
                        certain=not shipment.may_have_arrived,
                    )
                    rows.set_account(shipment.account, None, reason[:200], now)

    async def _recover(self) -> None:
        """Take over what a courier left behind: repeat inside the platform's window, else it is unknown."""
        now = self._clock()
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            await rows.stranded(now)
            states = await rows.account_states()
            left = [s for s in await rows.abandoned(now) if not (states.get(s.account) or (None, ""))[1]]
        gate = asyncio.Semaphore(_IN_FLIGHT)
        for shipment in left:
            if shipment.repeat_until > now or not shipment.may_have_arrived:
                await self._send(shipment, gate)
                continue
            async with self._database.begin() as tx:
                await CourierRows(tx).failed(shipment, DeliveryState.UNKNOWN, "interrupted", now)

    async def _give_up(self, members: Sequence[Claimed], reason: str, now: datetime) -> None:
        async with self._database.begin() as tx:
            await CourierRows(tx).finish([m.id for m in members], DeliveryState.DEAD, reason, now)

    async def _not_packed(
        self, account: str, members: Sequence[Claimed], error: PlatformError, now: datetime
    ) -> None:
        """Nothing was sent yet, so nothing can be doubled: try again, or isolate what cannot be sent."""
        decision = after(error, members[0].attempts, True, now, self._rng)
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            match decision:
                case RetryAt(at, _):
                    rows.give_back(members, at)
                case StopAccount(reason):
                    rows.give_back(members, now + timedelta(minutes=5))
                    rows.set_account(account, None, reason[:200], now)
                case Settled(state, outcome):
                    await rows.finish([m.id for m in members], state, outcome, now)

    async def _media(self, client: Client, account: str, content: Content, now: datetime) -> dict[str, str]:
        """The media_id of a picture or file, uploaded at most once in two days."""
        if not isinstance(content, Image | File):
            return {}
        async with self._database.reading() as tx:
            rows = CourierRows(tx)
            known = await rows.media_id(account, content.blob, now)
            data = b"" if known else await rows.blob(content.blob)
        if known is None:
            kind = "image" if isinstance(content, Image) else "file"
            if data.lstrip()[:4] == b"<svg":
                data = await asyncio.to_thread(png, data.decode())
            known = await client.upload(kind, content.name, data)
            async with self._database.begin() as tx:
                CourierRows(tx).keep_media(account, content.blob, known, now + _MEDIA_LIFE)
        return {content.blob: known}

    def _client_of(self, shipment: Shipment) -> Client:
        realm = _realm_of(shipment.packed)
        return self._clients[(shipment.account, realm)]


def _realm_of(packed: Packed) -> Realm:
    return packed.recipients[0].realm
