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
        "schedules.yaml:8: quiet_hours 第 2 项：「13」不是时刻；写成 09:40",
        "schedules.yaml:20: to：「学僧」不是人群或学段；可以写：学生、教职工、家长、小学、初中、高中、大学",
        "schedules.yaml:21: when：「fryday」不是星期几，要写英文，如 friday；是不是 friday？",
        "schedules.yaml:25: remind：最大 2",
        "schedules.yaml:26: 不认识 late_okay；是不是 late_ok？",
        "schedules.yaml:27: 不认识 due_in；是不是 due？",
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("ask: nothing", "ask: sign", ":23: do: send 不能配 ask: sign；可以写：nothing、tap、confirm"),
        ("remind: 0", "remind: 1", ":25: ask 是 nothing，没有事可催；remind 写 0 或删掉"),
        ("every friday at 16:40", "every friday at 13:20", ":21: 13:20 在免打扰时间 13:00-14:00 之内"),
        ("every friday at 16:40", "every friday at 23:10", ":21: 23:10 在免打扰时间 21:30-07:00 之内"),
        ("every friday at 16:40", "once on 2028-03-01", ":21: 2028-03-01 在所有学期之外"),
        ("every friday at 16:40", "term week 25", ":21: 没有哪个学期有第 25 周"),
        ("what: weekly", "what: ''", ":19: do: send 要写 what"),
        (
            "to: 学生",
            "to: without tapped of weekly-remindr",
            ":20: 这套方案里没有任务 weekly-remindr；是不是 weekly-reminder？",
        ),
        (
            "to: 学生",
            "to: without signed of weekly-reminder",
            ":20: weekly-reminder 不会有凭据 signed；会有：opened、tapped",
        ),
        ("off: [2026-09-30]", "off: [2026-08-30]", ":5: 2026-08-30 不在任何学期里"),
        ("off: [2026-09-30]", "off: [2026-10-10]", ":5: 2026-10-10 又放假又补课，只留一样"),
        ("{date: 2026-10-10", "{date: 2028-10-10", ":6: 2028-10-10 不在任何学期里"),
        ("2027-01-15]}", "2027-01-20]}", ":3: 考试的日子不在2026秋之内，或前后颠倒"),
        ('["09:40", "15:20"]', '["15:20", "09:40"]', ":7: 课间要从早到晚写，不能重复"),
        (
            'breaks: ["09:40", "15:20"]',
            'lessons: ["08:00-11:50", "11:30-16:00"]',
            ":7: 上课时间要从早到晚写：前一段结束，后一段才开始",
        ),
        (
            'breaks: ["09:40", "15:20"]',
            'lessons: ["11:50-08:00"]',
            ":7: 上课时间要从早到晚写：前一段结束，后一段才开始",
        ),
        (
            'breaks: ["09:40", "15:20"]',
            'lessons: {高中: ["07:00-13:00", "14:00-21:30"]}',
            ":7: 上课时间和免打扰时间占满了一天，没有时间可发",
        ),
        ("刷单返利: 3", "刷单返利: 30", ":11: topics 合起来超过 20 个知识点"),
    ],
)
def test_contradictions(small: str, old: str, new: str, complaint: str) -> None:
    assert refused(small.replace(old, new)) == [f"schedules.yaml{complaint}"]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ("do: quiz\nwhat: trem-test", "blueprints 里没有 trem-test；是不是 term-test？"),
        ("do: quiz\nwhat: term-test\nto: 家长", "term-test 里没有家长的卷子"),
        ("do: quiz\nwhat: term-test\nwhen: term week 19 monday", "考试周不开始测试，请换一天"),
        ("do: quiz\nwhat: term-test\nwhen: once on 2027-01-05", "考试周不开始测试，请换一天"),
        ("do: confirm\nremind: 1", "自愿确认只问一次，不催；remind 写 0 或删掉"),
        ("do: letter\nto: 家长\nremind: 1", "对家长不催；remind 写 0 或删掉"),
        ("do: forward\nremind: 1\ndue:", "要催办就要有 due，如 due: 7 days"),
        ("do: forward\nask: tick", "do: forward 不能配 ask: tick；可以写：forward"),
        ("id: weekly-reminder", "id weekly-reminder 第 15 行已经用了；各套方案里都不能重复"),
        ("when: each school day at breaks", "calendar 里没有写课间 breaks"),
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
                ":7: lessons 第 1 项：「8」不是时刻；写成 09:40",
                ":7: lessons 第 2 项：「14:00」不是一段钟点；写成 08:00-11:50",
            ],
        ),
        (
            "lessons:\n    初中:\n      - 14:00\n    大学: []",
            [
                ":9: 初中 第 1 项：「14:00」不是一段钟点；写成 08:00-11:50",
                ":10: 大学：只能写 小学、初中、高中",
            ],
        ),
    ],
)
def test_lesson_hours_that_cannot_be_read(small: str, line: str, complaints: list[str]) -> None:
    text = small.replace('breaks: ["09:40", "15:20"]', line)
    assert refused(text) == [f"schedules.yaml{one}" for one in complaints]


def test_a_clause_is_served_or_left_out_not_both(small: str) -> None:
    assert refused(small + "    left_out:\n      S1-16: 没有办法\n") == [
        "schedules.yaml:28: S1-16 写了不做，又有任务落实它，只留一样"
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
