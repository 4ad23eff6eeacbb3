"""Counting: readings of tasks, never a second truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx
from bot.delivery.rules import DeliveryState
from bot.delivery.store_attention import WITH
from bot.delivery.tables import delivery
from bot.duties.rules import LADDERS, Ask, Do
from bot.duties.tables import occurrence, task
from bot.people.tables import person
from bot.reports.rules import Tally, asked_units
from bot.reports.store_counting import (
    Head,
    children,
    groups,
    groups_of,
    in_unit,
    offered,
    reasons,
    reasons_of,
)
from bot.reports.store_lines import Lines

_CAMPAIGN: Final = (
    occurrence.c.id,
    occurrence.c.duty,
    occurrence.c.title,
    occurrence.c.ask,
    occurrence.c.do,
    occurrence.c.planned_at,
    occurrence.c.due_at,
)
_Key = tuple[str, str]  # occurrence, unit


class Stats(Lines):
    """The numbers that the chat, the console, the command line and every document show."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    async def tallies(
        self,
        scope: Sequence[str],
        *,
        occurrence: str | None,
        duty: str | None,
        depth: int,
        top: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        now: datetime | None = None,
        waiting: bool = False,
    ) -> list[Tally]:
        """One tally for each campaign and unit ``depth`` parts below the asked unit; newest campaign first.

        The asked unit is ``top``, or each unit of ``scope`` when ``top`` is empty; ``()`` sees nothing,
        ``("",)`` everything. People of the asked unit itself are counted under its own path. ``since`` (from)
        and ``until`` (before) bound the planned time; ``now`` is the as-of time, by default the clock's.
        Campaigns that went out to nobody, because no second person agreed, count only when one of them is
        asked for or with ``waiting``.
        """
        as_of = now or datetime.now(UTC)
        chosen = _campaigns(occurrence, duty, since, until)
        if occurrence is None and not waiting:
            chosen = chosen.where(offered())
        ids = chosen.with_only_columns(_CAMPAIGN[0])
        found: dict[_Key, dict[int, _Count]] = {}
        why: dict[_Key, dict[str, int]] = {}
        for unit, base in asked_units(scope, top):
            await self._count(unit, base + depth, ids, found, why)
        if not found:
            return []
        campaigns = {row.id: row for row in await self.tx.rows(chosen)}
        keys = sorted(found, key=lambda key: key[1])
        keys.sort(key=lambda key: (campaigns[key[0]].planned_at, key[0]), reverse=True)
        return [_tally(campaigns[key[0]], key[1], found[key], why.get(key, {}), as_of) for key in keys]

    async def _count(
        self,
        unit: str,
        head: int,
        ids: sa.Select[Any],
        found: dict[_Key, dict[int, _Count]],
        why: dict[_Key, dict[str, int]],
    ) -> None:
        """Count one unit; people first, and again by child the campaigns in which guardians act."""
        cut = Head.of(unit, head, self.tx.dialect)
        here = sa.and_(in_unit(task.c.unit, unit), task.c.occurrence_id.in_(ids))
        rows = list(await self.tx.rows(cut.rolled(groups(here))))
        families = {row.occurrence_id for row in rows if row.about}
        for row in rows:
            if row.occurrence_id not in families:
                _add(found, row)
        explained = []
        if families:
            both = children(sa.and_(in_unit(task.c.unit, unit), task.c.occurrence_id.in_(sorted(families))))
            for row in await self.tx.rows(cut.rolled(groups_of(both))):
                _add(found, row)
            explained.append(reasons_of(both))
        if exempt := sorted({row.occurrence_id for row in rows if row.exempt} - families):
            there = sa.and_(in_unit(task.c.unit, unit), task.c.occurrence_id.in_(exempt))
            explained.append(reasons(there))
        for statement in explained:
            for row in await self.tx.rows(cut.rolled_reasons(statement)):
                _add_reason(why, row)

    async def exemptions(self, scope: Sequence[str], occurrence: str) -> dict[str, int]:
        """Why people of a campaign are exempt, and how many; most frequent first."""
        found: dict[str, int] = {}
        for tally in await self.tallies(scope, occurrence=occurrence, duty=None, depth=0):
            for reason, count in tally.reasons.items():
                found[reason] = found.get(reason, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    async def deliveries(self, scope: Sequence[str], occurrence: str) -> dict[DeliveryState, int]:
        """How many messages of a campaign to people of the scope are in each state, files left out."""
        found: dict[DeliveryState, int] = {}
        for unit, _ in asked_units(scope):
            statement = (
                sa.select(delivery.c.state, sa.func.count().label("messages"))
                .join(person, person.c.id == delivery.c.person_id)
                .where(
                    delivery.c.occurrence_id == occurrence,
                    ~delivery.c.key.startswith(WITH),
                    in_unit(person.c.unit, unit),
                )
                .group_by(delivery.c.state)
            )
            for row in await self.tx.rows(statement):
                state = DeliveryState(row.state)
                found[state] = found.get(state, 0) + row.messages
        return found


def _campaigns(
    id_: str | None, duty: str | None, since: datetime | None, until: datetime | None
) -> sa.Select[Any]:
    statement = sa.select(*_CAMPAIGN)
    if id_ is not None:
        statement = statement.where(occurrence.c.id == id_)
    if duty is not None:
        statement = statement.where(occurrence.c.duty == duty)
    if since is not None:
        statement = statement.where(occurrence.c.planned_at >= since)
    if until is not None:
        statement = statement.where(occurrence.c.planned_at < until)
    return statement


_Count = tuple[int, int, int, int]  # people, exempt, told, declined


def _add(found: dict[_Key, dict[int, _Count]], row: sa.Row[Any]) -> None:
    # Two classes of one teacher are two asked units, but one row when the college above them was asked for.
    counts = found.setdefault((row.occurrence_id, row.head), {})
    old = counts.get(row.tier, (0, 0, 0, 0))
    counts[row.tier] = (
        old[0] + int(row.people),
        old[1] + int(row.exempt),
        old[2] + int(row.told),
        old[3] + int(row.declined),
    )


def _add_reason(why: dict[_Key, dict[str, int]], row: sa.Row[Any]) -> None:
    counts = why.setdefault((row.occurrence_id, row.head), {})
    counts[row.reason] = counts.get(row.reason, 0) + int(row.people)


def _tally(
    campaign: sa.Row[Any], unit: str, counts: dict[int, _Count], why: dict[str, int], as_of: datetime
) -> Tally:
    ladder = LADDERS[Ask(campaign.ask)]
    people = sum(c[0] for c in counts.values())
    exempt = sum(c[1] for c in counts.values())
    from_tier = {
        number: sum(c[0] - c[1] for tier, c in counts.items() if tier >= number)
        for number in range(1, len(ladder.kinds) + 1)
    }
    return Tally(
        unit=unit,
        occurrence=campaign.id,
        duty=campaign.duty,
        title=campaign.title,
        ask=Ask(campaign.ask),
        audience=people,
        exempt=exempt,
        due=people - exempt,
        told=sum(c[2] for c in counts.values()),
        done=from_tier.get(ladder.done_tier, 0),
        declined=sum(c[3] for tier, c in counts.items() if tier < (ladder.done_tier or 99)),
        tiers={str(kind): from_tier[number] for number, kind in enumerate(ladder.kinds, 1)},
        as_of=as_of,
        do=Do(campaign.do),
        planned_at=campaign.planned_at,
        due_at=campaign.due_at,
        reasons=why,
    )
