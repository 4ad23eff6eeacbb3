"""The ways of one parcel, best first, each with what it draws; and what a call teaches about its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.db import Tx
from bot.delivery.actions_fallback import as_notice
from bot.delivery.digest import Parcel
from bot.delivery.rules import NO_WAY, NO_WINDOW, new_day
from bot.delivery.store_abilities import Abilities
from bot.delivery.store_acceptances import Acceptances, Taken
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_shipments import Shipment
from bot.delivery.store_windows import Windows
from bot.delivery.ways import DAY_USED, NONE_LEFT, WINDOW_OVER, in_order, takes_back, way_of
from bot.errors import PlatformError
from bot.messages import Content, Notice, Urgency, Way
from bot.platforms.port import Client
from bot.platforms.wechat.client import WechatClient
from bot.school import School
from bot.settings import Wechat

log = structlog.get_logger()
_REASON: Final = 200  # characters of a platform's words that are kept


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way a parcel may leave. ``way`` is ``None`` where the client knows only one.

    ``shut``: the platform took it back, and a day has passed: one message may find out.
    """

    content: Content
    way: Way | None = None
    template: str = ""
    lasting: bool = False
    shut: bool = False


async def candidates(
    rows: CourierRows, client: Client, school: School, account_id: str, parcel: Parcel, now: datetime
) -> tuple[list[Candidate], str | datetime]:
    """How this parcel may travel, best first; and should none of these be left, the reason, or when one of
    them comes back.
    """
    if not isinstance(client, WechatClient):
        return [Candidate(parcel.content)], NO_WINDOW
    account = school.accounts.get(account_id)
    found = account.subscription if isinstance(account, Wechat) else None
    template = found.id if found else ""
    first = parcel.members[0]
    window, accepted = await rows.acceptances.chances(first.address, template, now)
    taken_back = [w for w in await rows.abilities.withdrawn(account_id) if w.try_at > now or not w.for_today]
    shut = {one.way: one for one in taken_back if one.try_at > now}
    doubtful = {one.way for one in taken_back} - set(shut)
    is_notice = isinstance(parcel.content, Notice)
    all_ways = in_order(client.ways, (), is_notice=is_notice, window=window, accepted=accepted)
    ways = [way for way in all_ways if way not in shut]
    back = [shut[way].try_at for way in all_ways if way in shut and shut[way].for_today]
    otherwise: str | datetime = NO_WINDOW
    if back and parcel.urgency is Urgency.ROUTINE:  # nothing else may wait so long
        otherwise = min(back)
    if not ways:
        return [], NO_WAY if taken_back and isinstance(otherwise, str) else otherwise
    notice = as_notice(parcel.content, school, account_id, first.occurrence)
    lasting = found is not None and found.type == "long"
    fitting: list[Candidate] = []
    for way in ways:
        content = parcel.content if way is Way.CUSTOM else notice
        if content is not None:
            fitting.append(Candidate(content, way, template, lasting, way in doubtful))
    return fitting, otherwise


async def take(
    rows: CourierRows, account: str, one: Candidate, address: str, shipment: int, now: datetime
) -> Taken:
    """What this way draws on beside the ledger, in the transaction of the shipment."""
    if one.way is None:
        return Taken.YES
    if one.shut and not await rows.abilities.may_try(account, one.way, now):
        return Taken.NONE_LEFT
    match one.way:
        case Way.CUSTOM:
            return Taken.YES if await rows.windows.take(address, now) else Taken.NONE_LEFT
        case Way.SUBSCRIBE:
            return await rows.acceptances.take(address, one.template, shipment, now, lasting=one.lasting)
        case _:
            return Taken.YES


async def give_back(rows: CourierRows, one: Candidate, address: str, shipment: int) -> None:
    """The call is not made after all."""
    if one.way is Way.SUBSCRIBE:
        await rows.acceptances.give_back([shipment])
    elif one.way is Way.CUSTOM:
        await rows.windows.give_back(address)


def went(tx: Tx, sent: Shipment) -> None:
    """The platform took it: what it drew is used, and this way is open."""
    if (way := way_of(sent.packed.quota)) is None:
        return
    Abilities(tx).restore(sent.account, way)
    if way is Way.SUBSCRIBE:
        Acceptances(tx).used(sent.id)


async def went_not(tx: Tx, sent: Shipment, error: PlatformError, now: datetime, *, certain: bool) -> None:
    """The call is over without success. ``certain``: the platform did nothing, so what it drew comes back.

    Where its way was taken back the message goes on without it, and ``unload`` opens the window again.
    """
    if (way := way_of(sent.packed.quota)) is None:
        return
    if takes_back(way, error.code):
        log.warning("ability withdrawn", account=sent.account, way=str(way), code=error.code)
        try_at = new_day(now) if error.code == DAY_USED else None
        Abilities(tx).withdraw(sent.account, way, f"{error.code} {error.message}"[:_REASON], now, try_at)
    elif way is Way.CUSTOM and certain and error.code not in WINDOW_OVER:
        for address in sent.packed.recipients:
            await Windows(tx).give_back(address.key)
    if way is not Way.SUBSCRIBE:
        return
    acceptances = Acceptances(tx)
    if error.code == NONE_LEFT:
        await acceptances.none_left(sent.id)
    elif certain:
        await acceptances.give_back([sent.id])
    else:
        acceptances.used(sent.id)
