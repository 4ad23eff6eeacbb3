"""What has been kept long enough goes; each step is a transaction of its own and may be broken off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.cases.store_purge import CasePurge
from bot.db import Database, Tx, insert
from bot.delivery.tables import (
    acceptance,
    blob,
    delivery,
    inbox,
    job_result,
    media,
    payload,
    quota,
    shipment,
    subscription_call,
)
from bot.delivery.tables_mass import mass_choice, mass_job, mass_month, mass_result
from bot.people.journal import UNDO_WITHIN
from bot.people.tables import audit, contact, knock, person
from bot.people.tables_roster import roster_import
from bot.publishing.tables import publish_result
from bot.quiz.tables import answer, exposure, sitting
from bot.receipts.tables import receipt
from bot.settings import RetentionSettings
from bot.web.tables import web_nonce

_CHUNK: Final = 5000  # rows a transaction, so that a running bot never waits long
_ADD: Final = insert(exposure)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is older than these moments goes."""

    answers: datetime
    inbox: datetime
    deliveries: datetime
    receipts: datetime
    sos_texts: datetime
    journals: datetime
    now: datetime

    @classmethod
    def of(cls, kept: RetentionSettings, now: datetime) -> Limits:
        """Who looked at people is kept as long as the receipts they looked at."""
        ago = {
            name: now - timedelta(days=getattr(kept, name))
            for name in ("answers", "inbox", "deliveries", "receipts", "sos_texts")
        }
        return cls(**ago, journals=now - UNDO_WITHIN, now=now)


class Purge:
    """``steps`` by name; each gives the number of rows that went."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._at = limits
        self.steps: Mapping[str, Callable[[], Awaitable[int]]] = {
            "answers": self._answers,
            "sittings": lambda: self._old(
                sitting, sitting.c.id, sitting.c.touched_at < limits.answers, sa.not_(sitting.c.open),
                ~sa.exists().where(answer.c.sitting_id == sitting.c.id),
            ),
            "inbox": lambda: self._old(inbox, inbox.c.key, inbox.c.at < limits.inbox),
            "calls": lambda: self._until_empty(lambda tx: CasePurge(tx).calls(limits.sos_texts)),
            "call messages": lambda: self._until_empty(lambda tx: CasePurge(tx).messages(limits.sos_texts)),
            "case notes": lambda: self._until_empty(lambda tx: CasePurge(tx).notes(limits.sos_texts)),
            "case people": lambda: self._until_empty(lambda tx: CasePurge(tx).people(limits.receipts)),
            "deliveries": lambda: self._old(
                delivery, delivery.c.id, delivery.c.settled_at < limits.deliveries
            ),
            "shipments": lambda: self._old(
                shipment, shipment.c.id, shipment.c.made_at < limits.deliveries,
                ~sa.exists().where(delivery.c.shipment_id == shipment.c.id),
            ),
            "payloads": self._payloads,
            "blobs": lambda: self._old(blob, blob.c.hash, blob.c.at < limits.deliveries),
            "receipts": lambda: self._old(receipt, receipt.c.code, receipt.c.at < limits.receipts),
            "audit": lambda: self._old(audit, audit.c.id, audit.c.at < limits.receipts),
            "journals": self._journals,
            "windows": self._windows,
            "results": self._results,
            "acceptances": self._acceptances,
        }  # fmt: skip

    async def _old(self, table: sa.Table, key: sa.Column[Any], *where: sa.ColumnElement[bool]) -> int:
        chunk = sa.select(key).where(*where).limit(_CHUNK)
        return await self._until_empty(lambda tx: tx.execute(sa.delete(table).where(key.in_(chunk))))

    async def _until_empty(self, work: Callable[[Tx], Awaitable[int]]) -> int:
        total = 0
        while True:
            async with self._database.begin() as tx:
                done = await work(tx)
            total += done
            if done == 0:
                return total

    async def _answers(self) -> int:
        """Answers become counts of who met which question; practice leaves nothing."""

        async def some(tx: Tx) -> int:
            old = sa.select(answer.c.sitting_id).where(answer.c.at < self._at.answers).limit(_CHUNK)
            ids = sorted({row[0] for row in await tx.rows(old)})
            gone = sa.and_(answer.c.sitting_id.in_(ids), answer.c.at < self._at.answers)
            met = (
                sa.select(answer.c.person_id, answer.c.question, sa.func.count())
                .join(person, person.c.id == answer.c.person_id)
                .where(gone, sa.not_(answer.c.practice))
                .group_by(answer.c.person_id, answer.c.question)
            )
            await tx.execute(
                _ADD.from_select(["person_id", "question", "times"], met).on_conflict_do_update(
                    index_elements=["person_id", "question"],
                    set_={"times": exposure.c.times + _ADD.excluded.times},
                )
            )
            return await tx.execute(sa.delete(answer).where(gone))

        return await self._until_empty(some)

    async def _payloads(self) -> int:
        """Texts that no delivery points to. Whoever queues holds a row lock of the table until its commit."""
        async with self._database.begin() as tx:
            if tx.dialect == "postgresql":
                await tx.execute(sa.text("LOCK TABLE payload IN SHARE ROW EXCLUSIVE MODE"))
            unused = ~sa.exists().where(delivery.c.payload == payload.c.hash)
            return await tx.execute(sa.delete(payload).where(unused))

    async def _journals(self) -> int:
        async with self._database.begin() as tx:
            return await tx.execute(
                sa.update(roster_import)
                .where(roster_import.c.at < self._at.journals, roster_import.c.journal.is_not(None))
                .values(journal=sa.null())
            )

    async def _results(self) -> int:
        async with self._database.begin() as tx:
            return await tx.execute(sa.delete(job_result).where(job_result.c.at < self._at.inbox))

    async def _acceptances(self) -> int:
        """Those used up, and those of followers we do not know any more."""
        unknown = ~sa.exists().where(contact.c.address == acceptance.c.address)
        call = subscription_call.c
        over = ~sa.exists().where(
            shipment.c.id == call.shipment_id, shipment.c.state.in_(("sending", "waiting"))
        )
        async with self._database.begin() as tx:
            await tx.execute(sa.delete(subscription_call).where(over))
            return await tx.execute(sa.delete(acceptance).where(sa.or_(acceptance.c.left <= 0, unknown)))

    async def _windows(self) -> int:
        now = self._at.now
        total = 0
        async with self._database.begin() as tx:
            total += await tx.execute(sa.delete(quota).where(quota.c.until < now))
            total += await tx.execute(sa.delete(mass_month).where(mass_month.c.until < now))
            total += await tx.execute(sa.delete(mass_result).where(mass_result.c.at < self._at.inbox))
            total += await tx.execute(sa.delete(mass_choice).where(mass_choice.c.at < self._at.deliveries))
            total += await tx.execute(sa.delete(mass_job).where(mass_job.c.made_at < self._at.deliveries))
            total += await tx.execute(sa.delete(media).where(media.c.until < now))
            total += await tx.execute(
                sa.delete(publish_result).where(publish_result.c.at < self._at.deliveries)
            )
            total += await tx.execute(sa.delete(web_nonce).where(web_nonce.c.until < now))
            paused = sa.func.coalesce(knock.c.paused_until, knock.c.since)
            total += await tx.execute(sa.delete(knock).where(knock.c.since < self._at.inbox, paused < now))
        return total
