"""What is not done yet: a reminder for the person, a line or a card of figures for teachers and staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.duties.rules import Ask, Occurrence
from bot.duties.wording import NO_GUARDIAN, day, how
from bot.messages import Notice
from bot.people.rules import labels

_CLASSES: Final = 8  # of a teacher, in one sentence
_FIGURES: Final = 6  # lines of a card (90236)


def reminder(occurrence: Occurrence) -> str:
    due = f"，{day(occurrence.due_at)}前" if occurrence.due_at else ""
    return f"提醒一下：{occurrence.title}还没完成（{how(occurrence)}{due}）。"


def letter_reminder(occurrence: Occurrence, page: str) -> Notice:
    """With the letter itself: a parent of 学校通知 can do nothing in the chat but open it."""
    due = f"{day(occurrence.due_at)}前" if occurrence.due_at else ""
    done = "签收" if occurrence.ask is Ask.SIGN else "回一声"
    body = f"读完请在页面里{done}{f'，{due}就好' if due else ''}。已经办好的请不用理会。"
    return Notice(f"提醒一下：{occurrence.title}还没完成", body, page, "读信")


def to_teacher(occurrence: Occurrence, open_: Mapping[str, int]) -> str:
    """After the last reminder it is time to talk; the names are behind 未完成."""
    return f"{occurrence.title}已到期，未完成：{_units(open_)}。不再自动提醒，请当面问。名单发「未完成」。"


def unguarded(occurrence: Occurrence, open_: Mapping[str, int]) -> str:
    """When a letter has gone out, to the teachers of the children whose family it has no way to."""
    return (
        f"{occurrence.title}：{NO_GUARDIAN}的有{_units(open_)}，没法单独发给家里。"
        "请当面、电话或带纸质信告知，做完发「登记」。名单发「未完成」。"
    )


def to_teacher_card(occurrence: Occurrence, open_: Mapping[str, int], page: str) -> Notice:
    """The same with one line a class, most first: the class with whom to talk first. Of very many classes
    the last line is the rest.
    """
    called = labels(open_)
    most_first = sorted(open_.items(), key=lambda one: (-one[1], one[0]))
    shown = most_first if len(most_first) <= _FIGURES else most_first[: _FIGURES - 1]
    figures = [(f"{count}人", called[unit]) for unit, count in shown]
    if rest := most_first[len(shown) :]:
        figures.append((f"{sum(count for _, count in rest):,}人", f"其余{len(rest)}个班"))
    return Notice(
        f"{occurrence.title}已到期",
        "不再自动提醒，请当面问。名单发「未完成」。",
        page,
        figures=tuple(figures),
        emphasis=(f"{sum(open_.values())}人", "还没完成"),
    )


def to_group_card(title: str, due: int, done: int, exempt: int, least: int, page: str) -> Notice:
    """Totals only. Fewer than ``least`` people are not counted out in a group."""
    few = f"不到{least}人"
    left = f"还差{few}" if 0 < due - done < least else f"{done:,}人"
    excused = few if 0 < exempt < least else f"{exempt:,}人"
    return Notice(
        f"{title}已到期",
        "只有合计，没有名单；没完成的由老师私下问。",
        page,
        figures=(("应到", f"{due:,}人"), ("已完成", left), ("豁免", excused)),
    )


def _units(open_: Mapping[str, int]) -> str:
    """``软件2301班3人``; of very many classes some, and the sum."""
    called = labels(open_)
    units = "、".join(f"{called[unit]}{open_[unit]}人" for unit in sorted(open_)[:_CLASSES])
    return f"{units}等{len(open_)}个班共{sum(open_.values()):,}人" if len(open_) > _CLASSES else units
