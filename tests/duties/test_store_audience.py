"""The SQL condition means exactly the people whom the pure rule means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.db import Database, metadata
from bot.duties import tables
from bot.duties.audience import (
    Audience,
    Both,
    Either,
    Except,
    HasRole,
    InUnit,
    OfKind,
    OfStage,
    Standing,
    Without,
    kinds_named,
    matches,
)
from bot.duties.audience_parser import parse_audience
from bot.duties.rules import Ask, ProofKind
from bot.duties.store_audience import Audiences, unguarded, where
from bot.people import tables as people
from bot.people.rules import Person, PersonKind, RoleHeld, RoleName, Stage

ASKS = {"term-test": Ask.FULL_MARKS, "parent-letter": Ask.SIGN}
NOW = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
UNITS = ["护理学院", "护理学院/2023级", "护理学院/2023级/护理2301", "护理学院2", "信息学院"]


def _cast() -> list[tuple[Person, Standing]]:
    """Every kind, stage and unit with a turn of roles, proofs and exemptions; some have left."""
    found = []
    for n in range(60):
        roles = tuple(
            RoleHeld(role, UNITS[(n + i) % 5]) for i, role in enumerate(RoleName) if (n * 7 + i * 3) % 5 == 0
        )
        kinds = list(ProofKind)
        proofs = frozenset(
            (duty, kinds[(n * 3 + i) % len(kinds)]) for i, duty in enumerate(ASKS) if (n + i) % 3
        )
        person = Person(
            id=n + 1,
            code=f"C{n:04}",
            name="林晓",
            kind=list(PersonKind)[n % 3],
            unit=UNITS[n % 5],
            stage=[None, *Stage][n % 5 if n % 2 else (n // 3) % 5],
            roles=roles,
            left_at=NOW if n % 11 == 0 else None,
        )
        found.append((person, Standing(proofs, frozenset({"term-test"}) if n % 7 == 0 else frozenset())))
    return found


CAST = _cast()


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        _fill(connection)
        yield connection
    engine.dispose()


def _fill(connection: sa.Connection) -> None:
    for i, duty in enumerate(ASKS):
        connection.execute(sa.insert(tables.occurrence), _occurrence(duty, NOW + i * timedelta(minutes=1)))
    proof_id = 0
    for person, standing in CAST:
        values = {"id": person.id, "code": person.code, "name": person.name, "kind": person.kind.value}
        values |= {"unit": person.unit, "stage": person.stage, "joined_at": NOW, "left_at": person.left_at}
        connection.execute(sa.insert(people.person), values)
        for held in person.roles:
            row = {"person_id": person.id, "role": held.role.value, "unit": held.unit}
            connection.execute(sa.insert(people.role), row)
        for i, duty in enumerate(ASKS):
            task: dict[str, Any] = {"id": person.id * 10 + i, "occurrence_id": duty, "person_id": person.id}
            task |= {"unit": person.unit, "exempt": "病假" if duty in standing.exempt else ""}
            connection.execute(sa.insert(tables.task), task)
            for kind in (kind for about, kind in standing.proofs if about == duty):
                proof_id += 1
                row = {"id": proof_id, "task_id": task["id"], "kind": kind.value, "tier": 1, "at": NOW}
                connection.execute(sa.insert(tables.proof), {**row, "by_id": person.id, "via": "chat"})


def _occurrence(duty: str, planned_at: datetime) -> dict[str, Any]:
    values = {"id": duty, "duty": duty, "pack": "college-generic", "title": duty, "unit": "", "do": "quiz"}
    more = {"what": "", "ask": ASKS[duty].value, "clause": [], "planned_at": planned_at, "remind": 0}
    return {**values, **more, "state": "open"}


_LEAVES: st.SearchStrategy[Audience] = st.one_of(
    st.builds(OfKind, st.sampled_from(PersonKind)),
    st.builds(OfStage, st.sampled_from(Stage)),
    st.builds(InUnit, st.sampled_from(["", *UNITS, "护理", "护理学院/"])),
    st.builds(HasRole, st.sampled_from(RoleName)),
    st.builds(Without, st.sampled_from(ProofKind), st.sampled_from(list(ASKS))),
)
_AUDIENCES: st.SearchStrategy[Audience] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Both, inner, inner), st.builds(Either, inner, inner), st.builds(Except, inner, inner)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(audience=_AUDIENCES)
def test_sql_and_pure_rule_mean_the_same_people(connection: sa.Connection, audience: Audience) -> None:
    pure = [person.id for person, standing in CAST if matches(audience, person, ASKS, standing)]
    statement = sa.select(people.person.c.id).where(where(audience, ASKS)).order_by(people.person.c.id)
    assert list(connection.scalars(statement)) == pure


@settings(max_examples=100, deadline=None)
@given(audience=_AUDIENCES)
def test_a_pupil_without_guardians_stands_for_the_parent_they_would_have(
    connection: sa.Connection, audience: Audience
) -> None:
    """One of their class and 学段, who has done nothing yet; of age is nobody's child."""
    pure = [
        one.id
        for one, _ in CAST
        if one.kind is PersonKind.STUDENT
        and one.left_at is None
        and one.stage in (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR)
        and PersonKind.PARENT in (kinds_named(audience) or PersonKind)
        and matches(audience, replace(one, kind=PersonKind.PARENT, roles=()), ASKS)
    ]
    statement = sa.select(people.person.c.id).where(unguarded(audience, ASKS)).order_by(people.person.c.id)
    assert list(connection.scalars(statement)) == pure


def test_proof_of_an_earlier_term_does_not_count(connection: sa.Connection) -> None:
    audience = parse_audience("without started of term-test")
    statement = sa.select(sa.func.count()).select_from(people.person)
    this_term = connection.scalar(statement.where(where(audience, ASKS, NOW)))
    next_term = connection.scalar(statement.where(where(audience, ASKS, NOW + timedelta(days=100))))
    everyone = sum(person.left_at is None for person, _ in CAST)
    assert this_term is not None
    assert this_term < everyone == next_term


async def test_counting_within_a_unit(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
            await connection.run_sync(_fill)
        async with database.reading() as tx:
            students = parse_audience("学生")
            all_ids = await Audiences(tx, ASKS).ids(students)
            inside = await Audiences(tx, ASKS).count(students, "护理学院")
        assert all_ids == [p.id for p, _ in CAST if p.kind is PersonKind.STUDENT and p.left_at is None]
        named = [p for p, _ in CAST if p.id in all_ids and (p.unit + "/").startswith("护理学院/")]
        assert inside == len(named)
    finally:
        await database.close()
