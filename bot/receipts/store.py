"""Receipts in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert_new
from bot.receipts.rules import Facts, Level, SealedReceipt
from bot.receipts.tables import message_code, receipt

_FILE: Final = insert_new(receipt)
_CODE: Final = insert_new(message_code)


class Receipts:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def file(self, sealed: SealedReceipt, drawing: str | None = None) -> None:
        """Keep a receipt; a second one for the same task and person changes nothing."""
        facts = sealed.facts
        self._tx.write(
            _FILE,
            code=sealed.code,
            seal=sealed.seal,
            person_id=facts.person,
            about_id=facts.about,
            task_id=facts.task,
            name=facts.name,
            unit=facts.unit,
            what=facts.what,
            result=facts.result,
            level=int(facts.level),
            at=facts.at,
            drawing=drawing,
        )

    async def find(self, code: str) -> SealedReceipt | None:
        row = await self._tx.row(sa.select(receipt).where(receipt.c.code == code))
        return None if row is None else _to_value(row)

    async def of_person(self, person: int, limit: int) -> list[SealedReceipt]:
        rows = await self._tx.rows(
            sa.select(receipt).where(receipt.c.person_id == person).order_by(receipt.c.at.desc()).limit(limit)
        )
        return [_to_value(row) for row in rows]

    async def of_task(self, task: int) -> SealedReceipt | None:
        row = await self._tx.row(sa.select(receipt).where(receipt.c.task_id == task).limit(1))
        return None if row is None else _to_value(row)

    def register_message(self, code: str, occurrence: str, title: str, now: datetime) -> None:
        self._tx.write(_CODE, code=code, occurrence_id=occurrence, title=title, at=now)

    async def slug_of(self, occurrence: str) -> str:
        """The 验真码 of an occurrence's message; empty when it has none."""
        code: str | None = await self._tx.scalar(
            sa.select(message_code.c.code).where(message_code.c.occurrence_id == occurrence)
        )
        return code or ""

    async def occurrence_of_slug(self, slug: str) -> str | None:
        """The occurrence whose page /a/{slug} is."""
        found: str | None = await self._tx.scalar(
            sa.select(message_code.c.occurrence_id).where(message_code.c.code == slug)
        )
        return found

    async def message(self, code: str) -> tuple[str, datetime] | None:
        """Title and day of a message of ours that carries this 验真码."""
        row = await self._tx.row(
            sa.select(message_code.c.title, message_code.c.at).where(message_code.c.code == code)
        )
        return None if row is None else (row.title, row.at)


def _to_value(row: sa.Row[Any]) -> SealedReceipt:
    facts = Facts(
        row.person_id,
        row.about_id,
        row.name,
        row.unit,
        row.task_id,
        row.what,
        row.result,
        Level(row.level),
        row.at,
    )
    return SealedReceipt(row.code, row.seal, facts)
