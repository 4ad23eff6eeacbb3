"""One message, one transaction, one reply: a batch of turns shares one commit.

The order matters on PostgreSQL: persons are locked (in id order), then strangers, then the inbox is read, so
that the same callback at two processes is counted once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import structlog

from bot.answering import Answering
from bot.db import Database, Tx
from bot.delivery.store import Outbox
from bot.delivery.store_inbox import Inbox
from bot.errors import Refusal
from bot.messages import Inbound, Kind, Reply, Say
from bot.people.store import Found, People
from bot.quiz.rules import Sitting
from bot.quiz.store import Quizzes
from bot.routing import Router, Turn, dispatch, split_command
from bot.school import School
from bot.wording import SORRY
from bot.work import Work

log = structlog.get_logger()


@dataclass(slots=True)
class Conversation:
    """Answers batches of callbacks. ``school`` is asked anew each time, so that changed files take effect."""

    database: Database
    routers: Sequence[Router]
    school: Callable[[], School]
    clock: Callable[[], datetime]
    rng: Random
    wake: Callable[[], None]  # solicited deliveries were queued: the courier should look now

    async def receive(self, batch: Sequence[Inbound]) -> list[Reply]:
        """The reply to each message, after the commit that makes it true. At most one message a person."""
        now = self.clock()
        school = self.school()
        replies: list[Reply] = []
        queued = False
        async with self.database.begin() as tx:
            addresses = sorted({m.sender.key for m in batch if m.sender is not None})
            with tx.quickly():
                found = await People(tx).current(addresses)
                strangers = [a for a in addresses if a not in found or found[a].person is None]
                inbox = Inbox(tx)
                await inbox.lock_strangers(strangers)
                seen = await inbox.seen([m.key for m in batch])
                people = sorted({f.person.id for f in found.values() if f.person is not None})
                sittings = await Quizzes(tx).open_for(people)
            for message in batch:
                if (remembered := seen.get(message.key)) is not None:
                    replies.append(remembered)
                    continue
                reply, turn_tx = await self._one(tx, message, found, sittings, school, now)
                Inbox(turn_tx).remember(message.key, reply, now)
                tx.writes.extend(turn_tx.writes)
                queued = queued or Outbox(turn_tx).has_queued
                replies.append(reply)
            with tx.quickly():
                await tx.flush()
        if queued:
            self.wake()
        return replies

    async def _one(
        self,
        tx: Tx,
        message: Inbound,
        found: dict[str, Found],
        sittings: dict[int, Sitting | None],
        school: School,
        now: datetime,
    ) -> tuple[Reply, Tx]:
        """A turn of its own: when it fails, what it noted is dropped and the others go on."""
        turn_tx = tx.child()
        try:
            return await self._turn(turn_tx, message, found, sittings, school, now), turn_tx
        except Refusal as refusal:
            return Reply(refusal.sentence), tx.child()
        except Exception:
            log.exception("turn failed", account=message.account, key=message.key, kind=message.kind)
            return Reply(SORRY if message.kind is not Kind.EVENT else ""), tx.child()

    async def _turn(
        self,
        tx: Tx,
        message: Inbound,
        found: dict[str, Found],
        sittings: dict[int, Sitting | None],
        school: School,
        now: datetime,
    ) -> Reply:
        address = message.sender.key if message.sender else ""
        contact = found.get(address)
        person = contact.person if contact else None
        work = Work(tx, sittings)
        if message.sender is not None:
            work.people.seen(message, contact.contact if contact else None, now)
        said = message.event_key if message.event == "click" else message.text
        word, rest = split_command(said)
        tapped = bool(message.card_task)
        turn = Turn(message, person, address, word, rest, tapped, work, school, now, self.rng)
        say = await dispatch(self.routers, turn) or Say()
        return Answering(work, school).reply(turn, say)
