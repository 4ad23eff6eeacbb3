"""After the call: what became of a shipment is written down; who was not reached gets the next channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from bot.db import Tx
from bot.delivery.actions_fallback import fall_back
from bot.delivery.actions_mass_settling import settle_refused
from bot.delivery.actions_trouble import stop
from bot.delivery.actions_ways import went, went_not
from bot.delivery.mass import MASS
from bot.delivery.rules import STOPPED, DeliveryState, RetryAt, Settled, StopAccount, after, backoff
from bot.delivery.store_courier import Claimed, CourierRows
from bot.delivery.store_shipments import Shipment
from bot.delivery.store_unloading import TRY_GIVEN_BACK, unload
from bot.delivery.store_windows import Windows
from bot.delivery.ways import WINDOW_OVER, another, way_of
from bot.duties.rules import OccurrenceState
from bot.errors import PlatformError, Verdict
from bot.metrics import SHIPMENTS
from bot.platforms.port import Receipt
from bot.school import School
from bot.work import Work

_TASK_USED: Final = 42014
_TEACHER_UNSEEN: Final = 65024
_ALL_OF_THEM: Final = 81013
# What a single recipient, or class, may be to blame for besides all that is said of a recipient (90313).
_ONE_OF_MANY: Final = frozenset({40031, _TEACHER_UNSEEN})
_BATCHED: Final = frozenset({"app", "notice"})
_MEDIA_GONE: Final = frozenset({40007, 40145})  # on both platforms: fixed with a media_id that has expired
_REASON: Final = 200  # characters of a platform's words that are kept
_LOOK_AGAIN: Final = timedelta(minutes=5)
_AT_ONCE: Final = timedelta()
_SOON: Final = timedelta(seconds=5)  # where what somebody did meanwhile matters, and clocks differ
_LOOK_SOON: Final = timedelta(seconds=1)  # until a campaign that is just paused or stopped is so


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call and what the platform said to it; ``None``: the call was not made."""

    shipment: Shipment
    said: Receipt | PlatformError | None


async def settle(tx: Tx, school: School, outcomes: Sequence[Outcome], now: datetime, rng: Random) -> None:
    """Write down what came of these calls, in the caller's transaction."""
    rows = CourierRows(tx)
    accepted: list[tuple[Shipment, Receipt]] = []
    for outcome in outcomes:
        sent, said = outcome.shipment, outcome.said
        if isinstance(said, PlatformError) and sent.may_have_arrived and said.code == _TASK_USED:
            said = Receipt()  # the earlier try did arrive: the platform knows its task_id (42014)
        if isinstance(said, PlatformError) and _one_spoils(said) and sent.packed.quota in _BATCHED:
            # One person or class of many is amiss: they are found in smaller calls, for they were tried
            # before; the others have done nothing.
            if len(sent.packed.recipients) > 1 and not sent.may_have_arrived:
                await unload(tx, [sent.id], not_before=now)
                continue
            said = PlatformError(Verdict.DROP, said.code, said.message)
        if said is None:
            await rows.postpone(sent, now, counted=False, certain=not sent.may_have_arrived)
            continue
        SHIPMENTS.labels(sent.account, "accepted" if isinstance(said, Receipt) else str(said.verdict)).inc()
        if isinstance(said, Receipt):
            accepted.append((sent, said))
        else:
            await _failed(tx, school, sent, said, now, rng)
    if accepted:
        await rows.delivered(accepted, now)
    for sent, receipt in accepted:
        went(tx, sent)
        if receipt.refused:
            await fall_back(Work(tx), school, await rows.missed(shipment_id=sent.id), now)


def _one_spoils(error: PlatformError) -> bool:
    """May the platform have refused a whole call for one of those aboard?"""
    about_one = error.verdict is Verdict.DROP and error.code != _ALL_OF_THEM
    return about_one or error.code in _ONE_OF_MANY


async def _failed(
    tx: Tx, school: School, sent: Shipment, error: PlatformError, now: datetime, rng: Random
) -> None:
    rows = CourierRows(tx)
    if sent.packed.quota == MASS:
        await settle_refused(tx, school, sent, error, now, rng)
        return
    certain = error.verdict is not Verdict.UNKNOWN and not sent.may_have_arrived
    way = way_of(sent.packed.quota)
    is_closed = way is not None and another(way, error.code)
    if is_closed and certain:
        await went_not(tx, sent, error, now, certain=True)
        over = error.code in WINDOW_OVER
        await unload(tx, [sent.id], not_before=now + (_SOON if over else _AT_ONCE), attempts=TRY_GIVEN_BACK)
        if over:
            await Windows(tx).over(sent.packed.recipients[0].key, sent.made_at, now)
        return
    if error.code in _MEDIA_GONE and certain:
        tries = await rows.forget_media(sent.id, sent.account)
        if tries == 1:  # uploaded again once, as the advice has it
            await unload(tx, [sent.id], not_before=now + backoff(tries, rng))
            return
    decision: RetryAt | Settled | StopAccount = Settled(DeliveryState.UNKNOWN, f"{error.code}")
    if not is_closed:
        decision = after(
            error, sent.attempts, sent.may_repeat(now), now, rng, may_have_arrived=sent.may_have_arrived
        )
    match decision:
        case RetryAt(at, counted):
            await rows.postpone(sent, at, counted=counted, certain=certain)
            if error.verdict is Verdict.WAIT:
                rows.wait(sent.account, at, now)
        case Settled(state, reason):
            await rows.failed(sent, state, reason, now)
            await went_not(tx, sent, error, now, certain=certain)
            await fall_back(Work(tx), school, await rows.missed(shipment_id=sent.id), now)
        case StopAccount(reason):
            await rows.postpone(sent, now + backoff(4, rng), counted=False, certain=certain)
            await stop(tx, sent.account, reason[:_REASON], now)


async def not_halted(tx: Tx, left: Sequence[Shipment], now: datetime) -> list[Shipment]:
    """Of the calls that a courier takes up again those whose campaigns go on.

    What surely did not happen is due again message by message, and stays with its campaign. What may have
    arrived is not repeated once it was stopped, not even to learn what became of it: it is unknown.
    """
    halted = await Work(tx).outbox.halted([s.id for s in left])
    rows, going = CourierRows(tx), []
    for sent in left:
        state = halted.get(sent.id, OccurrenceState.OPEN)
        if state is None:
            at = now + _LOOK_SOON
            await rows.postpone(sent, at, counted=False, certain=not sent.may_have_arrived)
        elif state is OccurrenceState.OPEN or (sent.may_have_arrived and state is OccurrenceState.PAUSED):
            going.append(sent)
        elif sent.may_have_arrived:
            lost = PlatformError(Verdict.UNKNOWN, 0, "interrupted")
            await rows.failed(sent, DeliveryState.UNKNOWN, STOPPED, now)
            await went_not(tx, sent, lost, now, certain=False)
        else:
            await unload(tx, [sent.id], not_before=now)
    return going


async def give_up(
    tx: Tx, school: School, members: Sequence[Claimed], state: DeliveryState, reason: str, now: datetime
) -> None:
    """Deliveries that end without a call."""
    rows, ids = CourierRows(tx), [m.id for m in members]
    await rows.finish(ids, state, reason, now)
    await fall_back(Work(tx), school, await rows.missed(ids=ids), now)


async def not_packed(
    tx: Tx,
    school: School,
    account: str,
    members: Sequence[Claimed],
    error: PlatformError,
    now: datetime,
    rng: Random,
) -> None:
    """Nothing was sent yet, so nothing can be doubled: try again, or isolate what cannot be sent."""
    rows = CourierRows(tx)
    match after(error, members[0].attempts + 1, True, now, rng):
        case RetryAt(at, counted):
            await (rows.retry(members, at) if counted else rows.give_back(members, at))
        case StopAccount(reason):
            await rows.give_back(members, now + _LOOK_AGAIN)
            await stop(tx, account, reason[:_REASON], now)
        case Settled(state, reason):
            await give_up(tx, school, members, state, reason, now)
