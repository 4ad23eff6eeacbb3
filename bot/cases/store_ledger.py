"""The ledger: numbered cases, their facts version by version, visits, sealed notes, cards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.cases.rules import (
    Card,
    Case,
    Channel,
    Facts,
    FraudKind,
    Note,
    NoteKind,
    Version,
    Visit,
    Whole,
    visits_of,
)
from bot.cases.sealing import seal, unseal
from bot.cases.tables import card, case, note, version, visit
from bot.db import Tx, below, insert, insert_new
from bot.ids import new_id

_CASE: Final = insert_new(case)
_VERSION: Final = insert_new(version)
_VISIT: Final = insert(visit)
_NOTE: Final = insert(note)
_CARD: Final = insert(card)
_REFER: Final = (
    sa.update(case).where(case.c.id == sa.bindparam("_id")).values(referred_at=sa.bindparam("_at"))
)
_HAND_OVER: Final = (
    sa.update(case).where(case.c.id == sa.bindparam("_id")).values(responsible_id=sa.bindparam("_who"))
)
_HAND_VISITS: Final = (
    sa.update(visit)
    .where(visit.c.case_id == sa.bindparam("_id"), visit.c.done_at.is_(None))
    .values(holder_id=sa.bindparam("_who"))
)


class Ledger:
    tx: Tx

    async def open_case(self, value: Case, facts: Facts, days: Iterable[int], now: datetime) -> Case | None:
        """The case with the next free number of its year; ``None`` when its call has one already.

        Two that open at once meet at the unique number; whoever comes second takes the next.
        """
        if value.call is not None and await self.case_of_call(value.call) is not None:
            return None
        while True:
            highest = sa.select(sa.func.max(case.c.seq)).where(case.c.year == value.year)
            seq = int(await self.tx.scalar(highest) or 0) + 1
            done = await self.tx.execute(_CASE, _case_values(value, seq))
            if done == 1:
                break
            if value.call is not None and await self.case_of_call(value.call) is not None:
                return None
        await self._append(value.id, 1, value.opened_by, facts, "", now)
        for day, at in visits_of(now, days):
            self.tx.write(_VISIT, case_id=value.id, day=day, at=at, holder_id=value.responsible, reminded=0)
        return await self.case(value.id)

    async def correct(
        self, id_: int, after: int, by: int, facts: Facts, why: str, key: bytes, now: datetime
    ) -> bool:
        """Append a version after the one that was looked at; ``False`` when somebody was faster."""
        return await self._append(id_, after + 1, by, facts, seal(key, id_, why) if why else "", now)

    async def _append(self, id_: int, number: int, by: int, facts: Facts, why: str, now: datetime) -> bool:
        done = await self.tx.execute(
            _VERSION,
            {
                "case_id": id_, "version": number, "at": now, "by_id": by, "kind": facts.kind,
                "day": facts.day, "channel": facts.channel, "lost": facts.lost,
                "prevented": facts.prevented, "police": facts.police, "why": why,
            },
        )  # fmt: skip
        return done == 1

    async def case(self, id_: int) -> Case | None:
        row = await self.tx.row(sa.select(case).where(case.c.id == id_))
        return None if row is None else to_case(row)

    async def case_numbered(self, year: int, seq: int) -> Case | None:
        row = await self.tx.row(sa.select(case).where(case.c.year == year, case.c.seq == seq))
        return None if row is None else to_case(row)

    async def case_of_call(self, call: int) -> Case | None:
        row = await self.tx.row(sa.select(case).where(case.c.call_id == call))
        return None if row is None else to_case(row)

    async def cases(self, units: Iterable[str], held_by: int, limit: int = 200) -> list[tuple[Case, Facts]]:
        """The cases of these units and those a person is responsible for, newest first, as they stand."""
        latest = newest()
        rows = await self.tx.rows(
            sa.select(case, *[c for c in latest.c if c.name != "case_id"])
            .join(latest, latest.c.case_id == case.c.id)
            .where(sa.or_(*(below(case.c.unit, unit) for unit in units), case.c.responsible_id == held_by))
            .order_by(case.c.year.desc(), case.c.seq.desc())
            .limit(limit)
        )
        return [(to_case(row), to_facts(row)) for row in rows]

    async def whole(self, value: Case, key: bytes) -> Whole:
        """Everything about a case, its sealed words opened; the caller writes down who looked."""
        versions = await self.tx.rows(
            sa.select(version).where(version.c.case_id == value.id).order_by(version.c.version)
        )
        notes = await self.tx.rows(sa.select(note).where(note.c.case_id == value.id).order_by(note.c.id))
        cards = await self.tx.rows(sa.select(card).where(card.c.case_id == value.id).order_by(card.c.id))
        return Whole(
            value,
            tuple(
                Version(r.version, r.at, r.by_id, to_facts(r), unseal(key, value.id, r.why) if r.why else "")
                for r in versions
            ),
            tuple(await self.visits(value.id)),
            tuple(Note(r.at, r.by_id, NoteKind(r.kind), r.day, unseal(key, r.id, r.text)) for r in notes),
            tuple(Card(r.id, r.text, r.at, r.approved_at) for r in cards),
        )

    async def visits(self, id_: int) -> list[Visit]:
        rows = await self.tx.rows(sa.select(visit).where(visit.c.case_id == id_).order_by(visit.c.day))
        return [_visit(row) for row in rows]

    async def visits_due(self, now: datetime) -> list[tuple[Case, Visit]]:
        """Visits that are due and not done, of cases that are open, oldest first."""
        rows = await self.tx.rows(
            sa.select(visit)
            .join(case, case.c.id == visit.c.case_id)
            .where(visit.c.at <= now, visit.c.done_at.is_(None), case.c.closed_at.is_(None))
            .order_by(visit.c.at)
        )
        found = []
        for row in rows:
            value = await self.case(row.case_id)
            if value is not None:
                found.append((value, _visit(row)))
        return found

    async def remind_visit(
        self, id_: int, day: int, before: int, now: datetime, holder: int | None = None
    ) -> bool:
        """Count a reminder; ``holder``: it is this person's from now on. ``False``: another process did."""
        values: dict[str, Any] = {"reminded": before + 1, "reminded_at": now}
        if holder is not None:
            values["holder_id"] = holder
        done = await self.tx.execute(
            sa.update(visit)
            .where(
                visit.c.case_id == id_, visit.c.day == day, visit.c.reminded == before,
                visit.c.done_at.is_(None),
            )
            .values(**values)
        )  # fmt: skip
        return done == 1

    async def visited(self, id_: int, day: int, by: int, now: datetime) -> bool:
        """``False`` when it was done before."""
        done = await self.tx.execute(
            sa.update(visit)
            .where(visit.c.case_id == id_, visit.c.day == day, visit.c.done_at.is_(None))
            .values(done_at=now, done_by=by)
        )
        return done == 1

    def add_note(
        self, id_: int, kind: NoteKind, day: int, words: str, by: int, key: bytes, now: datetime
    ) -> None:
        row = new_id(now)
        self.tx.write(
            _NOTE, id=row, case_id=id_, at=now, by_id=by, kind=kind, day=day, text=seal(key, row, words)
        )

    def refer(self, id_: int, now: datetime) -> None:
        self.tx.write(_REFER, _id=id_, _at=now)

    def hand_over(self, id_: int, to: int) -> None:
        """Another person is responsible, for the visits to come as well."""
        self.tx.write(_HAND_OVER, _id=id_, _who=to)
        self.tx.write(_HAND_VISITS, _id=id_, _who=to)

    async def close_case(self, id_: int, now: datetime) -> bool:
        done = await self.tx.execute(
            sa.update(case).where(case.c.id == id_, case.c.closed_at.is_(None)).values(closed_at=now)
        )
        return done == 1

    def add_card(self, id_: int, words: str, by: int, now: datetime, *, approved: bool) -> int:
        row = new_id(now)
        self.tx.write(
            _CARD, id=row, case_id=id_, text=words, at=now, by_id=by,
            approved_at=now if approved else None, approved_by=by if approved else None,
        )  # fmt: skip
        return row


def newest() -> sa.Subquery:
    """The newest version of each case."""
    later = version.alias("later")
    is_newest = ~sa.exists().where(later.c.case_id == version.c.case_id, later.c.version > version.c.version)
    columns = [version.c[n] for n in ("case_id", "kind", "day", "channel", "lost", "prevented", "police")]
    return sa.select(*columns).where(is_newest).subquery("newest")


def to_facts(row: sa.Row[Any]) -> Facts:
    return Facts(
        FraudKind(row.kind), row.day, Channel(row.channel), row.lost, row.prevented, bool(row.police)
    )


def to_case(row: sa.Row[Any]) -> Case:
    return Case(
        row.id,
        row.year,
        row.seq,
        row.unit,
        row.person_id,
        row.responsible_id,
        row.opened_at,
        row.opened_by,
        row.call_id,
        row.closed_at,
        row.referred_at,
    )


def _case_values(value: Case, seq: int) -> dict[str, Any]:
    return {
        "id": value.id,
        "year": value.year,
        "seq": seq,
        "call_id": value.call,
        "person_id": value.victim,
        "unit": value.unit,
        "responsible_id": value.responsible,
        "opened_at": value.opened_at,
        "opened_by": value.opened_by,
    }


def _visit(row: sa.Row[Any]) -> Visit:
    return Visit(row.day, row.at, row.holder_id, row.reminded, row.reminded_at, row.done_at, row.done_by)
