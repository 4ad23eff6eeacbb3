"""After a mass call was refused: its limits are its own, and the account goes on with everything else."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Final

from bot.db import Tx
from bot.delivery import wording_mass
from bot.delivery.actions_mass import day_line, month_of, pass_on, resting
from bot.delivery.actions_trouble import stop, tell_admins
from bot.delivery.mass import TOGETHER, Back, Off, after_call
from bot.delivery.rules import DeliveryState, RetryAt, Settled, StopAccount, after, backoff
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_mass import MassRows
from bot.delivery.store_mass_jobs import JobRows
from bot.delivery.store_mass_tags import TagRows
from bot.delivery.store_shipments import Shipment
from bot.delivery.store_unloading import TRY_GIVEN_BACK, unload
from bot.errors import PlatformError, Verdict
from bot.messages import Urgency
from bot.platforms.errors import Platform, verdict_for
from bot.platforms.wechat.client import MASS_ALL
from bot.school import School
from bot.work import Work

_REASON: Final = 200  # characters of a platform's words that are kept
_TAG_GONE: Final = frozenset({40152, 45159})
_CONFIRMING: Final = frozenset({89504, 89505})


async def settle_refused(
    tx: Tx, school: School, sent: Shipment, said: PlatformError, now: datetime, rng: Random
) -> None:
    """Write down one refused or lost mass call, in the caller's transaction."""
    rows, by_tag = CourierRows(tx), sent.packed.path == MASS_ALL
    certain = said.verdict is not Verdict.UNKNOWN and not sent.may_have_arrived
    decision = after_call(
        said, sent.made_at, now, by_tag=by_tag, may_have_arrived=sent.may_have_arrived
    ) or after(said, sent.attempts, sent.may_repeat(now), now, rng, may_have_arrived=sent.may_have_arrived)
    if said.code in _TAG_GONE and by_tag:
        await TagRows(tx, sent.account, ()).forget()
    match decision:
        case RetryAt(at, counted):
            await rows.postpone(sent, at, counted=counted, certain=certain)
            if said.code in _CONFIRMING:
                words = wording_mass.please_confirm(sent.account)
                await tell_admins(Work(tx), f"mass/{sent.id}/confirm", words, now)
        case Back():
            await unload(tx, [sent.id], not_before=TOGETHER, attempts=TRY_GIVEN_BACK)
        case Settled(state, reason):
            await _missed(tx, school, sent, state, reason, now, certain=certain)
            if state is not DeliveryState.UNKNOWN:
                advice = verdict_for(Platform.WECHAT, said.code).advice
                await _tell(tx, school, sent, said.code, advice, now)
        case Off(reason):
            rows.stop(resting(sent.account), reason[:_REASON], now)
            await _missed(tx, school, sent, DeliveryState.REFUSED, f"{said.code}", now, certain=certain)
            advice = verdict_for(Platform.WECHAT, said.code).advice
            await _tell(tx, school, sent, said.code, wording_mass.rests(advice), now)
        case StopAccount(reason):
            await rows.postpone(sent, now + backoff(4, rng), counted=False, certain=certain)
            await stop(tx, sent.account, reason[:_REASON], now)


async def _missed(
    tx: Tx, school: School, sent: Shipment, state: DeliveryState, reason: str, now: datetime, *, certain: bool
) -> None:
    """Everybody aboard takes the next channel; what the platform surely did not count is given back."""
    mass, rows = MassRows(tx), CourierRows(tx)
    await rows.failed(sent, state, reason, now)
    if certain and sent.packed.path == MASS_ALL:
        await rows.undraw(day_line(sent.account, sent.made_at)[0], 1)
    elif certain:
        await mass.give_month_back(sent.id, month_of(sent.made_at, Urgency.ROUTINE))
    await pass_on(tx, school, await mass.missed(sent.id), now)


async def _tell(tx: Tx, school: School, sent: Shipment, code: int, advice: str, now: datetime) -> None:
    job = await JobRows(tx).job(sent.id)
    if job is None:
        return
    at = now if job.is_alert else school.plan.quiet_until(now)
    await tell_admins(Work(tx), f"mass/{sent.id}/refused", wording_mass.refused(job.title, code, advice), at)
