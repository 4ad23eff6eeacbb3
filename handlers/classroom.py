"""上课: a class without phones does its test together, from a projector; its teacher records it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.errors import Refusal
from bot.messages import Choice, Say
from bot.people.rules import TEACHER_ROLES, labels, several
from bot.platforms.twin import fitting, room
from bot.quiz import wording_classroom as wording
from bot.quiz.actions_classroom import class_tests, pages_for
from bot.quiz.classroom import ClassTest
from bot.reports import wording_behind
from bot.reports.wording import which
from bot.routing import Router, Turn, Who
from bot.wording import within

router = Router("classroom")
_AT_ONCE: Final = 8  # links of one message
_SENTENCES: Final = 900  # bytes of the text beside the links
_TAP: Final = Choice(wording.WORD, wording.TOGETHER)


@router.says("上课", "课堂", "全班做", "全班一起做", who=Who.TEACHER, help="上课  没有手机的班投屏一起做测试")
async def together(turn: Turn) -> Say:
    """A line and a link for each class and test, as many as one message holds."""
    units: Sequence[str] = turn.someone.units(*TEACHER_ROLES)
    if turn.rest:
        matches = await turn.work.people.find_unit(turn.rest, units)
        if not matches:
            raise Refusal(wording_behind.yours(several(units)))
        if len(matches) > 1:
            names = labels(matches).values()
            taps = fitting(Choice(f"{wording.WORD} {name}", name) for name in names)
            return Say(which(turn.rest, len(matches)), taps)
        units = matches
    tests = await class_tests(turn.work, turn.school, units)
    if not tests:
        return Say(wording.none(units[0] if turn.rest else ""))
    return _listed(turn, tests)


async def hint(turn: Turn, units: Sequence[str]) -> tuple[list[str], tuple[Choice, ...]]:
    """Where pupils without an account are on a list: that they can do it together."""
    if not await class_tests(turn.work, turn.school, units):
        return [], ()
    return [wording.HINT], (_TAP,)


def _listed(turn: Turn, tests: Sequence[ClassTest]) -> Say:
    base = turn.school.accounts.url_at(turn.inbound.account)
    called = labels(one.pupils.unit for one in tests)
    pages = fitting(pages_for(turn.work, turn.school, tests[:_AT_ONCE], called, base), _SENTENCES)
    lines = wording.which(tests[: len(pages)], called)
    left = len(tests) - len(pages)
    tail = [wording.tail(tests, called), *([wording.more(left)] if left else [])]
    return Say(within([wording.head(), *lines], tail, limit=room(pages)), pages)
