"""A small invented college: two colleges, four classes, their parents, and what they were asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import bot.delivery.tables
import bot.platforms.tables
import bot.quiz.tables  # noqa: F401  all tables belong to the metadata
from bot.db import Database, Tx, metadata
from bot.duties.rules import LADDERS, Ask, Do, ProofKind
from bot.duties.tables import occurrence, task
from bot.people.tables import guardian, person, unit
from bot.receipts.tables import receipt

SCHOOL = "示例职业技术学院"
NURSES = "护理学院/2023级/护理2301"
NURSES_2 = "护理学院/2023级/护理2302"
CODERS = "信息学院/2023级/软件2301"
TINY = "信息学院/2023级/软件专升本"
OFFICE = "护理学院"
NOW = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
TEST = "term-test@2026-10-14T16:20"
LETTER = "parent-letter@2026-09-17T18:20"
APP = "install-app@2026-09-10T10:20"
REMINDER = "weekly-reminder@2026-11-20T16:40"
BULLETIN = "weekly-bulletin@2026-11-20T09:20"


@asynccontextmanager
async def empty_school(folder: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'reports.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    try:
        yield database
    finally:
        await database.close()


class Cast:
    """Writes people, campaigns and tasks as the rest of the house would."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._ids = count(1)
        self.people: dict[str, int] = {}

    async def joins(self, code: str, name: str, kind: str, where: str) -> int:
        id_ = next(self._ids)
        self.people[code] = id_
        await self.tx.execute(
            sa.insert(person).values(id=id_, code=code, name=name, kind=kind, unit=where, joined_at=NOW)
        )
        return id_

    async def has_guardian(self, child: str, code: str) -> int:
        where = await self.tx.scalar(sa.select(person.c.unit).where(person.c.id == self.people[child]))
        id_ = await self.joins(code, "家长" + code, "家长", where)
        await self.tx.execute(sa.insert(guardian).values(parent_id=id_, child_id=self.people[child]))
        return id_

    async def launches(
        self,
        id_: str,
        title: str,
        do: Do,
        ask: Ask,
        *,
        due: timedelta | None = None,
        what: str = "",
        clause: tuple[str, ...] = (),
        material: str = "",
    ) -> None:
        duty, _, at = id_.partition("@")
        planned = datetime.fromisoformat(at + "+08:00")
        await self.tx.execute(
            sa.insert(occurrence).values(
                id=id_,
                duty=duty,
                pack="college-generic",
                title=title,
                unit="",
                do=do,
                what=what,
                ask=ask,
                clause=list(clause),
                material=material,
                planned_at=planned,
                due_at=planned + due if due else None,
                remind=0,
                state="open",
            )
        )

    async def task(
        self,
        occurrence_id: str,
        code: str,
        proof: ProofKind | None = None,
        *,
        told: bool = True,
        exempt: str = "",
        declined: bool = False,
        about: str = "",
        at: datetime = NOW,
    ) -> int:
        row = await self.tx.row(sa.select(occurrence.c.ask).where(occurrence.c.id == occurrence_id))
        assert row is not None
        ladder = LADDERS[Ask(row.ask)]
        tier = ladder.tier(proof) if proof else 0
        done = bool(ladder.done_tier) and tier >= ladder.done_tier
        subject = self.people[about or code]
        where = await self.tx.scalar(sa.select(person.c.unit).where(person.c.id == subject))
        id_ = next(self._ids)
        values: Mapping[str, Any] = {
            "id": id_,
            "occurrence_id": occurrence_id,
            "person_id": self.people[code],
            "about_id": self.people[about] if about else 0,
            "unit": where,
            "tier": tier,
            "told_at": at if told else None,
            "settled_at": at if done or declined else None,
            "declined": declined,
            "exempt": exempt,
        }
        await self.tx.execute(sa.insert(task).values(**values))
        return id_

    async def signs(self, task_id: int, code: str, receipt_code: str, level: int = 1) -> None:
        await self.tx.execute(
            sa.insert(receipt).values(
                code=receipt_code,
                seal="0" * 64,
                person_id=self.people[code],
                about_id=0,
                task_id=task_id,
                name="",
                unit="",
                what="",
                result="",
                level=level,
                at=NOW,
            )
        )


async def autumn(cast: Cast) -> None:
    """Nurses 2301: 6 students, one of them ill; 2302: 5; coders: 5; 专升本: 2; one of the college itself."""
    await cast.tx.execute(sa.insert(unit), [{"path": p} for p in (OFFICE, NURSES, NURSES_2, CODERS, TINY)])
    for where, prefix, number in ((NURSES, "N1", 6), (NURSES_2, "N2", 5), (CODERS, "C1", 5), (TINY, "T1", 2)):
        for i in range(1, number + 1):
            await cast.joins(f"{prefix}{i:02d}", f"甲{prefix}{i}", "学生", where)
    await cast.joins("N000", "=HYPERLINK(1)", "学生", OFFICE)
    await cast.launches(
        TEST,
        "秋季反诈测试",
        Do.QUIZ,
        Ask.FULL_MARKS,
        due=timedelta(days=21),
        clause=("S1-38",),
        material="term-test",
    )
    await cast.launches(
        LETTER, "给家长的一封信", Do.LETTER, Ask.SIGN, due=timedelta(days=14), clause=("S2-23",)
    )
    await cast.launches(APP, "国家反诈中心APP", Do.CONFIRM, Ask.CONFIRM, clause=("S1-11",))
    await cast.launches(REMINDER, "周提醒", Do.SEND, Ask.NOTHING, clause=("S1-16",), material="weekly-12")
    for code, proof in {
        "N101": ProofKind.SIGNED,
        "N102": ProofKind.SIGNED,
        "N103": ProofKind.CHECKED,
        "N104": ProofKind.MASTERED,
        "N105": None,
        "N201": ProofKind.SIGNED,
        "N202": ProofKind.SIGNED,
        "N203": ProofKind.SIGNED,
        "N204": ProofKind.SIGNED,
        "N205": ProofKind.SIGNED,
        "C101": ProofKind.STARTED,
        "C102": None,
        "C103": None,
        "C104": ProofKind.SIGNED,
        "C105": ProofKind.SIGNED,
        "T101": ProofKind.SIGNED,
        "T102": None,
        "N000": ProofKind.SIGNED,
    }.items():
        task_id = await cast.task(TEST, code, proof, told=code != "C103")
        if proof is ProofKind.SIGNED:
            await cast.signs(task_id, code, f"RC{code}")
    await cast.task(TEST, "N106", exempt="病假")
    for code in cast.people.copy():
        await cast.task(APP, code, ProofKind.CONFIRMED if code < "N2" else None, declined=code == "T101")
        await cast.task(REMINDER, code, told=code != "N105")
    # N101's parents: the mother signed, the father has not opened it. N102's only guardian refuses.
    for child, parent in (("N101", "P1"), ("N101", "P2"), ("N102", "P3"), ("C101", "P4")):
        await cast.has_guardian(child, parent)
    await cast.task(LETTER, "P1", ProofKind.SIGNED, about="N101")
    await cast.task(LETTER, "P2", about="N101", told=False)
    await cast.task(LETTER, "P3", about="N102", exempt="监护人不同意")
    await cast.task(LETTER, "P4", ProofKind.OPENED, about="C101", told=False)
