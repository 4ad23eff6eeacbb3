"""Platform contacts: who was seen, who follows, who is bound to whom, how often a stranger guessed wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, Write, insert
from bot.delivery.tables import acceptance, subscription_call
from bot.messages import Address, Inbound
from bot.people.binding import Candidate, Claim, Knocks
from bot.people.records import Contact, How
from bot.people.store_values import CONTACTS, PERSONS, persons, to_contact
from bot.people.tables import contact, knock, person
from bot.people.windows import grant_of
from bot.prepared import Prepared

CANDIDATES: Final = 200
SEEN_AGAIN: Final = timedelta(hours=1)  # how exact last_in_at is where no window hangs on it

# What somebody does who leaves, and what the platform tells of our own sending.
_NO_LIFE: Final = frozenset({"unsubscribe", "subscribe_msg_sent_event", "subscribe_msg_change_event"})

_insert_seen = insert(contact)
_new = _insert_seen.excluded
_SEEN = Prepared(
    _insert_seen.on_conflict_do_update(
        index_elements=[contact.c.address],
        set_={
            "account": _new.account,
            "last_in_at": _new.last_in_at,
            "window_left": sa.case(
                (
                    sa.and_(
                        contact.c.window_until > _new.last_in_at, contact.c.window_left > _new.window_left
                    ),
                    contact.c.window_left,
                ),
                else_=_new.window_left,
            ),
            "window_until": sa.case(
                (_new.window_until.is_(None), contact.c.window_until),
                (contact.c.window_until > _new.window_until, contact.c.window_until),
                else_=_new.window_until,
            ),
            "unreachable": sa.null(),  # whoever writes here can be written to here
        },
    ),
    row="address",
)
_insert_follow = insert(contact)
_FOLLOW = _insert_follow.on_conflict_do_update(
    index_elements=[contact.c.address],
    set_={name: _insert_follow.excluded[name] for name in ("account", "followed_at", "unreachable")},
)
_insert_bind = insert(contact)
_BIND = _insert_bind.on_conflict_do_update(
    index_elements=[contact.c.address],
    set_={name: _insert_bind.excluded[name] for name in ("account", "person_id", "bound_at", "bound_how")},
)
_UNBIND = (
    sa.update(contact)
    .where(contact.c.address == sa.bindparam("key"))
    .values(person_id=None, bound_at=None, bound_how=None)
)
_UNREACHABLE = (
    sa.update(contact).where(contact.c.address == sa.bindparam("key")).values(unreachable=sa.bindparam("why"))
)
_REACHED_BY = (
    sa.update(contact)
    .where(contact.c.address == sa.bindparam("key"))
    .values(account=sa.bindparam("by"), unreachable=None)
)
_FORGET = sa.delete(contact).where(contact.c.address == sa.bindparam("key"))
_FORGET_ACCEPTANCES = sa.delete(acceptance).where(acceptance.c.address == sa.bindparam("key"))
_FORGET_CALLS = sa.delete(subscription_call).where(subscription_call.c.address == sa.bindparam("key"))
_FORGET_KNOCKS = sa.delete(knock).where(knock.c.address == sa.bindparam("key"))
_insert_knock = insert(knock)
_KNOCK = _insert_knock.on_conflict_do_update(
    index_elements=[knock.c.address],
    set_={name: _insert_knock.excluded[name] for name in ("tries", "since", "paused_until")},
)
_BY_ADDRESS = CONTACTS.where(contact.c.address == sa.bindparam("key"))
_OF_PEOPLE = CONTACTS.where(contact.c.person_id.in_(sa.bindparam("ids", expanding=True))).order_by(
    contact.c.person_id, contact.c.address
)
_KNOCKS = sa.select(knock.c.tries, knock.c.since, knock.c.paused_until).where(
    knock.c.address == sa.bindparam("key")
)
# By number as well, and first: a name in Latin letters may be typed in another case than the roster has it,
# and of a frequent name only some are read.
_numbered = person.c.code.in_(sa.bindparam("codes", expanding=True))
_CLAIMED = PERSONS.where(
    sa.or_(person.c.name == sa.bindparam("name"), _numbered), person.c.left_at.is_(None)
).order_by(sa.case((_numbered, 0), else_=1), person.c.id)
_HELD = sa.select(person.c.id).where(person.c.id == sa.bindparam("id")).with_for_update(key_share=True)
_TAKEN = sa.select(contact.c.person_id).where(
    contact.c.person_id.in_(sa.bindparam("ids", expanding=True)),
    contact.c.account == sa.bindparam("account"),
    contact.c.realm == sa.bindparam("realm"),
    contact.c.address != sa.bindparam("key"),
)


def by_address(writes: Iterable[Write]) -> list[Write]:
    """What turns have noted, who was seen in the order of addresses: so couriers lock them as well, and
    nobody waits in a ring.
    """
    seen: list[Write] = []
    others: list[Write] = []
    for write in writes:
        (seen if write.statement is _SEEN else others).append(write)
    return [*sorted(seen, key=lambda write: str(write.values["address"])), *others]


class Contacts:
    """Reads and writes of contacts; a part of People."""

    tx: Tx

    def seen(self, inbound: Inbound, known: Contact | None, now: datetime) -> None:
        """A callback came from this contact: remember when, and the window it opens for an official account.

        Results the platform reports about our own sending, and goodbyes, are no sign of life.
        """
        address = inbound.sender
        if address is None or inbound.event in _NO_LIFE or inbound.event.endswith("jobfinish"):
            return
        grant = grant_of(inbound)
        recent = known is not None and known.last_in_at and now - known.last_in_at < SEEN_AGAIN
        if grant is None and recent and known is not None and not known.unreachable:
            return
        self.tx.write(
            _SEEN,
            address=address.key,
            account=inbound.account,
            realm=address.realm,
            last_in_at=now,
            window_left=grant.messages if grant else 0,
            window_until=now + grant.lasting if grant else None,
        )

    def follow(self, address: Address, account: str, now: datetime) -> None:
        """Following makes a contact reachable again; the window it opens is noted by ``seen``."""
        self.tx.write(
            _FOLLOW,
            address=address.key,
            account=account,
            realm=address.realm,
            followed_at=now,
            unreachable=None,
        )

    async def unfollow(self, address: Address) -> Contact | None:
        """Delete the platform id at once (design 4.12); what was deleted, so that its traces can follow."""
        gone = await self.contact(address)
        self.tx.write(_FORGET, key=address.key)
        for trace in (_FORGET_ACCEPTANCES, _FORGET_CALLS, _FORGET_KNOCKS):
            self.tx.write(trace, key=address.key)
        return gone

    async def hold(self, person_id: int) -> None:
        """Whoever claims to be this person now waits for us, and sees then what became of our claim."""
        await self.tx.row(_HELD, {"id": person_id})

    async def bind(self, address: Address, account: str, person_id: int, how: How, now: datetime) -> None:
        """Carried out at once, so that the next claim of the same group finds the person taken."""
        await self.tx.execute(
            _BIND,
            {
                "address": address.key,
                "account": account,
                "realm": address.realm,
                "person_id": person_id,
                "bound_at": now,
                "bound_how": how,
            },
        )
        self.tx.write(_FORGET_KNOCKS, key=address.key)

    def unbind(self, address: Address) -> None:
        self.tx.write(_UNBIND, key=address.key)

    def unreachable(self, address: Address, why: str) -> None:
        """The platform's last word on why sending to this contact is useless."""
        self.tx.write(_UNREACHABLE, key=address.key, why=why)

    def reached_by(self, address: Address, account: str) -> None:
        """Another account of the same corp writes to this contact from now on."""
        self.tx.write(_REACHED_BY, key=address.key, by=account)

    async def contact(self, address: Address) -> Contact | None:
        row = await self.tx.row(_BY_ADDRESS, {"key": address.key})
        return to_contact(row) if row else None

    async def contacts_of(self, ids: Iterable[int]) -> dict[int, list[Contact]]:
        """The contacts bound to each of these persons; nobody without one."""
        found: dict[int, list[Contact]] = {}
        for row in await self.tx.rows(_OF_PEOPLE, {"ids": list(ids)}):
            found.setdefault(row.person_id, []).append(to_contact(row))
        return found

    async def candidates(self, said: Claim, address: Address, account: str) -> Sequence[Candidate]:
        """Whom a claim may mean; reads the same amount whether or not the name exists."""
        codes = sorted({said.number, said.number.upper(), said.number.lower()})
        people = persons(await self.tx.rows(_CLAIMED, {"name": said.name, "codes": codes}))[:CANDIDATES]
        rows = await self.tx.rows(
            _TAKEN,
            {"ids": [p.id for p in people], "account": account, "realm": address.realm, "key": address.key},
        )
        taken = {row.person_id for row in rows}
        return [Candidate(one, one.id in taken) for one in people]

    async def knocks(self, address: Address) -> Knocks | None:
        row = await self.tx.row(_KNOCKS, {"key": address.key})
        return Knocks(row.tries, row.since, row.paused_until) if row else None

    def knock(self, address: Address, knocks: Knocks) -> None:
        """Keep what ``binding.decide`` counted for this stranger."""
        self.tx.write(
            _KNOCK,
            address=address.key,
            tries=knocks.tries,
            since=knocks.since,
            paused_until=knocks.paused_until,
        )
