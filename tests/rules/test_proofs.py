"""Tasks and proofs: ladders, what raises a task, receipts that cannot be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.rules import LADDERS, MAX_REMINDERS, Ask, ProofKind, Task, may_remind, raised
from bot.receipts.rules import ALPHABET, Facts, Level, holds, seal, tidy_code

NOW = datetime(2026, 10, 12, 2, tzinfo=UTC)
TASK = Task(1, "term-test@2026-10-12T09:12", 7, 0, "护理学院/2023级/护理2301")
FACTS = Facts(7, 0, "林小满", "软件2301", 1, "学期测试", "满分 20/20", Level.TAP, NOW)


@pytest.mark.parametrize("ask", list(Ask))
def test_every_ask_has_a_ladder_that_contains_its_done(ask: Ask) -> None:
    ladder = LADDERS[ask]
    assert len(set(ladder.kinds)) == len(ladder.kinds)
    assert ladder.done is None or ladder.done in ladder.kinds


@given(st.sampled_from(list(Ask)), st.lists(st.sampled_from(list(ProofKind)), max_size=12))
def test_a_task_only_rises_and_settles_once(ask: Ask, kinds: list[ProofKind]) -> None:
    ladder, task = LADDERS[ask], TASK
    for kind in kinds:
        result = raised(task, ladder, kind)
        if result is None:
            continue
        assert result.tier >= task.tier
        if task.settled_at:
            assert result.settled
        settled = task.settled_at or (NOW if result.settled else None)
        task = replace(task, tier=result.tier, settled_at=settled, declined=result.declined)
        if task.settled_at and not task.declined:
            assert task.tier >= ladder.done_tier > 0


def test_a_weaker_proof_says_nothing_new() -> None:
    ladder = LADDERS[Ask.CONFIRM]
    signed = replace(TASK, tier=ladder.tier(ProofKind.SIGNED), settled_at=NOW)
    assert raised(signed, ladder, ProofKind.OPENED) is None
    assert raised(signed, ladder, ProofKind.DECLINED) is None
    better = raised(signed, ladder, ProofKind.CHECKED)
    assert better is not None
    assert better.tier == ladder.tier(ProofKind.CHECKED)


def test_who_declined_may_still_change_their_mind() -> None:
    ladder = LADDERS[Ask.CONFIRM]
    declined = replace(TASK, declined=True, settled_at=NOW)
    result = raised(declined, ladder, ProofKind.CONFIRMED)
    assert result is not None
    assert not result.declined


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 100))
def test_nobody_is_reminded_more_than_twice(allowed: int, reminded: int, hours: int) -> None:
    task = replace(TASK, reminded=reminded)
    last = NOW - timedelta(hours=hours) if reminded else None
    if may_remind(task, allowed, last, NOW, timedelta(hours=20)):
        assert reminded < min(allowed, MAX_REMINDERS)
        assert last is None or hours >= 20
    for closed in (replace(task, settled_at=NOW), replace(task, declined=True), replace(task, exempt="休学")):
        assert not may_remind(closed, allowed, last, NOW, timedelta(hours=20))


def test_a_receipt_holds_and_every_change_breaks_it() -> None:
    sealed = seal(b"k" * 32, FACTS)
    assert holds(b"k" * 32, sealed)
    assert not holds(b"x" * 32, sealed)
    for change in (
        {"name": "别人"},
        {"result": "满分 1/1"},
        {"person": 8},
        {"level": Level.HAND},
        {"at": NOW + timedelta(seconds=1)},
        {"task": 2},
        {"about": 3},
        {"unit": "别班"},
    ):
        assert not holds(b"k" * 32, replace(sealed, facts=replace(FACTS, **change)))  # type: ignore[arg-type]


@given(st.binary(min_size=16, max_size=64), st.integers(1, 2**62))
def test_codes_can_be_read_aloud(key: bytes, task: int) -> None:
    code = seal(key, replace(FACTS, task=task)).code
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert tidy_code(f" {code[:4].lower()}-{code[4:]} ") == code


def test_looking_after_declining_is_not_doing() -> None:
    ladder = LADDERS[Ask.CONFIRM]
    declined = replace(TASK, declined=True, settled_at=NOW)
    result = raised(declined, ladder, ProofKind.OPENED)
    assert result is not None
    assert result.declined
