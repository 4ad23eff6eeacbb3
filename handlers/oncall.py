"""已接通, 联系不上, 转给, and the outcome: what the people on duty answer to a call for help."""

from __future__ import annotations

from bot.cases import actions_calls as calls
from bot.cases import wording
from bot.cases.rules import CHOSEN, Call, Outcome
from bot.messages import Choice, Say
from bot.routing import Router, Turn, Who

router = Router("oncall")
_HELP = "已接通 / 联系不上 / 转给  有人求助时"
_OUTCOMES = tuple(str(outcome) for outcome in CHOSEN)


@router.says(wording.CONTACTED, wording.UNREACHED, wording.PASS_ON, who=Who.DUTY, help=_HELP)
@router.says(wording.CONTACTED, wording.UNREACHED, wording.PASS_ON, *_OUTCOMES)
async def answered(turn: Turn) -> Say | None:
    """The word, the call's four digits where there are several, and for 转给 whom."""
    open_ = await turn.work.cases.open_told(turn.someone.id)
    number, _, rest = turn.rest.partition(" ")
    named = [call for call in open_ if call.ref == number]
    if not open_ or (number.isdigit() and len(number) == 4 and not named):
        return None
    if not named:
        if len(open_) > 1:
            choices = tuple(Choice(f"{turn.word} {c.ref}", wording.title(c)) for c in open_[:6])
            return Say(wording.which(open_, turn.word), choices)
        named, rest = open_, turn.rest
    call = named[0]
    if turn.word == wording.CONTACTED:
        return await _contacted(turn, call)
    if turn.word == wording.UNREACHED:
        reached = await calls.unreached(turn.work, turn.school, call, turn.someone, turn.now)
        return Say(wording.tried_all() if reached == 0 else wording.tried())
    if turn.word == wording.PASS_ON:
        return await _pass_on(turn, call, rest.strip())
    outcome = Outcome(turn.word)
    if not await calls.finish(turn.work, call, outcome, turn.someone, turn.now):
        return Say(wording.over(call))
    to_console = (Choice("/login", "打开案件台"),) if outcome is Outcome.REPORTED else ()
    return Say(wording.closed(outcome), to_console)


@router.taps(calls.CARD)
async def tapped(turn: Turn) -> Say:
    """A card's button carries the same words; whoever was slower hears who was first."""
    word, _, rest = turn.inbound.event_key.partition(" ")
    turn.word, turn.rest = word, rest
    known = (wording.CONTACTED, wording.UNREACHED, wording.PASS_ON, *_OUTCOMES)
    say = await answered(turn) if word in known else None
    if say is None:
        id_ = turn.inbound.card_task.split("-")[1]
        call = await turn.work.cases.call(int(id_)) if id_.isdigit() and len(id_) < 20 else None
        return Say(wording.over(call) if call else wording.no_call(), close="已办结")
    close = "" if word == wording.PASS_ON and not rest.partition(" ")[2] else word
    return Say(say.text, say.choices, say.question, close=close)


async def _contacted(turn: Turn, call: Call) -> Say:
    if not await calls.contact(turn.work, call, turn.someone, turn.now):
        fresh = await turn.work.cases.call(call.id) or call
        if fresh.closed_at is not None:
            return Say(wording.over(fresh))
        by = await turn.work.people.by_id(fresh.contacted_by) if fresh.contacted_by else None
        if by is None or by.id != turn.someone.id:
            return Say(wording.contacted_by(wording.teacher(by) if by else "", fresh))
        return Say(question=calls.result_question(fresh, wording.contacted(fresh)))
    fresh = await turn.work.cases.call(call.id) or call
    return Say(question=calls.result_question(fresh, wording.contacted(fresh)))


async def _pass_on(turn: Turn, call: Call, whom: str) -> Say:
    people = await calls.candidates(turn.work, call, turn.someone)
    if not people:
        return Say(wording.nobody_to_pass_to())
    to = next((one for one in people if whom and whom in (one.code, one.name)), None)
    if to is None:
        choices = tuple(Choice(f"{wording.PASS_ON} {call.ref} {p.code}", p.name[:10]) for p in people[:8])
        return Say(wording.pass_to_whom(call.ref), choices)
    if not await calls.pass_on(turn.work, turn.school, call, to, turn.someone, turn.now):
        return Say(wording.nobody_to_pass_to())
    return Say(wording.passed(to))
