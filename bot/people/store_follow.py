"""The 家校通讯录 as we know it: its classes, and which parents follow 学校通知."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, below, insert, insert_new
from bot.messages import Realm
from bot.people.directory import ClassThere, Fit
from bot.people.rules import PersonKind
from bot.people.tables import contact, guardian, person, unit
from bot.people.tables_school import parent_follow, school_class, school_directory

EVERY: Final = timedelta(hours=24)  # how often tree and classes are read when nobody asks for more
LEASE: Final = timedelta(minutes=2)
ASKED: Final = timedelta(minutes=10)  # how long a wish to look at once stands

_DIRECTORY: Final = insert_new(school_directory)
_CLASS: Final = insert(school_class)
_KEPT: Final = ("path", "campus", "unit", "rivals", "allowed")
_KEEP_CLASS: Final = _CLASS.on_conflict_do_update(
    index_elements=["account", "department"], set_={name: _CLASS.excluded[name] for name in _KEPT}
)
_FOLLOW: Final = insert(parent_follow)
_KEEP_FOLLOW: Final = _FOLLOW.on_conflict_do_update(
    index_elements=["address"],
    set_={"follows": _FOLLOW.excluded.follows, "as_of": _FOLLOW.excluded.as_of},
    where=parent_follow.c.as_of <= _FOLLOW.excluded.as_of,
)
WANTED: Final = sa.and_(
    school_class.c.wanted_at.is_not(None),
    sa.or_(school_class.c.looked_at.is_(None), school_class.c.looked_at < school_class.c.wanted_at),
)


@dataclass(frozen=True, slots=True)
class Directory:
    """One app's reading of its directory. ``code`` is the blob of the QR code; without one ``code_trouble``
    is the platform's error code, empty before the first try."""

    account: str
    read_at: datetime | None = None
    trouble: str = ""
    code: str = ""
    code_trouble: str = ""


@dataclass(frozen=True, slots=True)
class ClassHere:
    """A class of the directory, counted. ``unit`` is ours; without one ``rivals`` units might be it.

    ``known``: how many of its parents belong to people of the roster.
    """

    account: str
    department: int
    path: str
    campus: str
    unit: str | None
    rivals: int
    allowed: bool
    parents: int
    following: int
    known: int
    looked_at: datetime | None


class Follows:
    """Reads and writes within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def todo(self, account: str, now: datetime) -> tuple[bool, list[int], list[int]]:
        """Is the tree to be read again; the classes somebody waits for; those that have not been looked at
        for a day, longest first."""
        row = await self._tx.row(
            sa.select(school_directory).where(
                school_directory.c.account == account,
                sa.or_(school_directory.c.rest_until > now, school_directory.c.lease_until > now),
            )
        )
        if row is not None:
            return False, [], []
        read_at = await self._tx.scalar(
            sa.select(school_directory.c.read_at).where(school_directory.c.account == account)
        )
        mine = sa.select(school_class.c.department).where(school_class.c.account == account)
        wanted = await self._tx.rows(mine.where(WANTED, school_class.c.wanted_at > now - ASKED))
        old = sa.or_(school_class.c.looked_at.is_(None), school_class.c.looked_at <= now - EVERY)
        stale = await self._tx.rows(mine.where(old).order_by(school_class.c.looked_at.nulls_first()))
        first = [row.department for row in wanted]
        rest = [row.department for row in stale if row.department not in set(first)]
        return read_at is None or read_at <= now - EVERY, first, rest

    async def take(self, account: str, now: datetime) -> bool:
        """One worker reads a directory at a time; who dies over it is replaced when the lease is over."""
        await self._tx.execute(
            _DIRECTORY, {"account": account, "trouble": "", "code": "", "code_trouble": ""}
        )
        free = sa.or_(school_directory.c.lease_until.is_(None), school_directory.c.lease_until <= now)
        taken = await self._tx.execute(
            sa.update(school_directory)
            .where(school_directory.c.account == account, free)
            .values(lease_until=now + LEASE)
        )
        return taken == 1

    async def done(self, account: str, *, rest_until: datetime | None = None, trouble: str = "") -> None:
        """The lease ends; after trouble nothing is read before ``rest_until``."""
        await self._tx.execute(
            sa.update(school_directory)
            .where(school_directory.c.account == account)
            .values(lease_until=None, rest_until=rest_until, trouble=trouble)
        )

    async def keep_tree(
        self,
        account: str,
        there: Sequence[ClassThere],
        fits: Mapping[int, Fit],
        allowed: Collection[int],
        now: datetime,
    ) -> None:
        """The classes as they are now; those that are gone are forgotten, counts of the others stay."""
        ids = [one.id for one in there]
        await self._tx.execute(
            sa.delete(school_class).where(
                school_class.c.account == account, school_class.c.department.not_in(ids)
            )
        )
        for one in there:
            fit = fits[one.id]
            self._tx.write(
                _KEEP_CLASS,
                account=account,
                department=one.id,
                path=one.path,
                campus=one.campus,
                unit=fit.unit,
                rivals=fit.rivals,
                allowed=one.inside(allowed),
            )
        await self._tx.execute(
            sa.update(school_directory).where(school_directory.c.account == account).values(read_at=now)
        )

    async def keep_code(self, account: str, code: str, trouble: str = "") -> None:
        """The blob of the QR code, or the error code why there is none."""
        await self._tx.execute(
            sa.update(school_directory)
            .where(school_directory.c.account == account)
            .values(code=code, code_trouble=trouble)
        )

    async def look(
        self, account: str, department: int, follow: Mapping[str, bool], now: datetime
    ) -> list[str]:
        """Keep who of a class follows, by address; of strangers only their number. The addresses of those who
        have begun to follow."""
        addresses = list(follow)
        bound = contact.c.person_id.is_not(None)
        met = await self._tx.rows(
            sa.select(contact.c.address, bound.label("bound")).where(contact.c.address.in_(addresses))
        )
        began = await self.followed({row.address: follow[row.address] for row in met}, now)
        await self._tx.execute(
            sa.update(school_class)
            .where(school_class.c.account == account, school_class.c.department == department)
            .values(
                parents=len(follow),
                following=sum(follow.values()),
                known=sum(row.bound for row in met),
                looked_at=now,
            )
        )
        return began

    async def not_looked(self, account: str, department: int, now: datetime) -> None:
        """The platform refused this class alone: tried, with nothing learnt."""
        await self._tx.execute(
            sa.update(school_class)
            .where(school_class.c.account == account, school_class.c.department == department)
            .values(looked_at=now)
        )

    async def followed(self, follow: Mapping[str, bool], at: datetime) -> list[str]:
        """What is known of these contacts as of ``at``; newer knowledge stays. Who has begun to follow."""
        before = {
            row.address: row.follows
            for row in await self._tx.rows(
                sa.select(parent_follow).where(
                    parent_follow.c.address.in_(list(follow)), parent_follow.c.as_of <= at
                )
            )
        }
        for address, follows in sorted(follow.items()):
            self._tx.write(_KEEP_FOLLOW, address=address, follows=follows, as_of=at)
        return [address for address, follows in before.items() if not follows and follow[address]]

    async def is_contact(self, address: str) -> bool:
        found = await self._tx.scalar(sa.select(contact.c.address).where(contact.c.address == address))
        return found is not None

    async def read_again(self, account: str) -> None:
        """The tree has changed."""
        await self._tx.execute(
            sa.update(school_directory).where(school_directory.c.account == account).values(read_at=None)
        )

    async def silent(self, addresses: Iterable[str]) -> set[str]:
        """Those of the addresses that do not follow 学校通知, for all we know."""
        rows = await self._tx.rows(
            sa.select(parent_follow.c.address).where(
                parent_follow.c.address.in_(list(addresses)), sa.not_(parent_follow.c.follows)
            )
        )
        return {row.address for row in rows}

    async def directory(self, account: str) -> Directory:
        row = await self._tx.row(sa.select(school_directory).where(school_directory.c.account == account))
        if row is None:
            return Directory(account)
        return Directory(row.account, row.read_at, row.trouble, row.code, row.code_trouble)

    async def classes(self, *, account: str = "", units: Iterable[str] | None = None) -> list[ClassHere]:
        """The classes of an app, or those that are units inside these, by path."""
        chosen = sa.select(school_class).order_by(school_class.c.unit, school_class.c.path)
        if account:
            chosen = chosen.where(school_class.c.account == account)
        if units is not None:
            inside = [below(school_class.c.unit, one) for one in units]
            chosen = chosen.where(school_class.c.unit.is_not(None), sa.or_(sa.false(), *inside))
        return [_class(row) for row in await self._tx.rows(chosen)]

    async def own_classes(self) -> list[str]:
        """The units that have students of their own: what may be a class there."""
        rows = await self._tx.rows(
            sa.select(unit.c.path)
            .where(
                sa.exists().where(
                    person.c.unit == unit.c.path,
                    person.c.kind == str(PersonKind.STUDENT),
                    person.c.left_at.is_(None),
                )
            )
            .order_by(unit.c.path)
        )
        return [row.path for row in rows]

    async def unfitted(self, account: str) -> list[str]:
        """Our classes whose parents have contacts of this app, and which are no class of its directory."""
        child = person.alias("child")
        here = sa.select(school_class.c.unit).where(
            school_class.c.account == account, school_class.c.unit.is_not(None)
        )
        rows = await self._tx.rows(
            sa.select(child.c.unit)
            .distinct()
            .select_from(
                contact.join(guardian, guardian.c.parent_id == contact.c.person_id).join(
                    child, child.c.id == guardian.c.child_id
                )
            )
            .where(
                contact.c.account == account,
                contact.c.realm == str(Realm.PARENT),
                child.c.left_at.is_(None),
                child.c.unit.not_in(here),
            )
            .order_by(child.c.unit)
        )
        return [row.unit for row in rows]


def _class(row: sa.Row[Any]) -> ClassHere:
    return ClassHere(
        row.account, row.department, row.path, row.campus, row.unit, row.rivals, row.allowed, row.parents,
        row.following, row.known, row.looked_at,
    )  # fmt: skip
