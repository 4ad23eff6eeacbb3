"""/stats by unit over 1,000,000 tasks of one campaign, against a bare COUNT(*) in the same run.

Run with ``python -m bench.stats [--people N] [--database URL]``; without a URL, on SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import sqlalchemy as sa

import bot.delivery.tables
import bot.duties.tables
import bot.people.tables
import bot.quiz.tables
import bot.receipts.tables  # noqa: F401  a whole schema, as the product has it
from bot.db import Database, metadata
from bot.duties.rules import Ask, Do
from bot.duties.tables import occurrence
from bot.reports.store import Stats

CAMPAIGN: Final = "term-test@2026-10-14T16:20"
NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
CLASS, COLLEGE = 40, 20_000
ROUNDS: Final = 7
COUNT: Final = sa.text("SELECT count(*) FROM task WHERE occurrence_id = :id")
# Nine of ten told, six of ten done, one of a hundred exempt: in the order in which a launch writes them.
_FILL: Final = """
INSERT INTO {table}
SELECT {columns} FROM {numbers}
"""


async def fill(database: Database, people: int) -> None:
    """One person and one task a number; 40 to a class, 500 classes to a college."""
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(
            sa.insert(occurrence).values(
                id=CAMPAIGN,
                duty="term-test",
                pack="college-generic",
                title="秋季反诈测试",
                unit="",
                do=Do.QUIZ,
                what="",
                ask=Ask.FULL_MARKS,
                clause=[],
                planned_at=NOW,
                remind=0,
                state="open",
            )
        )
        counting = f"SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people}"
        numbers = f"(WITH RECURSIVE n(i) AS ({counting}) SELECT i FROM n) x"
        where = f"'学院' || (10 + i / {COLLEGE}) || '/2023级/班' || (100000 + i / {CLASS})"
        yes, no = ("1", "0") if database.is_sqlite else ("true", "false")
        for table, columns in (
            (
                "person (id, code, name, kind, unit, less, joined_at)",
                f"i, 'c' || i, '甲', '学生', {where}, {no}, 0",
            ),
            (
                "task (id, occurrence_id, person_id, about_id, unit, tier, told_at, settled_at, declined, "
                "exempt, reminded)",
                f"i, '{CAMPAIGN}', i, 0, {where}, CASE WHEN i % 10 < 6 THEN 3 ELSE i % 3 END, "
                f"CASE WHEN i % 10 < 9 THEN i END, CASE WHEN i % 10 < 6 THEN i END, "
                f"CASE WHEN i % 97 = 0 THEN {yes} ELSE {no} END, "
                "CASE WHEN i % 100 = 0 THEN '休学' ELSE '' END, 0",
            ),
        ):
            await connection.execute(sa.text(_FILL.format(table=table, columns=columns, numbers=numbers)))
        await connection.execute(sa.text("ANALYZE"))


async def measure(database: Database) -> dict[str, float]:
    """Milliseconds, medians of interleaved rounds."""
    async with database.reading() as tx:
        stats = Stats(tx)

        async def ask(*scope: str, depth: int) -> Any:
            return await stats.tallies(scope, occurrence=CAMPAIGN, duty=None, depth=depth, now=NOW)

        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "bare COUNT(*)": lambda: tx.scalar(COUNT, {"id": CAMPAIGN}),
            "stats: school by college": lambda: ask("", depth=1),
            "stats: one college by class": lambda: ask("学院20", depth=2),
            "stats: one class": lambda: ask("学院20/2023级/班105000", depth=0),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                start = perf_counter()
                await way()
                times[name].append((perf_counter() - start) * 1000)
    return {name: median(found) for name, found in times.items()}


async def run(url: str, people: int) -> dict[str, float]:
    database = Database(url)
    try:
        await fill(database, people)
        return await measure(database)
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="an empty database; default: SQLite in a new folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite+aiosqlite:///{Path(folder) / 'stats.db'}"
        found = asyncio.run(run(url, options.people))
    print(f"{options.people:,} tasks")
    for name, milliseconds in found.items():
        print(f"{name:32}{milliseconds:10.1f} ms")


if __name__ == "__main__":
    main()
