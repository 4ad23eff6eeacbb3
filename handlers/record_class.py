"""登记 for a whole class: what was done together, or on paper that came back, but for those who are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.duties import wording_record as wording
from bot.duties.actions import prove
from bot.duties.behind import OfClass
from bot.duties.naming import named, word_of, words_of
from bot.duties.plan_values import Plan
from bot.duties.rules import Do, ProofKind
from bot.errors import Refusal
from bot.messages import Choice, Say
from bot.people.rules import leaf, masked
from bot.people.spelling import same_name, tidy_code
from bot.platforms.twin import fitting
from bot.quiz.classroom import stages_together
from bot.routing import Turn

YES: Final = "确定"
_MOST: Final = 120  # people of one class; a college is no class
_CHOICES: Final = 4
_TAIL: Final = 2  # characters of a 编号 that are enough inside a class


@dataclass(frozen=True, slots=True)
class _Said:
    """What follows the name of the class."""

    which: str
    but: tuple[str, ...]
    is_sure: bool


async def by_class(turn: Turn, unit: str, called: str, rest: str) -> Say:
    """Asks first, with the number; 确定 at the end records it. Whoever is named after 除 stays open.

    ``called``: as the teacher has written the class. Raises Refusal for what is done alone, for more than a
    class, and for somebody who is not on the list.
    """
    said = _said(rest)
    found = [one for one in await turn.work.duties.open_in(unit) if together(one, turn.school.plan)]
    campaigns = {one.occurrence.id: one.occurrence for one in found}
    if not campaigns:
        raise Refusal(wording.nothing_together(leaf(unit)))
    words = words_of(campaigns.values())
    named_ = named(said.which, words)
    ids = named_.ids or tuple(campaigns)
    way = (named_.rest if named_.ids else said.which).strip()
    is_another = not named_.ids and _names_a_duty(turn, way)
    if len(ids) > 1 or is_another:
        return _which(called, [words[id_] for id_ in ids], "" if is_another else way)
    mine = [one for one in found if one.occurrence.id == ids[0]]
    if len(mine) > _MOST or len({one.task.unit for one in mine}) > 1:
        raise Refusal(wording.no_class(leaf(unit)))
    left_out = [_one(mine, name) for name in said.but]
    meant = [one for one in mine if one not in left_out]
    if not meant:
        raise Refusal(wording.nothing_together(leaf(unit)))
    occurrence = campaigns[ids[0]]
    way = way[: wording.LONGEST_WAY] or wording.usual(occurrence.do)
    names = [masked(one.name, one.code) for one in left_out]
    if not said.is_sure:
        but = f" 除 {' '.join(said.but)}" if said.but else ""
        again = f"登记 {called} {words[ids[0]]} {way}{but} {YES}"
        return Say(wording.sure(leaf(unit), len(meant), occurrence.title, way, names), (Choice(again, YES),))
    for one in meant:
        by = turn.someone.id
        await prove(turn.work, one.task, one.occurrence, ProofKind.CHECKED, by, "paper", turn.now, way)
    turn.work.people.audit(
        turn.someone.id, "recorded a class", turn.now,
        {"unit": unit, "occurrence": occurrence.id, "people": len(meant)},
    )  # fmt: skip
    return Say(wording.done_together(way, leaf(unit), len(meant), occurrence.title, names))


def together(one: OfClass, plan: Plan) -> bool:
    """A letter comes back on paper; a test is sat together by children, who need no phone for it, and by whom
    the plan says so. Everybody else does it alone.
    """
    if ProofKind.CHECKED not in one.occurrence.ladder.kinds:
        return False
    if one.occurrence.do is Do.QUIZ:
        return one.stage in stages_together(plan, one.occurrence.material)
    return one.occurrence.do is Do.LETTER


def _said(rest: str) -> _Said:
    parts = rest.replace("除了", " 除 ").replace("、", " ").replace("，", " ").replace(",", " ").split()
    is_sure = bool(parts) and parts[-1] == YES
    parts = parts[:-1] if is_sure else parts
    for number, part in enumerate(parts):
        if part.startswith("除"):
            names = [part.removeprefix("除"), *parts[number + 1 :]]
            return _Said(" ".join(parts[:number]), tuple(name for name in names if name), is_sure)
    return _Said(" ".join(parts), (), is_sure)


def _one(mine: Sequence[OfClass], said: str) -> OfClass:
    """Who is meant by a 编号, its end, or a name. Raises Refusal unless it is exactly one."""
    code = tidy_code(said)
    found = [one for one in mine if code == one.code] or [
        one for one in mine if same_name(said, one.name) or (len(code) >= _TAIL and one.code.endswith(code))
    ]
    if len(found) != 1:
        raise Refusal(wording.not_one(said[:20], [masked(one.name, one.code) for one in found]))
    return found[0]


def _names_a_duty(turn: Turn, said: str) -> bool:
    """A title where a way was expected: what it names is done, or is not done together."""
    first = word_of(said.partition(" ")[0])
    titles = (word_of(duty.title) for duty in turn.school.plan.duties.values())
    return bool(first) and first not in wording.WAYS and any(first in title for title in titles)


def _which(called: str, words: Sequence[str], way: str) -> Say:
    choices = [Choice(f"登记 {called} {word} {way}".strip(), word) for word in words[-_CHOICES:]]
    return Say(wording.which_together(called, len(words)), fitting(choices))
