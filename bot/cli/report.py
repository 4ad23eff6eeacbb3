"""``bot report``: bulletins, class sheets and look-back packs as files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from datetime import datetime

    from bot.db import Database, Tx
    from bot.reports.documents import Document


class Kind(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    HALF_YEAR = "half-year"
    ANNUAL = "annual"
    CLASS_SHEET = "class-sheet"
    LOOK_BACK = "look-back"


def report(
    kind: Annotated[Kind, typer.Argument(help="哪一种报告")],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help=".docx、.xlsx 或 .pdf")],
    unit: Annotated[str, typer.Argument(help="单位，写路径或最后一段；不写为全校")] = "",
    campaign: Annotated[str, typer.Option(help="活动编号（签名回收表）")] = "",
    person: Annotated[str, typer.Option(help="编号（履职回溯到一个人）")] = "",
    since: Annotated[str, typer.Option("--from", help="从哪天起，如 2026-09-01")] = "",
    until: Annotated[str, typer.Option("--to", help="到何时为止，不写为此刻")] = "",
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """通报、总结、签名回收表、履职回溯；写成 Word、Excel 或 PDF。"""
    print(common.run(_run(settings, out, Asked(kind, unit, campaign, person, since, until))))


@dataclass(frozen=True)
class Asked:
    """The options of the command, as they were typed."""

    kind: Kind
    unit: str = ""
    campaign: str = ""
    person: str = ""
    since: str = ""
    until: str = ""


async def _run(settings: Path, out: Path, asked: Asked) -> Path:
    from datetime import UTC, datetime

    from bot.reports.files import check_ending

    check_ending(out.name)
    async with common.opened(settings) as (database, school):
        return await report_file(database, school.name, out, asked, datetime.now(UTC))


async def report_file(database: Database, school: str, out: Path, asked: Asked, now: datetime) -> Path:
    """Write the file whole or not at all. Raises Refusal with the reason."""
    import asyncio

    from bot.errors import Refusal
    from bot.reports import wording_documents
    from bot.reports.files import written
    from bot.wording import of_machine

    async with database.begin() as tx:
        document = await _composed(tx, school, asked, now)
    data = await asyncio.to_thread(written, document, out.name)
    part = out.with_name(out.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(out)
    except OSError as error:
        raise Refusal(wording_documents.cannot_write(str(out), of_machine(error))) from error
    return out


async def _composed(tx: Tx, school: str, asked: Asked, now: datetime) -> Document:
    from datetime import timedelta

    from bot.errors import Refusal
    from bot.people.store import People
    from bot.reports import actions, wording_documents
    from bot.reports.rules import ReportKind
    from bot.reports.store import Stats

    people, stats = People(tx), Stats(tx)
    since = actions.moment_of(asked.since) if asked.since else None
    until = actions.moment_of(asked.until, end=True) if asked.until else now
    unit = await actions.the_unit(people, asked.unit)
    who = await actions.the_person(people, asked.person) if asked.person else None
    if since is not None and since >= until:
        raise Refusal(wording_documents.backwards(asked.since))
    seen = {"unit": unit, "campaign": asked.campaign, "person": who.id if who else None}
    people.audit(None, f"report {asked.kind}", now, seen)
    match asked.kind:
        case Kind.CLASS_SHEET:
            if not asked.campaign:
                raise Refusal(wording_documents.needs_campaign())
            return await actions.sheet_report(stats, school, unit, asked.campaign, now)
        case Kind.LOOK_BACK:
            first = since or until - timedelta(days=365)
            return await actions.past_report(stats, school, who.unit if who else unit, first, until, now, who)
        case _:
            kind = ReportKind(asked.kind)
            first = since or actions.span(kind, until)[0]
            return await actions.period_report(stats, school, kind, unit, first, until, now)
