"""Articles in the database: asked for at a desk, carried by the press, found again by what came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert, insert_new
from bot.delivery.tables import account_state
from bot.platforms.wechat.publishing import Outcome
from bot.publishing.rules import LEASE, OVER, Article, State
from bot.publishing.tables import article, cover, publish_result

_ASK: Final = insert_new(article)
_HEARD: Final = insert(publish_result)
_HEAR: Final = _HEARD.on_conflict_do_update(
    index_elements=["account", "publish_id"],
    set_={name: getattr(_HEARD.excluded, name) for name in ("status", "article_id", "url", "at")},
)
_HURRY: Final = (
    sa.update(article)
    .where(
        article.c.account == sa.bindparam("of"),
        article.c.publish_id == sa.bindparam("publish"),
        article.c.state.in_((State.SUBMITTED, State.PUBLISHED)),
    )
    .values(due=sa.bindparam("now"))
)
_COLUMNS: Final = {"occurrence": "occurrence_id"}


class Articles:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    # at the desk

    async def ask(self, wanted: Article) -> bool:
        """A new try; ``False`` when another administrator was first."""
        values = {_COLUMNS.get(f.name, f.name): getattr(wanted, f.name) for f in fields(Article)}
        return await self._tx.execute(_ASK, values) == 1

    async def get(self, id_: int) -> Article | None:
        row = await self._tx.row(sa.select(article).where(article.c.id == id_))
        return None if row is None else _value(row)

    async def latest(self, occurrence: str) -> dict[str, Article]:
        """The newest try of each account."""
        rows = await self._tx.rows(
            sa.select(article).where(article.c.occurrence_id == occurrence).order_by(article.c.number)
        )
        return {row.account: _value(row) for row in rows}

    async def waiting(self) -> list[Article]:
        """For a second person, oldest first."""
        rows = await self._tx.rows(
            sa.select(article).where(article.c.state == State.WAITING).order_by(article.c.id)
        )
        return [_value(row) for row in rows]

    async def addresses(self, occurrences: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        """(account, address) of what is public, by campaign."""
        wanted = list(occurrences)
        rows = (
            await self._tx.rows(
                sa.select(article.c.occurrence_id, article.c.account, article.c.url)
                .where(
                    article.c.occurrence_id.in_(wanted),
                    article.c.state == State.PUBLISHED,
                    article.c.url != "",
                )
                .order_by(article.c.id)
            )
            if wanted
            else []
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for row in rows:
            found.setdefault(row.occurrence_id, []).append((row.account, row.url))
        return found

    async def troubled(self, account: str) -> list[Article]:
        """Newest tries that a person has to look at: unknown, or failed."""
        newer = article.alias("newer")
        is_old = sa.exists().where(
            newer.c.occurrence_id == article.c.occurrence_id,
            newer.c.account == article.c.account,
            newer.c.number > article.c.number,
        )
        rows = await self._tx.rows(
            sa.select(article)
            .where(article.c.account == account, article.c.state.in_((State.UNKNOWN, State.FAILED)), ~is_old)
            .order_by(article.c.id.desc())
            .limit(20)
        )
        return [_value(row) for row in rows]

    async def move(self, found: Article, state: State, **values: Any) -> bool:
        """From the state it was seen in to the next; ``False`` when somebody else moved it meanwhile."""
        return await self._tx.execute(
            sa.update(article)
            .where(article.c.id == found.id, article.c.state == found.state)
            .values(state=state, **values)
        ) == 1

    # what the platform says by itself

    def heard(self, account: str, publish_id: str, outcome: Outcome, now: datetime) -> None:
        """A result came as an event; the press takes it from here, at once where it knows the number."""
        self._tx.write(
            _HEAR, account=account, publish_id=publish_id, status=outcome.status,
            article_id=outcome.article_id, url=outcome.url, at=now,
        )  # fmt: skip
        self._tx.write(_HURRY, of=account, publish=publish_id, now=now)

    async def result_of(self, account: str, publish_id: str) -> Outcome | None:
        row = await self._tx.row(
            sa.select(publish_result).where(
                publish_result.c.account == account, publish_result.c.publish_id == publish_id
            )
        )
        return None if row is None else Outcome(row.status, row.article_id, row.url)

    async def unclaimed(self, account: str, since: datetime) -> Sequence[tuple[str, Outcome]]:
        """Results of successful publications that belong to no article we know the number of."""
        known = sa.exists().where(
            article.c.account == account, article.c.publish_id == publish_result.c.publish_id
        )
        rows = await self._tx.rows(
            sa.select(publish_result)
            .where(
                publish_result.c.account == account,
                publish_result.c.at >= since,
                publish_result.c.article_id != "",
                ~known,
            )
            .order_by(publish_result.c.at)
            .limit(20)
        )
        return [(row.publish_id, Outcome(row.status, row.article_id, row.url)) for row in rows]

    # for the press

    async def any_due(self, now: datetime) -> bool:
        return bool(await self._tx.scalar(sa.select(sa.exists().where(article.c.due <= now))))

    async def claim(self, accounts: Sequence[str], now: datetime, limit: int) -> list[Article]:
        """What is due, leased to the caller: ``due`` is the end of the lease while somebody works on it.

        An account that the courier has stopped publishes nothing either.
        """
        stopped = sa.select(account_state.c.account).where(account_state.c.stopped != "")
        due = (
            sa.select(article.c.id)
            .where(article.c.due <= now, article.c.account.in_(accounts), article.c.account.not_in(stopped))
            .order_by(article.c.due)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalar_subquery()
        rows = await self._tx.rows(
            sa.update(article).where(article.c.id.in_(due)).values(due=now + LEASE).returning(*article.c)
        )
        return sorted((_value(row) for row in rows), key=lambda one: one.id)

    async def settle(self, held: Article, state: State, due: datetime | None, **values: Any) -> bool:
        """The end of a step. ``False`` when the lease ran out and the article went on without us."""
        return await self._tx.execute(
            sa.update(article)
            .where(article.c.id == held.id, article.c.state == held.state, article.c.due == held.due)
            .values(state=state, due=due, **values)
        ) == 1

    async def learnt(self, id_: int, publish_id: str, now: datetime) -> None:
        """The answer of a submission, however late: worth more than what others concluded without it."""
        await self._tx.execute(
            sa.update(article)
            .where(
                article.c.id == id_,
                article.c.publish_id == "",
                article.c.state.in_((State.SUBMITTING, State.UNKNOWN)),
            )
            .values(state=State.SUBMITTED, publish_id=publish_id, outcome="", due=now)
        )

    async def hold(self, account: str) -> int:
        """After a restored backup: what may have been published since becomes unknown."""
        return await self._tx.execute(
            sa.update(article)
            .where(article.c.account == account, article.c.state.in_((State.READY, State.SUBMITTING)))
            .values(state=State.UNKNOWN, outcome="restored", due=None)
        )

    # the picture on top

    async def cover(self, account: str, look: str) -> str:
        """The media_id of this look; empty when it has to be uploaded."""
        found: str | None = await self._tx.scalar(
            sa.select(cover.c.media_id).where(cover.c.account == account, cover.c.look == look)
        )
        return found or ""

    async def claim_cover(self, account: str, now: datetime) -> bool:
        """One process uploads; the others look again in a moment."""
        await self._tx.execute(insert_new(cover).values(account=account, look="", media_id=""))
        free = sa.or_(cover.c.lease_until.is_(None), cover.c.lease_until <= now)
        return await self._tx.execute(
            sa.update(cover).where(cover.c.account == account, free).values(lease_until=now + LEASE)
        ) == 1

    async def keep_cover(self, account: str, look: str, media_id: str) -> None:
        """What came of the upload; with empty texts the next article uploads anew."""
        await self._tx.execute(
            sa.update(cover)
            .where(cover.c.account == account)
            .values(look=look, media_id=media_id, lease_until=None)
        )


def _value(row: sa.Row[Any]) -> Article:
    values = {f.name: getattr(row, _COLUMNS.get(f.name, f.name)) for f in fields(Article)}
    return Article(**values | {"state": State(row.state)})


def may_start_over(found: Article | None) -> bool:
    return found is None or found.state in OVER
