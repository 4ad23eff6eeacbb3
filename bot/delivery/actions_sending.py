"""Asking for one occurrence out of turn: now or later, for all or for a unit, always past the approvers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.delivery import wording_forecast as say
from bot.delivery.actions_forecast import outlook
from bot.delivery.store_forecast import Readings
from bot.duties.audience import Both, InUnit
from bot.duties.launch import ask_approvers, register
from bot.duties.occurrences import Planned
from bot.duties.plan_values import Duty
from bot.duties.rules import Occurrence, OccurrenceState
from bot.duties.scope import Families, limited
from bot.errors import Refusal
from bot.people.rules import ADMIN_ROLES, Person, within
from bot.school import School
from bot.work import Work

_WHOLE = ("全校", "全部")


def pack_of(school: School, duty: Duty) -> str:
    """The plan pack a duty belongs to."""
    return next(pack.id for pack in school.plan.packs.values() if duty in pack.duties)


async def unit_for(work: Work, by: Person, duty: str, text: str) -> str:
    """The unit that is meant; without a text, all that the administrator answers for.

    Raises Refusal for a unit that is unknown, unclear or not theirs.
    """
    scope = by.units(*ADMIN_ROLES)
    if not text or text in _WHOLE:
        if "" in scope:
            return ""
        if len(scope) != 1 or text:
            raise Refusal(say.unit_unknown(text) if text else say.unit_missing(duty, scope))
        return scope[0]
    found = await work.people.find_unit(text, scope)
    if not found:
        raise Refusal(say.unit_unknown(text))
    if len(found) > 1:
        raise Refusal(say.unit_unclear(found))
    return found[0]


async def units_below(
    work: Work, school: School, duty: Duty, unit: str, now: datetime, most: int
) -> Mapping[str, int]:
    """The next smaller units that have anybody of the audience, with how many, in order; so many at most."""
    to = limited(duty, pack_of(school, duty), school.packs, school.default_pack, unit)
    if to is None:
        return {}
    asks, since = school.plan.asks, school.term_start(now)
    people = await Readings(work.tx, to, asks, since).units()
    found = dict(list(_heads(people, unit).items())[:most])
    if isinstance(to, Families):  # a guardian of two stands in two units, and counts once above them
        for head in found:
            here = Families(to.to, Both(to.inside, InUnit(head)))
            found[head] = sum((await Readings(work.tx, here, asks, since).kinds()).values())
    return found


def _heads(people: Mapping[str, int], unit: str) -> Mapping[str, int]:
    depth = len(unit.split("/")) + 1 if unit else 1
    while True:
        found: dict[str, int] = {}
        for path, count in sorted(people.items()):
            parts = path.split("/")
            if len(parts) >= depth:
                head = "/".join(parts[:depth])
                found[head] = found.get(head, 0) + count
        if len(found) != 1 or not any(
            within(path, next(iter(found))) and path not in found for path in people
        ):
            return found
        depth += 1  # one unit holds them all: its parts are the choice


async def ask_for(
    work: Work,
    school: School,
    duty: Duty,
    by: Person,
    now: datetime,
    *,
    unit: str = "",
    at: datetime | None = None,
) -> Occurrence | None:
    """The unique row; ``None`` when that moment has one already. What needs a second person waits for them.

    ``at``: a later moment; otherwise this minute, so that two administrators in one minute mean one message.
    """
    pack = pack_of(school, duty)
    planned = Planned(duty, (at or now).replace(second=0, microsecond=0))
    waits = bool(duty.approve) and planned.planned_at > now
    state = OccurrenceState.WAITING if waits else OccurrenceState.ASKED
    added = await register(work, school, pack, planned, state, asked_by=by.id, unit=unit)
    work.people.audit(by.id, "push", now, {"occurrence": planned.id, "unit": unit})
    if added is not None and waits:
        found = await (await outlook(work, school, pack, duty, now, unit=unit)).at(planned.planned_at)
        await ask_approvers(work, added, found.meant, now)
    return added
