"""Eight people at their papers, for what is said of transactions and statements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.db import Database, Write
from bot.delivery import store_inbox
from bot.people.tables import contact, person, role
from bot.quiz import store as quiz_store
from bot.quiz.tables import sitting

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PEOPLE = range(1, 9)


@asynccontextmanager
async def eight(database_url: str) -> AsyncIterator[Database]:
    """Eight people, a contact and a sitting for each; two roles for the first, none for the others."""
    database = Database(database_url)
    async with database.begin() as tx:
        for who in PEOPLE:
            tx.write(
                sa.insert(person), id=who, code=f"c{who}", name="甲", kind="学生", unit="院", joined_at=NOW
            )
        await tx.flush()
        for name in ("班主任", "值班"):
            tx.write(sa.insert(role), person_id=1, role=name, unit="院")
        for who in PEOPLE:
            address = f"corp|member|u{who}"
            tx.write(
                sa.insert(contact), address=address, account="campus", realm="member", person_id=who,
                window_left=2, window_until=NOW,
            )  # fmt: skip
            tx.write(
                sa.insert(sitting), id=who, person_id=who, task_id=0, state="asking", open=True, kept=[who],
                started_at=NOW, touched_at=NOW,
            )  # fmt: skip
        tx.write(store_inbox._REMEMBER, key="old", at=NOW, reply="早就答过")
    yield database
    await database.close()


class Undone(Exception):
    """Ends a transaction that leaves nothing."""


def usual(key: str, who: int) -> list[Write]:
    """What one answer notes."""
    at = {"at": NOW}
    step = {"sitting_id": who, "step": 1, "person_id": who, "question": "q", "chosen": "A", "right": True}
    kept = {"_id": who, "_person": who, "_state": "s", "_open": True, "_kept": [], "_at": NOW}
    return [
        Write(quiz_store._KEEP, kept),
        Write(quiz_store._STEP, {**step, "first_try": True, "practice": False, **at}),
        Write(store_inbox._REMEMBER, {"key": key, "reply": "好", **at}),
    ]
