"""/push and /approve: look before sending, and a second person where the duty says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.delivery import actions, wording
from bot.delivery import wording_forecast as say
from bot.delivery.actions_forecast import outlook
from bot.delivery.actions_sending import ask_for, pack_of, unit_for, units_below
from bot.delivery.actions_trial import try_out
from bot.delivery.push_words import Act, Order, own_next, parse_order, suggestions
from bot.duties.launch import draft
from bot.duties.occurrences import Planned, occurrences
from bot.duties.plan_values import Duty
from bot.duties.rules import OccurrenceState
from bot.duties.wording import moment
from bot.errors import Refusal
from bot.messages import Choice, Say
from bot.people.rules import ADMIN_ROLES, RoleName, in_scope, labels
from bot.platforms.twin import fitting, room
from bot.publishing import wording as publishing_wording
from bot.routing import Router, Turn, Who
from bot.wording import within

router = Router("push")
_AHEAD = timedelta(days=14)
_LISTED = 12  # duties; a morning's digest must not push the term's test off the list
_MOST = 6  # units to tap; more are typed
_SENTENCE = 400  # bytes: room for what is asked


@router.says("push", "推送", who=Who.ADMIN, help="/push  看接下来发什么；/push 编号 先看再发")
async def push(turn: Turn) -> Say:
    """「/push」 lists, 「/push ID」 previews; 改时间, 只发, 试发 and 发送 are what one may tap there."""
    if not turn.rest:
        return Say(_coming(turn))
    order = parse_order(turn.rest, turn.now)
    duty = _named(turn, order.duty)
    if duty is None:
        raise Refusal(f"没有「{order.duty}」这项工作。发 /push 看编号。")
    order = replace(order, duty=duty.id)
    if duty.what == actions.ALERT:
        raise Refusal("预警请发 /alert：选模板，两位审批后马上发出。")
    order = replace(order, unit=await unit_for(turn.work, turn.someone, duty.id, order.unit))
    match order.act:
        case Act.SEND:
            return await _send(turn, duty, order)
        case Act.WHEN:
            return _when(turn, duty, order)
        case Act.WHOM:
            return await _whom(turn, duty, order)
        case Act.TRY:
            return await _try(turn, duty, order)
        case _:
            return await _preview(turn, duty, order)


def _named(turn: Turn, name: str) -> Duty | None:
    """By its id, or by its title where the asker's own plan has one of that title."""
    plan = turn.school.plan
    if (duty := plan.duties.get(name)) is not None:
        return duty
    own = plan.packs[turn.school.pack_of(turn.someone.unit)].duties
    titled = [duty for duty in own if duty.title == name]
    return titled[0] if len(titled) == 1 else None


def _coming(turn: Turn) -> str:
    pack = turn.school.pack_of(turn.someone.unit)
    times: dict[str, list[Planned]] = {}
    for planned in occurrences(turn.school.plan, pack, turn.now, turn.now + _AHEAD):
        if not planned.duty.digest:
            times.setdefault(planned.duty.id, []).append(planned)
    lines = ["接下来两周："]
    for id_, found in list(times.items())[:_LISTED]:
        often = f"，共{len(found)}次" if len(found) > 1 else ""
        lines.append(f"{moment(found[0].planned_at)[5:]} {found[0].duty.title}（{id_}）{often}")
    lines.append("要先发哪一项：/push 编号")
    return "\n".join(lines)


async def _preview(turn: Turn, duty: Duty, order: Order) -> Say:
    """Who will get it, when it will be through, and what it costs of quotas and of people's time."""
    pack = pack_of(turn.school, duty)
    seen = await outlook(turn.work, turn.school, pack, duty, turn.now, unit=order.unit)
    found = await seen.at(order.at or turn.now)
    if not found.meant:
        return Say(say.nobody(duty.title))
    lines = [say.preview(duty.title, found, order.unit), *await seen.beside()]
    if order.at is not None:
        own = own_next(turn.school.plan, pack, duty, turn.now)
        lines += [say.own_plan(planned, planned == order.at) for planned in own]
    return Say("\n".join(lines), _buttons(order, Act.SEND, Act.WHEN, Act.WHOM, Act.TRY))


def _when(turn: Turn, duty: Duty, order: Order) -> Say:
    found = suggestions(turn.school.plan, pack_of(turn.school, duty), duty, turn.now)
    moments = tuple(Choice(f"/push {replace(order, act=Act.LOOK, at=at)}", say.at(at)) for at in found)
    return Say(say.ask_when(str(replace(order, act=Act.LOOK, at=None))), moments)


async def _whom(turn: Turn, duty: Duty, order: Order) -> Say:
    found = await units_below(turn.work, turn.school, duty, order.unit, turn.now, _MOST + 1)
    smaller = {path: people for path, people in found.items() if path != order.unit}
    if not smaller:
        return Say(say.no_smaller_unit(), _buttons(replace(order, act=Act.LOOK), Act.LOOK))
    called = labels(smaller)
    units = [
        Choice(f"/push {replace(order, act=Act.LOOK, unit=path)}", say.unit_label(called[path], people))
        for path, people in list(smaller.items())[:_MOST]
    ]
    return Say(say.ask_whom(duty.id), fitting(units, _SENTENCE))


def _buttons(order: Order, *acts: Act) -> tuple[Choice, ...]:
    return tuple(Choice(f"/push {replace(order, act=act)}", say.BUTTONS[act]) for act in acts)


async def _try(turn: Turn, duty: Duty, order: Order) -> Say:
    """To oneself only, before anybody has approved anything."""
    planned = Planned(duty, order.at or turn.now)
    occurrence = await draft(turn.work, turn.school, pack_of(turn.school, duty), planned, unit=order.unit)
    done = await try_out(turn.work, turn.school, duty, occurrence, turn.someone, turn.now)
    text = say.tried(done.messages, done.realms, done.as_member)
    return Say(text, _buttons(replace(order, act=Act.LOOK), Act.LOOK, Act.SEND))


@router.taps("try")
async def tapped(turn: Turn) -> Say:
    return Say(say.tapped_a_trial(), close="试发")


async def _send(turn: Turn, duty: Duty, order: Order) -> Say:
    added = await ask_for(turn.work, turn.school, duty, turn.someone, turn.now, unit=order.unit, at=order.at)
    if added is None:
        return Say(say.already(now=order.at is None))
    if duty.approve:
        able = await actions.others_who_agree(turn.work, order.unit, turn.someone)
        warned = wording.too_few_to_agree(able, duty.approve)
        return Say(say.asked_for_approval(added.id, order.at, duty.approve) + warned)
    return Say(say.will_go(order.at))


@router.says("approve", "审批", who=Who.APPROVER, help="/approve  看等审批的，同意后发出")
async def second_person(turn: Turn) -> Say:
    scope = turn.someone.units(RoleName.APPROVER, *ADMIN_ROLES)
    if not turn.rest:
        found = await turn.work.duties.in_state(OccurrenceState.WAITING)
        waiting = [o for o in found if in_scope(o.unit, scope)]
        articles = await turn.work.articles.waiting()
        if not waiting and not articles:
            return Say("现在没有等审批的。")
        lines = [f"{o.title}（{o.id}）" for o in waiting] + publishing_wording.waiting(articles)
        choices = [Choice(f"/approve {o.id}", f"通过 {o.title}") for o in waiting[:3]]
        choices += [Choice(f"/approve {a.id}", f"同意发布 {a.title}") for a in articles[:3]]
        taps = fitting(choices)
        return Say(within(["等审批：", *lines], [], "项", room(taps)), taps)
    agreed = await actions.approve(turn.work, turn.school, turn.rest, turn.someone, turn.now)
    if agreed is None:
        raise Refusal(await _why_not(turn))
    turn.work.people.audit(turn.someone.id, "approved", turn.now, {"occurrence": turn.rest})
    if agreed.missing:
        return Say(wording.agreed(agreed.occurrence.title, agreed.missing))
    if agreed.later:
        return Say(wording.sent_later(agreed.occurrence.title, agreed.occurrence.planned_at))
    return Say(wording.sent(agreed.occurrence.title, agreed.queued))


async def _why_not(turn: Turn) -> str:
    found = await turn.work.duties.occurrence(turn.rest)
    waits = found is not None and found.state is OccurrenceState.WAITING
    if waits and await turn.work.duties.asked_by(turn.rest) == turn.someone.id:
        return wording.own_request()
    return wording.nothing_to_agree()
