"""One message, one transaction, one reply: a batch of turns shares one commit.

The order matters on PostgreSQL: persons are locked (in id order), then strangers, then a statement of its own
reads the inbox, and the sittings with it, so that the same callback at two processes is counted once. What a
statement sees is what was committed when it began, not when it got its locks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

import structlog

from bot.answering import Answering
from bot.db import Database, Tx
from bot.delivery.store_inbox import Inbox
from bot.delivery.tables import delivery
from bot.duties.store_locks import lock_noted
from bot.errors import Refusal
from bot.messages import Inbound, Kind, Reply, Say
from bot.people.store import Found, People
from bot.people.store_contacts import by_address
from bot.quiz.rules import Sitting
from bot.quiz.store import Quizzes
from bot.routing import Router, Turn, dispatch, split_command
from bot.school import School
from bot.wording import SORRY
from bot.work import Work

log = structlog.get_logger()


@dataclass(slots=True)
class Conversation:
    """Answers batches of callbacks. ``school`` gives what is held in memory."""

    database: Database
    routers: Sequence[Router]
    school: Callable[[], School]
    clock: Callable[[], datetime]
    rng: Random
    wake: Callable[[], None]  # solicited deliveries were queued: the courier should look now

    async def receive(self, batch: Sequence[Inbound]) -> list[Reply]:
        """The reply to each message, after the commit that makes it true. At most one message an account.

        Of a person with two accounts in the group the second has its turn in a transaction of its own: it
        has to see what the first one wrote.
        """
        now = self.clock()
        school = self.school()
        replies: dict[str, Reply] = {}
        later: list[Inbound] = []
        served: set[int] = set()
        queued = False
        async with self.database.begin() as tx:
            addresses = sorted({m.sender.key for m in batch if m.sender is not None})
            with tx.quickly():
                found = await People(tx).current(addresses)
                strangers = [a for a in addresses if a not in found or found[a].person is None]
                await Inbox(tx).lock_strangers(strangers)
                people = sorted({f.person.id for f in found.values() if f.person is not None})
                came, opened = await tx.fetch_each(Inbox.ask([m.key for m in batch]), Quizzes.ask(people))
                seen = Inbox.seen(came)
                sittings = await Quizzes(tx).open_in(opened, people)
            for message in batch:
                if (remembered := seen.get(message.key)) is not None:
                    replies[message.key] = remembered
                    continue
                who = found.get(message.sender.key) if message.sender is not None else None
                if who is not None and who.person is not None:
                    if who.person.id in served:
                        later.append(message)
                        continue
                    served.add(who.person.id)
                reply, turn_tx = await self._one(tx, message, found, sittings, school, now)
                Inbox(turn_tx).remember(message.key, reply, now)
                tx.writes.extend(turn_tx.writes)
                queued = queued or turn_tx.writes_to(delivery)
                replies[message.key] = reply
            tx.writes = by_address(tx.writes)
            await lock_noted(tx)
            with tx.quickly():
                await tx.flush()
        if queued:
            self.wake()
        if later:
            replies |= zip((one.key for one in later), await self.receive(later), strict=True)
        return [replies[message.key] for message in batch]

    async def _one(
        self,
        tx: Tx,
        message: Inbound,
        found: dict[str, Found],
        sittings: dict[int, Sitting | None],
        school: School,
        now: datetime,
    ) -> tuple[Reply, Tx]:
        """A turn of its own: when it fails, nothing of it remains and the others go on."""
        turn_tx = tx.child()
        turn = self._turn(turn_tx, message, found, sittings, school, now)
        try:
            say = await dispatch(self.routers, turn) or Say()
        except Refusal as refusal:
            await turn_tx.drop()
            say = Say(refusal.sentence)
        except Exception:
            await turn_tx.drop()
            log.exception("turn failed", account=message.account, key=message.key, kind=message.kind)
            is_silent = turn.inbound.kind is Kind.EVENT and not turn.tapped
            say = Say() if is_silent else Say(SORRY)
        await turn_tx.keep()
        return Answering(turn.work, school).reply(turn, say), turn_tx

    def _turn(
        self,
        tx: Tx,
        message: Inbound,
        found: dict[str, Found],
        sittings: dict[int, Sitting | None],
        school: School,
        now: datetime,
    ) -> Turn:
        address = message.sender.key if message.sender else ""
        contact = found.get(address)
        work = Work(tx, sittings)
        if message.sender is not None:
            work.people.seen(message, contact.contact if contact else None, now)
        if message.event == "click":  # a menu button is the word it stands for, to every route alike
            message = replace(message, kind=Kind.TEXT, text=message.event_key)
        word, rest = split_command(message.text)
        return Turn(
            message,
            contact.person if contact else None,
            address,
            word,
            rest,
            bool(message.card_task),
            work,
            school,
            now,
            self.rng,
        )
