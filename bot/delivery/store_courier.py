"""The courier's rows: claim with a lease, give back, and what an account may do at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
import structlog

from bot.db import Moment, Tx, insert
from bot.delivery.content import from_json, shelf
from bot.delivery.rules import LEASE, DeliveryState
from bot.delivery.store_abilities import Abilities
from bot.delivery.store_acceptances import Acceptances
from bot.delivery.store_attention import NUDGE, WITH, Attention, asks
from bot.delivery.store_left_behind import LeftBehind
from bot.delivery.store_mass import MassChoices
from bot.delivery.store_pace import Pace
from bot.delivery.store_quota import Quotas
from bot.delivery.store_shipments import Shipment, Shipments
from bot.delivery.store_windows import Windows
from bot.delivery.tables import (
    HELD,
    ROUTINE,
    UNHEARD,
    URGENT,
    account_state,
    blob,
    delivery,
    job_result,
    media,
    payload,
)
from bot.lists import Listed, among
from bot.messages import Content, File, Image, Urgency, Voice

__all__ = ["Claimed", "CourierRows", "Shipment"]
log = structlog.get_logger()

_CLAIM: Final[Mapping[bool, sa.Select[Any]]] = {
    urgent: (
        sa.select(
            delivery.c.id,
            delivery.c.address,
            delivery.c.person_id,
            delivery.c.payload,
            delivery.c.urgency,
            delivery.c.digest,
            delivery.c.attempts,
            sa.func.coalesce(delivery.c.occurrence_id, ""),
            delivery.c.key.startswith(NUDGE),
            asks(),
            delivery.c.key.startswith(WITH),
        )
        .where(
            sa.text(URGENT if urgent else ROUTINE),
            delivery.c.account == sa.bindparam("account"),
            delivery.c.not_before <= sa.bindparam("now", type_=Moment()),
        )
        .order_by(delivery.c.not_before, delivery.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .with_for_update(skip_locked=True)
    )
    for urgent in (False, True)
}
_URGENCY: Final = {str(urgency): urgency for urgency in Urgency}
_STATE: Final = insert(account_state)
_SET_WAIT: Final = _STATE.on_conflict_do_update(
    index_elements=["account"], set_={"not_before": _STATE.excluded.not_before}
)
_SET_STOP: Final = _STATE.on_conflict_do_update(
    index_elements=["account"],
    set_={"stopped": _STATE.excluded.stopped, "since": _STATE.excluded.since},
    where=account_state.c.stopped == "",
)
_MEDIA: Final = insert(media)
_SET_MEDIA: Final = _MEDIA.on_conflict_do_update(
    index_elements=["account", "blob"], set_={k: getattr(_MEDIA.excluded, k) for k in ("media_id", "until")}
)


_WATCHED: Final = sa.bindparam("accounts", type_=Listed(sa.Text()))
_NOW: Final = sa.bindparam("now", type_=Moment())


def _waiting(source: sa.TableValuedAlias) -> sa.Select[str, bool, bool]:
    """(account, anything routine due, anything urgent due) of those that do not rest."""
    account = sa.type_coerce(source.c.value, sa.Text)
    mine = (delivery.c.account == account, delivery.c.not_before <= _NOW)
    rests = sa.exists().where(
        account_state.c.account == account,
        sa.or_(account_state.c.stopped != "", account_state.c.not_before > _NOW),
    )
    # The first in the order of their index and not EXISTS: right after a campaign has left, PostgreSQL still
    # believes that most rows are due, and looks for any of them through the whole table.
    first = sa.select(delivery.c.id).where(*mine).order_by(delivery.c.not_before, delivery.c.id).limit(1)
    return sa.select(
        account.label("account"),
        first.where(sa.text(ROUTINE)).scalar_subquery().is_not(None).label("routine"),
        first.where(sa.text(URGENT)).scalar_subquery().is_not(None).label("urgent"),
    ).where(~rests)


_WAITING: Final = {
    "sqlite": _waiting(sa.func.json_each(_WATCHED).table_valued("value")),
    "postgresql": _waiting(sa.func.unnest(_WATCHED).table_valued("value").render_derived()),
}
_LEFT_BEHIND: Final = (
    sa.select(sa.exists().where(sa.text(HELD), delivery.c.not_before <= _NOW)),
    sa.select(sa.exists().where(sa.text(UNHEARD), job_result.c.look_at <= _NOW)),
)


class Claimed(NamedTuple):
    """A delivery that is this courier's until the end of the transaction; there are thousands of them."""

    id: int
    address: str
    person: int
    payload: str
    urgency: Urgency
    digest: bool
    attempts: int
    occurrence: str
    nudge: bool  # a reminder: counted per task, not against the caps
    asks: bool  # is the message of a campaign itself, not a reminder or what a teacher is told of it
    enclosed: bool  # a file that comes with a message


class CourierRows(Shipments, LeftBehind, Quotas, Attention, Pace, MassChoices):
    """Everything the courier reads and writes within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.acceptances = Acceptances(tx)
        self.windows = Windows(tx)
        self.abilities = Abilities(tx)

    async def claim(self, account: str, now: datetime, limit: int, *, urgent: bool = False) -> list[Claimed]:
        """Due rows of an account in their order, the caller's until the end of the transaction.

        Those that are not put aboard a shipment are simply due again. A row is ``urgent`` or routine, so that
        no lane takes what is the other's.
        """
        values = {"account": account, "now": now, "most": limit}
        found: Sequence[Any] = await self._tx.rows(_CLAIM[urgent], values)
        return [Claimed._make((*row[:4], _URGENCY[row[4]], *row[5:])) for row in found]

    async def waiting(self, accounts: Sequence[str], now: datetime) -> set[tuple[str, bool]]:
        """(account, urgent?) of what could leave now; one short question for all, so that idling is cheap."""
        values = {"accounts": list(accounts), "now": now}
        found: set[tuple[str, bool]] = set()
        for row in await self._tx.rows(_WAITING[self._tx.dialect], values):
            found |= {(row.account, urgent) for urgent in (False, True) if (row.routine, row.urgent)[urgent]}
        return found

    async def left_behind(self, now: datetime) -> bool:
        """Is anything to be taken over from a courier that died, to be tried again, or told by an event?"""
        for question in _LEFT_BEHIND:
            if await self._tx.scalar(question, {"now": now}):
                return True
        return await self.open_shipments(now)

    async def hold(self, members: Sequence[Claimed], now: datetime) -> None:
        """Kept from other couriers while an earlier message to the same person is on its way."""
        if members:
            await self._tx.execute(
                sa.update(delivery)
                .where(among(delivery.c.id, [m.id for m in members]), delivery.c.state == DeliveryState.DUE)
                .values(state=DeliveryState.LEASED, not_before=now + LEASE)
            )

    async def release(self, members: Sequence[Claimed], now: datetime) -> None:
        """What was held may go."""
        await self._tx.execute(
            sa.update(delivery)
            .where(
                among(delivery.c.id, [m.id for m in members]),
                delivery.c.state == DeliveryState.LEASED,
                delivery.c.shipment_id.is_(None),
            )
            .values(state=DeliveryState.DUE, not_before=now)
        )

    async def give_back(self, members: Sequence[Claimed], at: datetime, *, as_digest: bool = False) -> None:
        """Not now (quiet hours, caps, quota): due again later, and that is no attempt."""
        if members:
            values: dict[str, Any] = {"digest": True} if as_digest else {}
            await self._tx.execute(
                sa.update(delivery)
                .where(among(delivery.c.id, [m.id for m in members]), delivery.c.state == DeliveryState.DUE)
                .values(not_before=at, **values)
            )

    async def retry(self, members: Sequence[Claimed], at: datetime) -> None:
        """Due again after something went wrong before the call; the attempt counts."""
        await self._tx.execute(
            sa.update(delivery)
            .where(among(delivery.c.id, [m.id for m in members]), delivery.c.state == DeliveryState.DUE)
            .values(not_before=at, attempts=delivery.c.attempts + 1)
        )

    async def stranded(self, now: datetime) -> int:
        """What a courier held when it died: due again."""
        return await self._tx.execute(
            sa.update(delivery)
            .where(sa.text(HELD), delivery.c.not_before <= now)
            .values(state=DeliveryState.DUE)
        )

    async def contents(self, hashes: Iterable[str]) -> dict[str, Content]:
        rows = await self._tx.rows(sa.select(payload).where(payload.c.hash.in_(list(hashes))))
        return {row.hash: from_json(row.content) for row in rows}

    async def account_states(self) -> dict[str, tuple[datetime | None, str]]:
        """(wait until, why it is stopped) of the accounts that were ever told so."""
        rows = await self._tx.rows(sa.select(account_state))
        return {row.account: (row.not_before, row.stopped) for row in rows}

    def wait(self, account: str, until: datetime, now: datetime) -> None:
        """A limit of the platform: nothing goes out here for a while. A stop stays a stop."""
        self._tx.write(_SET_WAIT, account=account, not_before=until, stopped="", since=now)

    def stop(self, account: str, reason: str, now: datetime) -> None:
        """Nothing goes out here until a person has looked; the first reason is kept."""
        self._tx.write(_SET_STOP, account=account, not_before=None, stopped=reason, since=now)
        log.warning("account stopped", account=account, reason=reason)

    async def media_id(self, account: str, blob_hash: str, now: datetime) -> str | None:
        value: str | None = await self._tx.scalar(
            sa.select(media.c.media_id).where(
                media.c.account == account, media.c.blob == blob_hash, media.c.until > now
            )
        )
        return value

    def keep_media(self, account: str, blob_hash: str, media_id: str, until: datetime) -> None:
        self._tx.write(_SET_MEDIA, account=account, blob=blob_hash, media_id=media_id, until=until)

    async def forget_media(self, shipment_id: int, account: str) -> int | None:
        """What these messages show must be uploaded anew; how often they were tried, ``None``: they show
        nothing that was uploaded.
        """
        aboard = await self._tx.rows(
            sa.select(delivery.c.payload, sa.func.max(delivery.c.attempts).label("tries"))
            .where(delivery.c.shipment_id == shipment_id)
            .group_by(delivery.c.payload)
        )
        contents = await self.contents({row.payload for row in aboard})
        shown = [shelf(one) for one in contents.values() if isinstance(one, Image | File | Voice)]
        if not shown:
            return None
        await self._tx.execute(sa.delete(media).where(media.c.account == account, media.c.blob.in_(shown)))
        return max(int(row.tries) for row in aboard)

    async def blob(self, blob_hash: str) -> bytes:
        data: bytes = await self._tx.scalar(sa.select(blob.c.data).where(blob.c.hash == blob_hash))
        return data
