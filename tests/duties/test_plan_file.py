"""A plan is taken whole or refused whole, with every reason at its line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from conftest import REPO

from bot.duties.calendar import Statutory
from bot.duties.lessons import PUPILS, USUAL, Hours
from bot.duties.plan import json_schema, parse_plan
from bot.duties.plan_file import parse_cap, parse_length, parse_quiet
from bot.duties.plan_values import ZONE, Cap, IfHoliday, Mode, Period, Plan, QuietHours
from bot.duties.rules import Ask, Do
from bot.errors import BadFile
from bot.people.rules import PersonKind, Stage


def refused(text: str) -> list[str]:
    with pytest.raises(BadFile) as caught:
        parse_plan(text, "schedules.yaml", Statutory())
    return [str(complaint) for complaint in caught.value.complaints]


def test_the_shape_of_the_contract(small: str) -> None:
    plan = parse_plan(small, "schedules.yaml", Statutory())
    (duty,) = plan.packs["college-generic"].duties
    assert (duty.id, duty.title, duty.clause) == (
        "weekly-reminder",
        "weekly-reminder",
        ("S1-16", "S1-35", "S1-39"),
    )
    assert (duty.do, duty.what, str(duty.to), str(duty.when)) == (
        Do.SEND,
        "weekly",
        "学生",
        "every friday at 16:40",
    )
    assert (duty.if_holiday, duty.ask, duty.due) == (IfHoliday.DAY_BEFORE, Ask.NOTHING, timedelta(days=7))
    assert (duty.late_ok, duty.remind, duty.approve, duty.digest) == (timedelta(hours=3), 0, 0, False)
    assert plan.caps[PersonKind.PARENT] == Cap(2, Period.MONTH)
    blueprint = plan.blueprint("term-test", "大学")
    assert blueprint is not None
    assert (blueprint.points, blueprint.mode) == (20, Mode.MASTERY)
    assert blueprint.topics == {"刷单返利": 3, "两卡": 2}
    assert plan.blueprint("term-test", "家长") is None
    assert plan.asks == {"weekly-reminder": Ask.NOTHING}


def test_every_wrong_field_is_told_at_once(small: str) -> None:
    text = small.replace("every friday at 16:40", "every fryday at 16:40").replace("to: 学生", "to: 学僧")
    text = text.replace("remind: 0", "remind: 3").replace("late_ok: 3h", "late_okay: 3h\n        due_in: 1")
    assert refused(text.replace('"13:00-14:00"', '"13-14"')) == [
        "schedules.yaml:8: item 2: '13' is no time of day; write it as 09:40",
        "schedules.yaml:20: to: '学僧' is no kind or 学段; known: 学生, 教职工, 家长, 小学, 初中, 高中, 大学",
        "schedules.yaml:21: when: fryday is no weekday; did you mean friday?",
        "schedules.yaml:25: remind: Input should be less than or equal to 2",
        "schedules.yaml:26: late_okay is not known here; did you mean late_ok?",
        "schedules.yaml:27: due_in is not known here; did you mean due?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("ask: nothing", "ask: sign", ":23: do send cannot ask sign; it can ask nothing, tap, confirm"),
        ("remind: 0", "remind: 1", ":25: there is nothing to remind of: ask is nothing"),
        ("every friday at 16:40", "every friday at 13:20", ":21: 13:20 is in the quiet hours 13:00-14:00"),
        ("every friday at 16:40", "every friday at 23:10", ":21: 23:10 is in the quiet hours 21:30-07:00"),
        ("every friday at 16:40", "once on 2028-03-01", ":21: 2028-03-01 lies outside all terms"),
        ("every friday at 16:40", "term week 25", ":21: no term has a week 25"),
        ("what: weekly", "what: ''", ":19: do send needs a what"),
        (
            "to: 学生",
            "to: without tapped of weekly-remindr",
            ":20: there is no duty weekly-remindr in this pack; did you mean weekly-reminder?",
        ),
        (
            "to: 学生",
            "to: without signed of weekly-reminder",
            ":20: weekly-reminder never has the proof signed; it has opened, tapped",
        ),
        ("off: [2026-09-30]", "off: [2026-08-30]", ":5: 2026-08-30 is in no term"),
        ("off: [2026-09-30]", "off: [2026-10-10]", ":5: 2026-10-10 is a make-up day too"),
        ("{date: 2026-10-10", "{date: 2028-10-10", ":6: 2028-10-10 is in no term"),
        ("2027-01-15]}", "2027-01-20]}", ":3: the exams are not inside 2026秋"),
        ('["09:40", "15:20"]', '["15:20", "09:40"]', ":7: the breaks are not in order"),
        (
            'breaks: ["09:40", "15:20"]',
            'lessons: ["08:00-11:50", "11:30-16:00"]',
            ":7: the lessons are not in order: each ends before the next begins",
        ),
        (
            'breaks: ["09:40", "15:20"]',
            'lessons: ["11:50-08:00"]',
            ":7: the lessons are not in order: each ends before the next begins",
        ),
        (
            'breaks: ["09:40", "15:20"]',
            'lessons: {高中: ["07:00-13:00", "14:00-21:30"]}',
            ":7: lessons and quiet hours leave no time of a school day",
        ),
        ("刷单返利: 3", "刷单返利: 30", ":11: the topics want more than 20 points"),
    ],
)
def test_contradictions(small: str, old: str, new: str, complaint: str) -> None:
    assert refused(small.replace(old, new)) == [f"schedules.yaml{complaint}"]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("do: quiz\nwhat: trem-test", "there is no blueprint trem-test; did you mean term-test?"),
        ("do: quiz\nwhat: term-test\nto: 家长", "the blueprint term-test has no paper for 家长"),
        ("do: quiz\nwhat: term-test\nwhen: term week 19 monday", "no test begins on an exam day"),
        ("do: quiz\nwhat: term-test\nwhen: once on 2027-01-05", "no test begins on an exam day"),
        ("do: confirm\nremind: 1", "a voluntary confirmation is asked once and never reminded of"),
        ("do: letter\nto: 家长\nremind: 1", "家长 are never reminded"),
        ("do: forward\nremind: 1\ndue:", "a reminder needs a due"),
        ("do: forward\nask: tick", "do forward cannot ask tick; it can ask forward"),
        ("id: weekly-reminder", "weekly-reminder is taken in line 15; ids are unique over all packs"),
        ("when: each school day at breaks", "the calendar has no breaks"),
    ],
)
def test_contradictions_of_another_duty(small: str, lines: str, complaint: str) -> None:
    duty = {"id": "other", "owner": "学生处", "do": "send", "what": "weekly", "to": "学生"}
    duty |= {"when": "every monday", "due": "7 days"}
    duty |= dict(line.split(":") for line in lines.replace(": ", ":").splitlines())
    body = "      - " + "        ".join(f"{key}: {value}\n" for key, value in duty.items())
    if "breaks" in complaint:
        small = small.replace('["09:40", "15:20"]', "[]")
    text = small + body.replace("        due: \n", "")
    assert [c.split(": ", 1)[1] for c in refused(text)] == [complaint]


def test_an_alert_may_come_at_night(small: str) -> None:
    text = small.replace("what: weekly", "what: alert").replace("friday at 16:40", "friday at 22:20")
    assert parse_plan(text, "schedules.yaml", Statutory()).duties["weekly-reminder"].what == "alert"


def test_lesson_hours_for_all_for_each_or_usual(small: str) -> None:
    def lessons(line: str) -> Mapping[Stage, Sequence[Hours]]:
        text = small.replace('breaks: ["09:40", "15:20"]', line)
        return parse_plan(text, "schedules.yaml", Statutory()).calendar.lessons

    morning = (Hours(time(8), time(11, 30)),)
    assert lessons("breaks: []") == USUAL
    assert lessons('lessons: ["08:00-11:30"]') == dict.fromkeys(PUPILS, morning)
    assert lessons('lessons: {初中: ["08:00-11:30"]}') == {**USUAL, Stage.JUNIOR: morning}
    assert lessons("lessons: {初中: []}")[Stage.JUNIOR] == ()


@pytest.mark.parametrize(
    ("line", "complaints"),
    [
        (
            'lessons: ["8-11:50", "14:00"]',
            [
                ":7: item 1: '8' is no time of day; write it as 09:40",
                ":7: item 2: '14:00' is no stretch of lessons; write it as 08:00-11:50",
            ],
        ),
        (
            "lessons:\n    初中:\n      - 14:00\n    大学: []",
            [
                ":9: item 1: '14:00' is no stretch of lessons; write it as 08:00-11:50",
                ":10: 大学: Input should be '小学', '初中' or '高中'",
            ],
        ),
    ],
)
def test_lesson_hours_that_cannot_be_read(small: str, line: str, complaints: list[str]) -> None:
    text = small.replace('breaks: ["09:40", "15:20"]', line)
    assert refused(text) == [f"schedules.yaml{one}" for one in complaints]


def test_a_clause_is_served_or_left_out_not_both(small: str) -> None:
    assert refused(small + "    left_out:\n      S1-16: 没有办法\n") == [
        "schedules.yaml:28: S1-16 is left out and yet served by a duty"
    ]


def test_the_schema_in_the_repository_is_current() -> None:
    assert json.loads((REPO / "schedules.schema.json").read_text("utf-8")) == json_schema()


def test_small_words() -> None:
    assert parse_length("2 weeks") == timedelta(weeks=2)
    assert parse_length("90 minutes") == timedelta(minutes=90)
    assert parse_length("3h") == timedelta(hours=3)
    assert parse_quiet("21:30-07:00") == QuietHours(time(21, 30), time(7))
    for parse, text in ((parse_length, "soon"), (parse_length, "0 days"), (parse_cap, "2 a week")):
        with pytest.raises(ValueError):
            parse(text)


def test_quiet_hours_over_midnight(plan: Plan) -> None:
    def at(hour: int, minute: int) -> datetime:
        return datetime(2026, 11, 20, hour, minute, tzinfo=ZONE).astimezone(UTC)

    assert all(plan.is_quiet(at(*t)) for t in ((21, 30), (3, 0), (6, 59), (13, 0), (13, 59)))
    assert not any(plan.is_quiet(at(*t)) for t in ((21, 29), (7, 0), (12, 59), (14, 0)))
    assert plan.quiet_until(at(13, 10)) == at(14, 0)
    assert plan.quiet_until(at(22, 0)) == at(7, 0) + timedelta(days=1)
    assert plan.quiet_until(at(2, 0)) == at(7, 0)
    assert plan.quiet_until(at(10, 0)) == at(10, 0)
