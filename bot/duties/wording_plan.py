"""What whoever edits schedules.yaml reads about it; every sentence has its file and line beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, Final

OPEN_QUOTE: Final = "引号没有成对"
OPEN_BRACKET: Final = "括号没有收尾"
TOO_MANY_BRACKETS: Final = "括号太多"
ONE_LINE: Final = "要写成一句话，不用列表"
WITHOUT: Final = "写成 without 凭据 of 任务的 id，如 without signed of parent-letter"
TERMS_ALIKE: Final = "有两个学期同名"
BREAKS_UNORDERED: Final = "课间要从早到晚写，不能重复"
LESSONS_UNORDERED: Final = "上课时间要从早到晚写：前一段结束，后一段才开始"
NO_FREE_TIME: Final = "上课时间和免打扰时间占满了一天，没有时间可发"
NOTHING_TO_REMIND: Final = "ask 是 nothing，没有事可催；remind 写 0 或删掉"
REMIND_NEEDS_DUE: Final = "要催办就要有 due，如 due: 7 days"
CONFIRM_ONCE: Final = "自愿确认只问一次，不催；remind 写 0 或删掉"
PARENTS_NEVER: Final = "对家长不催；remind 写 0 或删掉"
NO_BREAKS: Final = "calendar 里没有写课间 breaks"
NOT_ON_EXAMS: Final = "考试周不开始测试，请换一天"


def bad_length(text: str) -> str:
    return f"「{text}」不是一段时间；写成 7 days、3h 或 90 minutes"


def length_out_of_range(text: str, days: int) -> str:
    return f"「{text}」太短或太长；最短 1 分钟，最长 {days} 天"


def bad_time(text: str) -> str:
    return f"「{text}」不是时刻；写成 09:40"


def bad_stretch(text: str, like: str) -> str:
    return f"「{text}」不是一段钟点；写成 {like}"


def bad_cap(text: str) -> str:
    return f"「{text}」不是上限；写成 2 per week，可用 day、week、month"


def bad_date(text: Any) -> str:
    return f"「{text}」不是日期；写成 2026-09-01"


def no_such_day(text: str) -> str:
    return f"没有 {text} 这一天"


def bad_weekday(text: Any) -> str:
    return f"「{text}」不是星期几，要写英文，如 friday"


def unread_when(text: str, shapes: Sequence[str]) -> str:
    return f"「{text}」读不懂；写法有：{'；'.join(shapes)}（例子见 docs/schedules.md）"


def no_such_week(week: str) -> str:
    return f"学期里没有第 {week} 周"


def not_every_month(day: str) -> str:
    return f"不是每个月都有 {day} 日；写 1 到 28"


def not_every_year(day: str) -> str:
    return f"不是每年都有 {day}；写成 06-20，月在前"


def bad_event(name: str) -> str:
    return f"没有「{name}」这种事件"


def no_joint(word: str) -> str:
    return f"「{word}」前面少了 and、or 或 except"


def ends_early(what: str) -> str:
    return f"没有写完，后面还要写{what}"


def no_unit(word: str) -> str:
    return f"「{word}」的位置应写单位；单位真叫这个名字的，加引号"


def no_such(what: str, word: str) -> str:
    joined = "；几种人之间写 or，如 学生 or 教职工" if set(word) & set("，、,;；+和") else ""
    return f"「{word}」不是{what}{joined}"


def id_taken(id_: str, line: int) -> str:
    return f"id {id_} 第 {line} 行已经用了；各套方案里都不能重复"


def term_backwards(name: str) -> str:
    return f"{name}的结束不晚于开始"


def exams_outside(name: str) -> str:
    return f"考试的日子不在{name}之内，或前后颠倒"


def terms_overlap(one: str, other: str) -> str:
    return f"{one}和{other}的日子重叠"


def in_no_term(day: date) -> str:
    return f"{day} 不在任何学期里"


def makeup_too(day: date) -> str:
    return f"{day} 又放假又补课，只留一样"


def two_blueprints(name: str) -> str:
    return f"{name} 里有两份卷子是同一种人的"


def too_many_points(points: int) -> str:
    return f"topics 合起来超过 {points} 个知识点"


def left_out_and_served(clause: str) -> str:
    return f"{clause} 写了不做，又有任务落实它，只留一样"


def impossible_ask(do: str, ask: str, possible: Iterable[str]) -> str:
    return f"do: {do} 不能配 ask: {ask}；可以写：{'、'.join(possible)}"


def no_such_duty(duty: str) -> str:
    return f"这套方案里没有任务 {duty}"


def no_such_proof(duty: str, proof: str, possible: Iterable[str]) -> str:
    return f"{duty} 不会有凭据 {proof}；会有：{'、'.join(possible)}"


def needs_what(do: str) -> str:
    return f"do: {do} 要写 what"


def no_blueprint(name: str) -> str:
    return f"blueprints 里没有 {name}"


def no_paper(name: str, kind: str) -> str:
    return f"{name} 里没有{kind}的卷子"


def in_quiet_hours(at: time, first: time, last: time) -> str:
    return f"{at:%H:%M} 在免打扰时间 {first:%H:%M}-{last:%H:%M} 之内"


def outside_terms(day: date) -> str:
    return f"{day} 在所有学期之外"


def no_term_has(week: int) -> str:
    return f"没有哪个学期有第 {week} 周"


def clause_twice(clause: str) -> str:
    return f"条款 {clause} 写了两次"
