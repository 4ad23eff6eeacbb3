"""What no personal way carries goes to the desk of mass sends; what it would cost; who is told of trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.accounts import Accounts
from bot.db import Tx
from bot.delivery.actions_fallback import fall_back
from bot.delivery.digest import Parcel
from bot.delivery.mass import NOT_TAGGED, ROUTINE_PER_MONTH, SENT, TOGETHER, allowance
from bot.delivery.rules import DeliveryState, period
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_mass import Month
from bot.delivery.store_mass_tags import TagRows
from bot.duties.plan_values import Duty, Period
from bot.duties.rules import Do
from bot.duties.scope import Aim
from bot.messages import Urgency
from bot.platforms.port import Ability, Client
from bot.school import School
from bot.settings import AccountSettings, Wechat
from bot.work import Work

_NOTICES: Final = (Do.SEND, Do.LETTER)
_CHUNK: Final = 500  # people whose next channels are looked for at once


@dataclass(frozen=True, slots=True)
class Desk:
    """Whether a parcel may go by mass: before any personal way, or after all of them; else why it may not."""

    first: bool = False
    last: bool = False
    reason: str = ""


async def desk_for(
    client: Client, school: School, account_id: str, rows: CourierRows, parcel: Parcel
) -> Desk:
    """Campaigns only: no reminders, and no digest items, of which a day would use up a month.

    A list can leave out whom we have told in person, so it comes last. A tag cannot, so it comes first, until
    it is decided that it does not fit.
    """
    account = school.accounts.get(account_id)
    if not isinstance(account, Wechat) or Ability.MASS not in client.abilities:
        return Desk()
    if not all(
        m.occurrence and not m.nudge and not m.digest and m.urgency in (Urgency.ROUTINE, Urgency.ALERT)
        for m in parcel.members
    ):
        return Desk()
    if account.type == "service":
        return Desk(last=True)
    one = parcel.members[0]
    reason = await rows.chosen(account_id, one.occurrence, one.payload)
    if reason is None:
        return Desk(first=True)
    return Desk(reason=NOT_TAGGED if reason == SENT else reason)


async def leave_at_desk(rows: CourierRows, parcel: Parcel) -> None:
    """They wait together; no attempt is counted. ``None``: not now."""
    await rows.give_back(parcel.members, TOGETHER)


def resting(account: str) -> str:
    """The name under which mass sends of an account are stopped, while the account itself goes on."""
    return f"{account}/mass"


def month_of(now: datetime, urgency: Urgency) -> Month:
    start, end = period(Period.MONTH, now)
    return Month(f"{start:%Y-%m}", end, allowance(urgency))


def day_line(account: str, now: datetime) -> tuple[str, datetime]:
    """The ledger's line of a subscription account's only send of the day, and until when it counts."""
    start, end = period(Period.DAY, now)
    return f"{account}/sendall/{start:%Y-%m-%d}", end


def nearer(accounts: Accounts, account_id: str) -> list[str]:
    """The accounts whose people hear a campaign there and not from this one; who can only answer is none."""
    found = []
    for account in accounts:
        if account.id == account_id:
            break
        if not isinstance(account, Wechat) or account.verified:
            found.append(account.id)
    return found


async def refuse(
    tx: Tx, school: School, ids: Sequence[int], state: DeliveryState, reason: str, now: datetime
) -> None:
    """These end here, and their people take the next channel."""
    await CourierRows(tx).finish(ids, state, reason, now)
    await pass_on(tx, school, ids, now)


async def pass_on(tx: Tx, school: School, ids: Sequence[int], now: datetime) -> None:
    """The next channel for whoever was missed, some at a time: a tag may hold a whole city."""
    for start in range(0, len(ids), _CHUNK):
        missed = await CourierRows(tx).missed(ids=ids[start : start + _CHUNK])
        work = Work(tx)
        await fall_back(work, school, missed, now)
        await tx.flush()


@dataclass(frozen=True, slots=True)
class MassCost:
    """What a campaign would use of an official account's mass sends.

    ``followers`` it has to reach there, ``spent`` of them have none of this month left for routine messages.
    ``day_used``: a subscription account has sent today already; ``None`` for a service account.
    """

    account: str
    followers: int
    spent: int
    day_used: bool | None


async def mass_costs(work: Work, school: School, to: Aim, now: datetime) -> list[MassCost]:
    """For every account that would have to send by mass, as nothing personal reaches the silent there."""
    found = []
    for account in school.accounts:
        if not by_mass(account):
            continue
        rows = TagRows(work.tx, account.id, nearer(school.accounts, account.id))
        month = month_of(now, Urgency.ROUTINE)
        followers, spent = await rows.months(
            to, school.plan.asks, school.term_start(now), month.name, ROUTINE_PER_MONTH, now
        )
        if not followers:
            continue
        used: bool | None = None
        if isinstance(account, Wechat) and account.type == "subscription":
            name, _ = day_line(account.id, now)
            used, spent = bool((await CourierRows(work.tx).drawn([name])).get(name)), 0
        found.append(MassCost(account.id, followers, spent, used))
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """What followers of an account gave by writing or tapping, and a campaign would use, in people."""

    account: str
    windows: int
    accepted: int


async def given(work: Work, school: School, duty: Duty, to: Aim, now: datetime) -> list[Given]:
    """For every account; a notice goes by template before it takes of a window."""
    found = []
    for account in school.accounts.followed():
        rows = TagRows(work.tx, account.id, nearer(school.accounts, account.id))
        subscription = account.subscription
        windows, accepted = await rows.given(
            to, school.plan.asks, school.term_start(now), subscription.id if subscription else "", now
        )
        by_template = account.type == "service" and account.verified and "notice" in account.templates
        if by_template and duty.do in _NOTICES:
            windows = 0
        found.append(Given(account.id, windows, accepted))
    return [one for one in found if one.windows or one.accepted]


def by_mass(account: AccountSettings) -> bool:
    """Does this account reach a silent follower by mass sends alone?"""
    if not isinstance(account, Wechat) or not account.verified:
        return False
    return account.type == "subscription" or "notice" not in account.templates
