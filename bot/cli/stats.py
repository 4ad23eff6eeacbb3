"""``bot stats``: the numbers of /stats for the whole school or one unit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from datetime import datetime

    from bot.db import Database


def stats(
    unit: Annotated[str, typer.Argument(help="单位，写路径或最后一段；不写为全校")] = "",
    campaign: Annotated[str, typer.Option(help="活动编号，如 term-test@2026-10-14T16:20")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    depth: Annotated[int, typer.Option(min=0, max=8, help="往下分到第几级单位")] = 0,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """完成情况：在册、豁免、应到、告知、完成，截至此刻。"""
    print(common.run(_run(settings, unit, campaign, as_json=as_json, depth=depth)))


async def _run(settings: Path, unit: str, campaign: str, *, as_json: bool, depth: int) -> str:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    async with common.opened(settings) as (database, school):
        return await stats_text(database, school.name, unit, campaign, now, as_json=as_json, depth=depth)


async def stats_text(
    database: Database, school: str, unit: str, campaign: str, now: datetime, *, as_json: bool, depth: int
) -> str:
    """What the command prints. Raises Refusal for an unknown unit or campaign."""
    import json

    from bot.errors import Refusal
    from bot.people.store import People
    from bot.reports import wording, wording_documents
    from bot.reports.actions import the_unit
    from bot.reports.rules import stats_json
    from bot.reports.store import Stats

    async with database.reading() as tx:
        path = await the_unit(People(tx), unit)
        tallies = await Stats(tx).tallies(
            (path,), occurrence=campaign or None, duty=None, depth=depth, now=now
        )
    if campaign and not tallies:
        raise Refusal(wording_documents.unknown_campaign(campaign))
    if as_json:
        return json.dumps(stats_json(tallies), ensure_ascii=False, indent=2)
    return wording.stats(tallies, (path,), now, school)
