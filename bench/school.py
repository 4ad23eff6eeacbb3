"""An invented school for benchmarks: its settings file, its people, and a test on everybody's table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import sqlalchemy as sa

from bench.processes import ROOT
from bot import migrate
from bot.db import Database
from bot.duties.plan_values import Plan
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState
from bot.duties.tables import task
from bot.ids import new_id
from bot.loading import load_plan
from bot.messages import Address
from bot.people.tables import contact, person
from bot.quiz.drawing import Blueprint, draw
from bot.quiz.files import load_bank
from bot.quiz.rules import begin
from bot.work import Work

CORP: Final = "ww0123456789abcdef"
TOKEN: Final = "benchToken"
KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"  # invented; it opens nothing
ACCOUNT: Final = "campus"
AGENT: Final = 1000002
POINTS: Final = 20  # of a term test: nobody can finish with fewer answers
_PAPERS: Final = 100  # different papers; more would only make the preparation longer
_SETTINGS: Final = """\
school: {{name: 示例职业技术学院, plan: college-generic}}
database: {database}
public_url: http://127.0.0.1
listen: 127.0.0.1:{port}
secret_key: for-benchmarks-only
schedules: {root}/schedules.yaml
question_bank: {root}/question_bank
materials: {root}/materials
accounts:
  - id: {account}
    kind: wecom-app
    corp_id: {corp}
    agent_id: {agent}
    secret: invented
    token: {token}
    encoding_aes_key: {key}
    headcount: 1000000
    api_base_url: {platform}
"""


def settings(database: str, port: int, platform: str = "http://127.0.0.1:9") -> str:
    """The settings file of a bot that listens on ``port`` and believes that ``platform`` is WeCom."""
    return _SETTINGS.format(
        database=database,
        port=port,
        platform=platform,
        root=ROOT,
        account=ACCOUNT,
        corp=CORP,
        agent=AGENT,
        token=TOKEN,
        key=KEY,
    )


def userid(number: int) -> str:
    return f"u{number:07}"


async def enrol(database: Database, people: int) -> None:
    """Migrate, then students 1..people, 40 to a class, each with a WeCom contact; one statement a table."""
    await migrate.upgrade(database)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})"
    word = _padded("i", database.is_sqlite)
    unit = "'学院' || (10 + i / 20000) || '/2023级/班' || (100000 + i / 40)"
    rows = (
        (
            person,
            "id, code, name, kind, unit, stage, joined_at",
            f"i, 'c' || i, '甲', '学生', {unit}, '大学', 0",
        ),
        (
            contact,
            "address, account, realm, person_id, bound_at, bound_how, window_left",
            f"'{CORP}|member|u' || {word}, '{ACCOUNT}', 'member', i, 0, 'roster', 0",
        ),
    )
    async with database.begin() as tx:
        for where, columns, values in rows:
            statement = f"INSERT INTO {where.name} ({columns}) {numbers} SELECT {values} FROM n"
            await tx.execute(sa.text(statement))
        await tx.execute(sa.text("ANALYZE"))


def _padded(column: str, is_sqlite: bool) -> str:
    return f"printf('%07d', {column})" if is_sqlite else f"lpad({column}::text, 7, '0')"


def plan() -> Plan:
    return load_plan(ROOT / "schedules.yaml")


def campaign(found: Plan, duty: str, now: datetime) -> Occurrence:
    """One occurrence of a shipped duty, planned a minute ago."""
    one = found.duties[duty]
    planned = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
    return Occurrence(
        id=f"{duty}@{planned:%Y-%m-%dT%H:%M}",
        duty=duty,
        pack="college-generic",
        title=one.title,
        unit="",
        do=Do(one.do),
        what=one.what,
        ask=Ask(one.ask),
        planned_at=planned,
        due_at=planned + timedelta(days=21),
        remind=0,
        state=OccurrenceState.OPEN,
        clause=one.clause,
        material=one.what,
    )


async def give(work: Work, found: Plan, occurrence: Occurrence, now: datetime) -> int:
    """The occurrence and its tasks, as a launch gives them."""
    await work.duties.add(occurrence)
    duty = found.duties[occurrence.duty]
    return await work.launches.give_tasks(occurrence, duty, found.asks, {}, "college-generic", now)


async def sit_down(database: Database, seed: int = 5) -> None:
    """Everybody has the term test open with its first question on the table."""
    now = datetime.now(UTC)
    found, rng, bank = plan(), Random(seed), load_bank(ROOT / "question_bank")
    papers = [draw(bank, Blueprint("term-test", "大学", POINTS), {}, rng) for _ in range(_PAPERS)]
    occurrence = campaign(found, "term-test", now)
    async with database.begin() as tx:
        work = Work(tx)
        await give(work, found, occurrence, now)
        tasks = await tx.rows(sa.select(task.c.id, task.c.person_id).order_by(task.c.id))
        for one in tasks:
            paper = papers[one.id % _PAPERS]
            sitting = begin(
                new_id(now), one.person_id, one.id, occurrence.title, "mastery", paper, bank, rng
            )
            work.quizzes.start(sitting, now)


async def count(database: Database, tables: tuple[sa.Table, ...]) -> dict[str, int]:
    async with database.reading() as tx:
        found: dict[str, Any] = {
            one.name: await tx.scalar(sa.select(sa.func.count()).select_from(one)) for one in tables
        }
    return found


def address(number: int) -> str:
    return Address.member(CORP, userid(number)).key
