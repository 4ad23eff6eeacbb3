"""/stop: something wrong is going out. Look how far it is, then hold it back or stop it for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.delivery import actions, wording
from bot.delivery.rules import Standing, Stopping
from bot.duties.rules import Occurrence, OccurrenceState
from bot.errors import Refusal
from bot.messages import Choice, Say
from bot.people.rules import ADMIN_ROLES, in_scope
from bot.routing import Router, Turn, Who

router = Router("stop")
_S = OccurrenceState
_LATELY: Final = timedelta(days=7)
_SHOWN: Final = 5
_TOLD: Final = (Standing.DELIVERED, Standing.FOLDED, Standing.RECALLED)


@router.says(
    "stop", "停止", "发错了", "刚才发错了", who=Who.ADMIN, help="/stop  发错了：停下、撤回，看已发多少"
)
async def stop(turn: Turn) -> Say:
    """「/stop」 lists what is going out, 「/stop WHICH」 tells how far it is; 停止, 暂停 and 恢复 do it."""
    which, _, act = turn.rest.partition(" ")
    running = await _running(turn)
    if not which:
        return _list(running)
    said_so = which.casefold()
    named = [one for one in running if said_so in (one.id.casefold(), one.duty, one.title.casefold())]
    if len(named) > 1:
        return _list(named)
    occurrence = named[0] if named else await turn.work.duties.occurrence(which)
    if occurrence is None or not in_scope(occurrence.unit, turn.someone.units(*ADMIN_ROLES)):
        raise Refusal(wording.not_running())
    id_, said = occurrence.id, ""
    choices: tuple[Choice, ...] = ()
    match act.strip():
        case "停止":
            counts = await actions.stop(turn.work, id_, turn.now)
            if isinstance(counts, Stopping):
                said, choices = wording.stopping(), (Choice(f"/stop {id_}", "看人数"),)
            elif counts is not None:
                said = wording.stopped(counts) + wording.after_stopping()
        case "暂停":
            if await actions.pause(turn.work, id_):
                said, choices = wording.paused(), _buttons(which, "恢复", "停止")
        case "恢复":
            if await actions.resume(turn.work, turn.school, id_, turn.now):
                said = wording.resumed()
        case _:
            return await _look(turn, occurrence, which)
    if not said:
        raise Refusal(wording.not_running())
    turn.work.people.audit(turn.someone.id, _ACTS[act.strip()], turn.now, {"occurrence": id_})
    return Say(said, choices)


_ACTS: Final = {"停止": "campaign stop", "暂停": "campaign pause", "恢复": "campaign resume"}


async def _running(turn: Turn) -> list[Occurrence]:
    """What may still be stopped, newest first."""
    scope = turn.someone.units(*ADMIN_ROLES)
    return [
        one
        for one in await turn.work.duties.occurrences(limit=60)
        if one.state in (_S.OPEN, _S.PAUSED, _S.ASKED, _S.WAITING)
        and turn.now - one.planned_at < _LATELY
        and in_scope(one.unit, scope)
    ]


def _list(found: Sequence[Occurrence]) -> Say:
    """Each by its duty, which is short to type; by its whole name where a duty is going out twice."""
    duties = Counter(one.duty for one in found)
    called = {one.duty if duties[one.duty] == 1 else one.id: one for one in found[:_SHOWN]}
    choices = [Choice(f"/stop {name}", one.title) for name, one in called.items()]
    return Say(wording.running(called), tuple(choices))


async def _look(turn: Turn, occurrence: Occurrence, which: str) -> Say:
    if occurrence.state is _S.STOPPED:
        said = wording.stopped(await turn.work.outbox.stopped(occurrence.id))
        if await turn.work.outbox.is_clearing(occurrence.id):
            said += wording.still_stopping()
        return Say(said)
    people = await turn.work.outbox.states(occurrence.id)
    told = sum(people.get(standing, 0) for standing in _TOLD)
    acts = ("恢复", "停止") if occurrence.state is _S.PAUSED else ("停止", "暂停")
    said = wording.how_far(occurrence.title, told, people.get(Standing.WAITING, 0))
    return Say(said, _buttons(which, *acts))


def _buttons(which: str, *acts: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"/stop {which} {act}", act) for act in acts)
