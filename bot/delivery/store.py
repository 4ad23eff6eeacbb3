"""Queueing what must go out. Sending is the courier's; its rows are in ``store_courier``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx, insert, insert_new
from bot.delivery.content import content_hash, from_json, to_json
from bot.delivery.rules import FILE_AFTER, SPREAD_FROM, DeliveryState
from bot.delivery.store_attention import key_with
from bot.delivery.store_campaign import Campaigns
from bot.delivery.store_classes import Classes
from bot.delivery.store_following import Following
from bot.delivery.store_spread import spread
from bot.delivery.tables import blob, delivery, payload
from bot.duties.tables import UNGUARDED, task
from bot.lists import among
from bot.messages import Content, Realm, Urgency
from bot.people.rules import PersonKind, Stage
from bot.people.tables import contact, guardian, person

_PAYLOAD: Final = insert_new(payload)
_NEW_BLOB: Final = insert(blob)
_BLOB: Final = _NEW_BLOB.on_conflict_do_update(
    index_elements=["hash"], set_={"at": _NEW_BLOB.excluded.at}  # used again: not old yet
)
_QUEUE: Final = insert_new(delivery)


_COLUMNS: Final = (
    "key",
    "account",
    "address",
    "person_id",
    "occurrence_id",
    "payload",
    "urgency",
    "digest",
    "state",
    "not_before",
    "attempts",
    "outcome",
)


class Outbox(Campaigns, Classes, Following):
    """What a turn, a page or the clock wants sent."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def queue(
        self,
        *,
        key: str,
        account: str,
        address: str,
        person: int,
        content: Content,
        urgency: Urgency,
        not_before: datetime,
        occurrence: str | None = None,
        task_id: int | None = None,
        digest: bool = False,
        files: Sequence[Content] = (),
    ) -> None:
        """One message to one person, and the files that come with it; the same ``key`` twice is one
        message.
        """
        for number, one in enumerate((content, *files)):
            self._tx.write(
                _QUEUE,
                key=key_with(number, key) if number else key,
                account=account,
                address=address,
                person_id=person,
                occurrence_id=occurrence,
                task_id=None if number else task_id,
                payload=self.keep(one),
                urgency=urgency,
                digest=digest and not number,
                state=DeliveryState.DUE,
                not_before=not_before + FILE_AFTER if number else not_before,
                attempts=0,
                outcome="",
            )

    def keep(self, content: Content) -> str:
        """Store the content once; its hash."""
        hash_ = content_hash(content)
        self._tx.write(_PAYLOAD, hash=hash_, content=to_json(content))
        return hash_

    async def kept(self, hashes: Sequence[str]) -> dict[str, Content]:
        """The contents under these hashes."""
        rows = await self._tx.rows(sa.select(payload).where(payload.c.hash.in_(hashes)))
        return {row.hash: from_json(row.content) for row in rows}

    def keep_blob(self, data: bytes, now: datetime) -> str:
        """Store a picture or file until it is sent; its hash."""
        hash_ = hashlib.sha256(data).hexdigest()[:32]
        self._tx.write(_BLOB, hash=hash_, data=data, at=now)
        return hash_

    async def fan_out(
        self,
        *,
        occurrence: str,
        account: str,
        realms: Sequence[Realm],
        content: Content,
        not_before: datetime,
        digest: bool,
        only_in_window: bool,
        now: datetime,
        audience: Sequence[str] = (),
        urgency: Urgency = Urgency.ROUTINE,
        files: Sequence[Content] = (),
        people: Sequence[int] | None = None,
    ) -> int:
        """One delivery for each person of the occurrence who is reached by this account and has none yet.

        Set-based, so that a million people cost one statement; people with two tasks (two children) get one
        message. ``only_in_window``: an account that may write only after the person wrote. ``audience`` names
        the 学段 or kinds whose text this is; empty means everybody. ``files`` come with it, uncounted.
        ``people``: these and nobody else.
        """
        hash_ = self.keep(content)
        await self._tx.flush()
        theirs = [task.c.occurrence_id == occurrence, task.c.exempt == "", task.c.settled_at.is_(None)]
        theirs.append(sa.not_(UNGUARDED))
        if people is not None:
            theirs.append(among(task.c.person_id, people))
        if audience:
            theirs.append(task.c.person_id.in_(sa.select(person.c.id).where(_is_audience(audience))))
        when: sa.ColumnElement[Any] = sa.literal(not_before, Moment())
        if urgency is Urgency.ROUTINE:
            count = await self._tx.scalar(sa.select(sa.func.count()).select_from(task).where(*theirs))
            if count > SPREAD_FROM:
                when = spread(not_before, task.c.person_id)
        # Two tasks of one person, two contacts, an earlier channel: the unique key lets one message through.
        chosen = (
            sa.select(
                (sa.literal(f"{occurrence}/") + sa.cast(task.c.person_id, sa.Text)).label("key"),
                contact.c.account,
                contact.c.address,
                task.c.person_id,
                sa.literal(occurrence).label("occurrence_id"),
                sa.literal(hash_).label("payload"),
                sa.literal(str(urgency)).label("urgency"),
                sa.literal(digest).label("digest"),
                sa.literal(str(DeliveryState.DUE)).label("state"),
                when.label("not_before"),
                sa.literal(0).label("attempts"),
                sa.literal("").label("outcome"),
            )
            .select_from(task.join(contact, contact.c.person_id == task.c.person_id))
            .where(
                *theirs,
                contact.c.account == account,
                contact.c.realm.in_([str(r) for r in realms]),
                contact.c.unreachable.is_(None),
            )
        )
        if only_in_window:
            chosen = chosen.where(contact.c.window_until > now, contact.c.window_left > 0)
        count = await self._tx.execute(insert_new(delivery).from_select(_COLUMNS, chosen))
        for number, file in enumerate(files if count else (), 1):
            await self._enclose(occurrence, account, hash_, number, file)
        return count

    async def _enclose(self, occurrence: str, account: str, hash_: str, number: int, file: Content) -> None:
        """A file for everybody who gets this message by this account."""
        enclosed = self.keep(file)
        await self._tx.flush()
        later = sa.type_coerce(delivery.c.not_before, sa.BigInteger) + FILE_AFTER // timedelta(milliseconds=1)
        chosen = sa.select(
            sa.literal(key_with(number, "")) + delivery.c.key,
            delivery.c.account,
            delivery.c.address,
            delivery.c.person_id,
            delivery.c.occurrence_id,
            sa.literal(enclosed),
            delivery.c.urgency,
            sa.false(),
            delivery.c.state,
            sa.type_coerce(later, Moment()),
            sa.literal(0),
            sa.literal(""),
        ).where(
            delivery.c.occurrence_id == occurrence,
            delivery.c.account == account,
            delivery.c.payload == hash_,
            delivery.c.state == DeliveryState.DUE,
            delivery.c.key.startswith(f"{occurrence}/", autoescape=True),
        )
        await self._tx.execute(insert_new(delivery).from_select(_COLUMNS, chosen))


def _is_audience(words: Sequence[str]) -> sa.ColumnElement[bool]:
    """学段 mean students of that stage (大学 where none is known), 家长/学段 their parents, else a kind.

    A parent of no known child has a 学段 of their own.
    """
    stages = [w for w in words if w in set(Stage)]
    kinds = [w for w in words if w in set(PersonKind)]
    student = person.c.kind == str(PersonKind.STUDENT)
    of_stage = sa.func.coalesce(person.c.stage, str(Stage.COLLEGE)).in_(stages)
    of_child = [w.partition("/")[2] for w in words if w.startswith(f"{PersonKind.PARENT}/")]
    child = person.alias("child")
    parents = (
        sa.select(guardian.c.parent_id)
        .join(child, child.c.id == guardian.c.child_id)
        .where(sa.func.coalesce(child.c.stage, str(Stage.COLLEGE)).in_(of_child))
    )
    own_stage = sa.func.coalesce(person.c.stage, str(Stage.COLLEGE)).in_(of_child)
    alone = sa.and_(own_stage, ~sa.exists().where(guardian.c.parent_id == person.c.id).correlate(person))
    is_parent = person.c.kind == str(PersonKind.PARENT)
    parent = sa.and_(is_parent, sa.or_(person.c.id.in_(parents), alone))
    return sa.or_(sa.and_(student, of_stage), person.c.kind.in_(kinds), parent)
