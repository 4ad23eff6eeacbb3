"""登记, 豁免: what a teacher puts on record about one of their people, for one campaign at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.duties import excusing
from bot.duties import wording_record as wording
from bot.duties.actions import prove
from bot.duties.audience import kinds_named
from bot.duties.naming import ALL, Named, named, word_of, words_of
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.errors import Refusal
from bot.messages import Choice, Say
from bot.people.binding import TAIL
from bot.people.records import EVERY_DUTY
from bot.people.rules import TEACHER_ROLES, Person, PersonKind, in_scope, masked
from bot.platforms.twin import fitting
from bot.routing import Router, Turn, Who
from handlers.record_class import by_class

router = Router("record")
_CHOICES: Final = 4
_SENTENCE: Final = 800  # bytes of the text beside what there is to tap
_REST: Final = 40
_NO_BURDEN: Final = (Ask.NOTHING, Ask.TAP)

TaskOf = tuple[Task, Occurrence]


@router.says("登记", who=Who.TEACHER, help="登记 编号或班级 活动 方式  纸质信、电话告知、家访、班会")
async def by_hand(turn: Turn) -> Say:
    """A person looked: the strongest proof there is, with its reason on record, for what was named."""
    code, _, rest = turn.rest.partition(" ")
    if not code:
        return Say(wording.how())
    if not code.isascii():  # plain letters and digits are a 编号 or its end
        classes = await turn.work.people.find_unit(code, turn.someone.units(*TEACHER_ROLES))
        if len(classes) == 1:
            return await by_class(turn, classes[0], code, rest)
    person = await _person(turn, code)
    who = masked(person.name, person.code)
    open_ = await _open(turn, person)
    if not open_:
        return Say(wording.nothing(who))
    meant = _meant(turn, open_, rest)
    campaigns = {occurrence.id: occurrence for _, occurrence in meant.tasks}
    if meant.missed or (len(campaigns) > 1 and not meant.all_of_them):
        return _which(code, who, list(campaigns.values()), meant)
    for task, occurrence in meant.tasks:
        by = turn.someone.id
        await prove(turn.work, task, occurrence, ProofKind.CHECKED, by, "paper", turn.now, meant.way)
    titles = [occurrence.title for occurrence in campaigns.values()]
    left = {o.id for _, o in open_ if _is_owed(o)} - campaigns.keys()
    return Say(wording.done(meant.way, who, titles, len(left)))


@router.says("豁免", who=Who.TEACHER, help="豁免 编号 原因 到日期  休学、病假、出国、没有手机")
async def excuse(turn: Turn) -> Say:
    """Who cannot do it is not counted, with the reason, until when, and who allowed it.

    With a campaign only of this one, now and later; what guardians owe for a child goes with the child.
    """
    code, _, rest = turn.rest.partition(" ")
    if not code:
        return Say(excusing.how(turn.now))
    person = await _person(turn, code)
    if not rest:
        return Say(excusing.how(turn.now))
    who = masked(person.name, person.code)
    titles = await _duties(turn, person)
    found = Named((), rest) if rest == excusing.CANCEL else named(rest, titles)
    if len(found.ids) > 1:
        rest = found.rest[:_REST]
        choices = (Choice(f"豁免 {code} {titles[id_]} {rest}".strip(), titles[id_]) for id_ in found.ids)
        return Say(excusing.which(who), fitting(choices, _SENTENCE))
    duty = found.ids[0] if found.ids else EVERY_DUTY
    only = titles.get(duty, "")
    if found.rest == excusing.CANCEL:
        return await _taken_back(turn, person, duty, titles)
    reason, until = excusing.read(found.rest, turn.now)
    if not only and " " in reason:
        raise Refusal(excusing.unknown(reason.split()[0], turn.now))
    await _end(turn, person, duty)
    turn.work.people.exempt(person.id, duty, reason, turn.now, until=until, allowed_by=turn.someone.id)
    turn.work.launches.excuse(person.id, reason, duty)
    turn.work.people.audit(turn.someone.id, "exempted", turn.now, {"unit": person.unit, "what": only})
    guardians = await turn.work.people.guardians(person.id)
    return Say(excusing.done(who, reason, until, only, bool(guardians)))


async def _taken_back(turn: Turn, person: Person, duty: str, titles: Mapping[str, str]) -> Say:
    """Without a campaign everything that excuses this person; with one only what names it."""
    ended = await _end(turn, person, duty, and_each=duty == EVERY_DUTY)
    who = masked(person.name, person.code)
    if not ended:
        known = await turn.work.people.exemptions(person.id)
        everything = any(one.holds(EVERY_DUTY, turn.now) for one in known)
        return Say(excusing.none_to_end(who, titles.get(duty, ""), everything))
    turn.work.people.audit(turn.someone.id, "exemption ended", turn.now, {"unit": person.unit})
    everything = EVERY_DUTY in ended
    return Say(excusing.ended(who, [] if everything else [titles.get(one, one) for one in ended]))


async def _end(turn: Turn, person: Person, duty: str, *, and_each: bool = False) -> list[str]:
    """From which duties this person was excused until now."""
    known = [
        one
        for one in await turn.work.people.exemptions(person.id)
        if one.holds(one.duty, turn.now) and (and_each or one.duty == duty)
    ]
    for one in known:
        turn.work.people.end_exemption(one, turn.now)
    for one in known:
        turn.work.launches.owe_again(person.id, one.reason, turn.now, one.duty)
    return list(dict.fromkeys(one.duty for one in known))


async def _person(turn: Turn, code: str) -> Person:
    """Somebody of the teacher's own, by 编号, its end or name; a guardian only when all their children are.

    Raises Refusal, which says nothing of who exists elsewhere.
    """
    person = await turn.work.people.by_code(code)
    if person is None or not in_scope(person.unit, turn.someone.scope):
        person = await _alone(turn, code)
    if person.kind is PersonKind.PARENT:
        children = await turn.work.people.children(person.id)
        if not all(in_scope(child.unit, turn.someone.scope) for child in children):
            raise Refusal(excusing.brothers())
    return person


async def _alone(turn: Turn, said: str) -> Person:
    """The only one of the teacher's own who is called so, or whose 编号 ends so."""
    people = turn.work.people
    found = await people.by_name(said)
    if not found and len(said) >= TAIL:
        found = await people.ending(said)
    own = [one for one in found if in_scope(one.unit, turn.someone.scope)]
    pupils = [one for one in own if one.kind is PersonKind.STUDENT] or own
    if len(pupils) > 1:
        raise Refusal(wording.several_of(said, [(one.code[-TAIL:], one.unit) for one in pupils]))
    if not pupils:
        raise Refusal(wording.not_yours())
    return pupils[0]


async def _open(turn: Turn, person: Person) -> list[TaskOf]:
    """What is open of this person and of guardians for them, the oldest first; one guardian's task stands for
    both's.
    """
    found: dict[tuple[str, int], TaskOf] = {}
    for one in [person, *await turn.work.people.guardians(person.id)]:
        owed = await turn.work.duties.open_tasks(one.id)
        for task, occurrence in owed + await turn.work.duties.owed_by_family(one.id):
            is_theirs = task.about in (0, person.id) or person.kind is PersonKind.PARENT
            if is_theirs and _can_be_recorded(occurrence):
                key = (occurrence.id, task.about or task.person)
                found.setdefault(key, (task, occurrence))
    return sorted(found.values(), key=lambda one: one[1].planned_at)


def _can_be_recorded(occurrence: Occurrence) -> bool:
    return ProofKind.CHECKED in occurrence.ladder.kinds and occurrence.ask not in _NO_BURDEN


def _is_owed(occurrence: Occurrence) -> bool:
    return occurrence.do is not Do.CONFIRM


@dataclass(frozen=True, slots=True)
class _Meant:
    """The things that are meant, the way they were done, and what was named and is none of them."""

    tasks: Sequence[TaskOf]
    way: str
    missed: str = ""
    all_of_them: bool = False


def _meant(turn: Turn, open_: Sequence[TaskOf], rest: str) -> _Meant:
    """Without a name what must be done is meant; what is voluntary has to be named."""
    must = [one for one in open_ if _is_owed(one[1])] or open_
    first, _, after = rest.partition(" ")
    if first == ALL:
        return _Meant(must, _way(after), all_of_them=True)
    found = named(rest, words_of(occurrence for _, occurrence in open_))
    if found.ids and (found.exact or found.rest or rest not in wording.WAYS):
        return _Meant([one for one in open_ if one[1].id in found.ids], _way(found.rest))
    planned = {word_of(duty.title) for duty in turn.school.plan.duties.values()}
    if first not in wording.WAYS and (after or word_of(first) in planned):
        return _Meant(must, _way(after), missed=first)
    return _Meant(must, _way(rest))


def _way(text: str) -> str:
    return text[: wording.LONGEST_WAY].strip() or wording.NO_WAY


def _which(code: str, who: str, campaigns: Sequence[Occurrence], meant: _Meant) -> Say:
    """The newest can be tapped, as many as fit; the others are named."""
    words = list(words_of(campaigns).values())
    how = "" if meant.way == wording.NO_WAY else f" {meant.way}"
    newest = [Choice(f"登记 {code} {word}{how}", word) for word in reversed(words[-_CHOICES:])]
    everything = [Choice(f"登记 {code} {ALL}{how}", ALL)] if len(words) > 1 else []
    kept = fitting([*everything, *newest], _SENTENCE)
    taps = kept[len(everything) :]
    text = wording.which(who, len(words), meant.missed[: wording.LONGEST_WAY])
    if others := words[: len(words) - len(taps)]:
        text += wording.others(others)
    return Say(text, (*taps, *everything))


async def _duties(turn: Turn, person: Person) -> dict[str, str]:
    """What this person, or a guardian for them, may be asked: the plan's duties and what is open now."""
    kinds = {person.kind} | ({PersonKind.PARENT} if person.kind is PersonKind.STUDENT else set())
    pack = turn.school.plan.packs[turn.school.pack_of(person.unit)]
    words = {
        duty.id: word_of(duty.title)
        for duty in pack.duties
        if not (named_ := kinds_named(duty.to)) or named_ & kinds
    }
    for _, occurrence in await _open(turn, person):
        words.setdefault(occurrence.duty, word_of(occurrence.title))
    often = Counter(words.values())
    return {id_: word if often[word] == 1 else id_ for id_, word in words.items()}
