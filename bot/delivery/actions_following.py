"""学校通知 reaches only parents who follow it, and the platform does not say so: we look before we send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.db import Tx
from bot.delivery.actions_settling import give_up
from bot.delivery.rules import KNOWN_BY_NOW, NOT_FOLLOWING, SECOND_ALERT, DeliveryState, offered_again, period
from bot.delivery.store_classes import class_key
from bot.delivery.store_courier import Claimed, CourierRows
from bot.duties.plan_values import Period
from bot.messages import EVERYONE, Address, Realm, Urgency
from bot.school import School
from bot.work import Work

_SCHOOL: Final = (f"|{Realm.PARENT}|", f"|{Realm.PARTY}|")
_A_MOMENT: Final = timedelta(seconds=20)  # what waits for a look at its class is tried again so soon


async def hearing(
    tx: Tx, school: School, account: str, claimed: Sequence[Claimed], now: datetime
) -> list[Claimed]:
    """Of the claimed those that can be heard, or of whom nobody knows better; members are never asked about.

    Who does not follow is refused here and takes the next channel, then the teacher's list. Routine messages
    wait some minutes at most for their class to be looked at.
    """
    if not any(mark in one.address for one in claimed for mark in _SCHOOL):
        return list(claimed)
    addresses = {one.id: Address.from_key(one.address) for one in claimed}
    parents = [one for one in claimed if addresses[one.id].realm is Realm.PARENT]
    classes = [one for one in claimed if addresses[one.id].realm is Realm.PARTY]
    counter = _Counter(tx, school, account, Work(tx), now)
    held = await counter.waiting(parents, classes)
    parents = [one for one in parents if one.id not in held]
    classes = [one for one in classes if one.id not in held]
    gone = await counter.silent(parents) | await counter.not_as_classes(classes, addresses)
    return [one for one in claimed if one.id not in held and one.id not in gone]


@dataclass(frozen=True, slots=True)
class _Counter:
    """The ids that each question takes out of what may leave."""

    tx: Tx
    school: School
    account: str
    work: Work
    now: datetime

    async def waiting(self, parents: Sequence[Claimed], classes: Sequence[Claimed]) -> set[int]:
        """A look at the class is under way: an alert does not wait for it."""
        routine = [one for one in (*parents, *classes) if one.urgency is Urgency.ROUTINE]
        people = sorted({one.person for one in routine if one.person})
        looking, parties = await self.work.outbox.looking(self.account, people, self.now)
        held = [
            one
            for one in routine
            if (one.person in looking if one.person else Address.from_key(one.address).id in parties)
        ]
        await CourierRows(self.tx).give_back(held, self.now + _A_MOMENT)
        return {one.id for one in held}

    async def silent(self, parents: Sequence[Claimed]) -> set[int]:
        silent = await self.work.follows.silent({one.address for one in parents})
        gone = [one for one in parents if one.address in silent]
        if gone:
            refused = DeliveryState.REFUSED
            await give_up(self.tx, self.school, gone, refused, NOT_FOLLOWING, self.now)
        return {one.id for one in gone}

    async def not_as_classes(self, classes: Sequence[Claimed], addresses: dict[int, Address]) -> set[int]:
        """A class somebody of which is known by now, and one that was alerted today already."""
        if not classes:
            return set()
        rows, outbox = CourierRows(self.tx), self.work.outbox
        today, _ = period(Period.DAY, self.now)
        unknown = {str(one.department) for one in await outbox.unknown_classes(self.account)}
        whole = len(unknown) == await outbox.all_classes(self.account)
        alerted = await outbox.alerted({one.address for one in classes}, today)
        gone: set[int] = set()
        for one in classes:
            party = addresses[one.id].id
            if one.urgency is Urgency.ALERT and one.address in alerted:
                await rows.finish([one.id], DeliveryState.CANCELLED, SECOND_ALERT, self.now)
            elif party == EVERYONE and not whole:
                await rows.finish([one.id], DeliveryState.CANCELLED, KNOWN_BY_NOW, self.now)
                await self._one_by_one(one, sorted(unknown), addresses[one.id].corp)
            elif party != EVERYONE and party not in unknown:
                await rows.finish([one.id], DeliveryState.REFUSED, KNOWN_BY_NOW, self.now)
            else:
                continue
            gone.add(one.id)
        return gone

    async def _one_by_one(self, whole: Claimed, departments: Sequence[str], corp: str) -> None:
        """Instead of everybody at once: the classes of which nobody is known still."""
        content = (await self.work.outbox.kept([whole.payload]))[whole.payload]
        for department in departments:
            self.work.outbox.queue(
                key=class_key(whole.occurrence, self.account, department),
                account=self.account,
                address=Address.party(corp, int(department)).key,
                person=0,
                content=content,
                urgency=whole.urgency,
                not_before=self.now,
                occurrence=whole.occurrence,
            )


async def offer_again(work: Work, school: School, addresses: Sequence[str], now: datetime) -> int:
    """These parents have begun to follow: what they missed is sent, where it still matters; how many."""
    missed = await work.outbox.unheard(addresses)
    tried = await work.outbox.tried({one.key.partition("#")[0] for one in missed})
    contents = await work.outbox.kept(sorted({one.payload for one in missed}))
    queued = 0
    for one in missed:
        base = one.key.partition("#")[0]
        before = tried[base]
        tries = before.count(one.address)
        if not offered_again(one.urgency, one.planned_at, one.due_at, tries, one.missed, now):
            continue
        work.outbox.queue(
            key=f"{base}#{len(before) + 1}",
            account=one.account,
            address=one.address,
            person=one.person,
            content=contents[one.payload],
            urgency=one.urgency,
            not_before=school.plan.quiet_until(now) if one.urgency is Urgency.ROUTINE else now,
            occurrence=one.occurrence,
            task_id=one.task,
            digest=one.digest,
        )
        queued += 1
    return queued
