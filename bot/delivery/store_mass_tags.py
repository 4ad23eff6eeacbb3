"""Tags of a subscription account: who should have which, who has it, and whether one fits a campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.mass import TAGS, TOGETHER, Fit, Tag, Waiting
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import acceptance, delivery
from bot.delivery.tables_mass import mass_month, mass_tag, mass_tagged
from bot.duties.rules import Ask
from bot.duties.scope import Aim
from bot.duties.store_audience import where as whom
from bot.duties.tables import UNGUARDED, task
from bot.messages import Realm
from bot.people.tables import contact, person

_TAG: Final = insert(mass_tag)
_SET_TAG: Final = _TAG.on_conflict_do_update(
    index_elements=["account", "name"], set_={"tag_id": _TAG.excluded.tag_id}
)
_TOLD: Final = (DeliveryState.SENT, DeliveryState.FOLDED, DeliveryState.UNKNOWN, DeliveryState.LEASED)


class TagRows:
    """``nearer``: the accounts that reach their people before this one does."""

    def __init__(self, tx: Tx, account: str, nearer: Sequence[str]) -> None:
        self._tx = tx
        self._account = account
        self._nearer = list(nearer)

    async def ids(self) -> dict[str, int]:
        """Tag name -> the platform's number."""
        rows = await self._tx.rows(sa.select(mass_tag).where(mass_tag.c.account == self._account))
        return {row.name: row.tag_id for row in rows}

    def created(self, name: str, tag_id: int) -> None:
        self._tx.write(_SET_TAG, account=self._account, name=name, tag_id=tag_id)

    async def forget(self) -> None:
        """The platform does not know them any more; they are made anew."""
        await self._tx.execute(sa.delete(mass_tagged).where(mass_tagged.c.account == self._account))
        await self._tx.execute(sa.delete(mass_tag).where(mass_tag.c.account == self._account))

    async def to_tag(self, tag: Tag, limit: int) -> list[str]:
        """Addresses of followers who should have the tag and do not."""
        has = sa.exists().where(mass_tagged.c.address == contact.c.address, mass_tagged.c.name == tag.name)
        rows = await self._tx.rows(self._wanted(tag).where(~has).order_by(contact.c.address).limit(limit))
        return [row.address for row in rows]

    async def to_untag(self, tag: Tag, limit: int) -> list[str]:
        """Addresses of followers who have the tag and should not. Who does not follow has none."""
        rows = await self._tx.rows(
            sa.select(mass_tagged.c.address)
            .where(
                mass_tagged.c.account == self._account,
                mass_tagged.c.name == tag.name,
                mass_tagged.c.address.not_in(self._wanted(tag)),
            )
            .order_by(mass_tagged.c.address)
            .limit(limit)
        )
        return [row.address for row in rows]

    async def tagged(self, name: str, addresses: Sequence[str]) -> None:
        """As the platform said; who has unfollowed meanwhile is left out."""
        here = sa.select(
            contact.c.address, sa.literal(name).label("name"), sa.literal(self._account).label("account")
        ).where(contact.c.address.in_(addresses))
        line = insert(mass_tagged).from_select(["address", "name", "account"], here)
        await self._tx.execute(line.on_conflict_do_nothing())

    async def untagged(self, name: str, addresses: Sequence[str]) -> None:
        await self._tx.execute(
            sa.delete(mass_tagged).where(mass_tagged.c.name == name, mass_tagged.c.address.in_(addresses))
        )

    async def lost(self, address: str, why: str) -> None:
        """The platform does not know this follower."""
        await self._tx.execute(
            sa.update(contact).where(contact.c.address == address).values(unreachable=why)
        )

    async def fits(self, one: Waiting) -> list[Fit]:
        """How each tag would carry a text. Outside is who has no task in it, gets it elsewhere or by another
        text, has got it already, or said 少发 where that counts.

        Who is exempt or had enough for this week is inside: a tag leaves nobody out.
        """
        asked = sa.select(task.c.person_id).where(
            task.c.occurrence_id == one.occurrence, sa.not_(UNGUARDED)
        )
        here = sa.and_(delivery.c.account == self._account, delivery.c.payload == one.payload)
        open_ = delivery.c.state.in_((DeliveryState.DUE, *_TOLD))
        own = sa.and_(
            delivery.c.occurrence_id == one.occurrence,
            delivery.c.key.startswith(f"{one.occurrence}/", autoescape=True),
        )
        otherwise = sa.select(delivery.c.person_id).where(
            own, open_, sa.or_(~here, delivery.c.state.in_(_TOLD))
        )
        who = contact.c.person_id
        outside = sa.or_(who.is_(None), who.not_in(asked), who.in_(otherwise))
        if one.heeds_less:
            outside = sa.or_(outside, person.c.less)
        aboard = contact.c.address.in_(
            sa.select(delivery.c.address).where(
                own, here, delivery.c.state == DeliveryState.DUE, delivery.c.not_before <= TOGETHER
            )
        )
        rows = await self._tx.rows(
            sa.select(
                mass_tagged.c.name,
                sa.func.count().label("members"),
                sa.func.sum(sa.case((outside, 1), else_=0)).label("outside"),
                sa.func.sum(sa.case((aboard, 1), else_=0)).label("aboard"),
            )
            .select_from(
                mass_tagged.join(contact, contact.c.address == mass_tagged.c.address).outerjoin(
                    person, person.c.id == contact.c.person_id
                )
            )
            .where(mass_tagged.c.account == self._account, mass_tagged.c.name.in_([t.name for t in TAGS]))
            .group_by(mass_tagged.c.name)
        )
        return [Fit(row.name, row.members, row.outside, row.aboard) for row in rows]

    async def months(
        self,
        audience: Aim,
        asks: Mapping[str, Ask],
        since: datetime | None,
        month: str,
        most: int,
        now: datetime,
    ) -> tuple[int, int]:
        """Silent followers of an audience whom only this account reaches, and how many have no room left."""
        full = sa.exists().where(
            mass_month.c.address == contact.c.address, mass_month.c.month == month, mass_month.c.used >= most
        )
        (row,) = await self._tx.rows(
            sa.select(
                sa.func.count(sa.distinct(contact.c.person_id)).label("people"),
                sa.func.count(sa.distinct(sa.case((full, contact.c.person_id)))).label("spent"),
            )
            .select_from(contact.join(person, person.c.id == contact.c.person_id))
            .where(self._reached(), whom(audience, asks, since))
            .where(sa.or_(contact.c.window_until.is_(None), contact.c.window_until <= now))
        )
        return row.people, row.spent

    async def given(
        self, audience: Aim, asks: Mapping[str, Ask], since: datetime | None, template: str, now: datetime
    ) -> tuple[int, int]:
        """Of the followers whom only this account reaches: open windows, and acceptances of the others."""
        window = sa.and_(contact.c.window_left > 0, contact.c.window_until > now)
        window = sa.func.coalesce(window, sa.false())
        accepted = sa.exists().where(
            acceptance.c.address == contact.c.address,
            acceptance.c.template == template,
            acceptance.c.left > 0,
        )
        (row,) = await self._tx.rows(
            sa.select(
                sa.func.count(sa.distinct(sa.case((window, contact.c.person_id)))).label("windows"),
                sa.func.count(
                    sa.distinct(sa.case((sa.and_(~window, accepted), contact.c.person_id)))
                ).label("accepted"),
            )
            .select_from(contact.join(person, person.c.id == contact.c.person_id))
            .where(contact.c.account == self._account, sa.or_(window, accepted))
            .where(self._reached(), whom(audience, asks, since))
        )
        return row.windows, row.accepted

    def _wanted(self, tag: Tag) -> sa.Select[tuple[str]]:
        """The bound followers whom no nearer account reaches, and who have not left."""
        found = (
            sa.select(contact.c.address)
            .join(person, person.c.id == contact.c.person_id)
            .where(self._reached(), person.c.left_at.is_(None), person.c.kind.in_(list(map(str, tag.kinds))))
        )
        return found.where(~person.c.less) if tag.routine else found

    def _reached(self) -> sa.ColumnElement[bool]:
        other = contact.alias("other")
        nearer = sa.exists().where(
            other.c.person_id == contact.c.person_id,
            other.c.account.in_(self._nearer),
            other.c.unreachable.is_(None),
        )
        return sa.and_(
            contact.c.account == self._account,
            contact.c.realm == str(Realm.OPENID),
            contact.c.unreachable.is_(None),
            ~nearer,
        )
