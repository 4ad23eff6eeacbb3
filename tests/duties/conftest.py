"""The shipped plan, read once, and a small file to bend in tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.duties.coverage import Clause, parse_clauses
from bot.duties.plan import parse_plan
from bot.duties.plan_values import Plan
from bot.duties.statutory import china

REPO = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def plan() -> Plan:
    return parse_plan((REPO / "schedules.yaml").read_text("utf-8"), "schedules.yaml", china())


@pytest.fixture(scope="session")
def clauses() -> tuple[Clause, ...]:
    return parse_clauses((REPO / "bot/duties/clauses.yaml").read_text("utf-8"), "clauses.yaml")


@pytest.fixture
def small() -> str:
    """The shape of the contract, as short as a plan can be."""
    return """\
timezone: Asia/Shanghai
calendar:
  terms: [{name: 2026秋, from: 2026-09-01, to: 2027-01-15, exams: [2027-01-04, 2027-01-15]}]
  holidays: china
  off: [2026-09-30]
  makeups: [{date: 2026-10-10, like: friday}]
  breaks: ["09:40", "15:20"]
quiet_hours: ["21:30-07:00", "13:00-14:00"]
caps: {学生: 2 per week, 家长: 2 per month, 教职工: 1 per day}
blueprints:
  term-test: {audience: 大学, points: 20, topics: {刷单返利: 3, 两卡: 2}, mode: mastery}
packs:
  college-generic:
    duties:
      - id: weekly-reminder
        clause: [S1-16, S1-35, S1-39]
        owner: 辅导员
        do: send
        what: weekly
        to: 学生
        when: every friday at 16:40
        if_holiday: day before
        ask: nothing
        due: 7 days
        remind: 0
        late_ok: 3h
"""
