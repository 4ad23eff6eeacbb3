"""``bot schedule next | fire``: what comes, and launching one by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from bot.duties.occurrences import Planned
    from bot.school import School

_BY_HAND = 0  # somebody at the command line: known not to be the clock, else unknown
app = typer.Typer(help="日程：以后的任务、立即启动", no_args_is_help=True)


@app.command("next")
def next_(
    count: Annotated[int, typer.Option(min=1, max=1000, help="列出几个")] = 10,
    since: Annotated[str, typer.Option("--from", help="从何时起，如 2026-11-20 或 2026-11-20T16:40")] = "",
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """以后的任务：时间、人数（按此刻的名单）、几时发完、阅读时间、条款、编号；下一行是渠道和额度。"""
    for line in common.run(coming(settings, count, since)):
        typer.echo(line)


@app.command()
def fire(
    id_: Annotated[str, typer.Argument(metavar="ID", help="任务，如 weekly-reminder，或带时间的活动编号")],
    at: Annotated[str, typer.Option(help="算作哪个计划时间，不写为此刻这一分钟")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="不再问，直接启动")] = False,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """先看将发给谁、几时发完，再立即启动一次；同一个计划时间只会启动一次。"""
    import sys

    from bot.cli import wording

    for line in common.run(before(settings, id_, at)):
        typer.echo(line)
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        typer.confirm(wording.really(), abort=True)
    typer.echo(common.run(fired(settings, id_, at)))


async def coming(settings_file: Path, count: int, since: str) -> list[str]:
    """A line for each, and where it has anybody one more, by kind and way and with what it costs.

    Raises Refusal for a time that cannot be read.
    """
    from datetime import UTC, datetime, timedelta

    from bot.cli import wording
    from bot.delivery.actions_forecast import Outlook, outlook
    from bot.work import Work

    now = datetime.now(UTC)
    start, reach = (moment_of(since) if since else now), timedelta(days=400)
    async with common.opened(settings_file) as (database, school):
        found = upcoming(school, start, reach, count)
        async with database.reading() as tx:
            work, lines = Work(tx), []
            seen: dict[str, Outlook] = {}
            beside: dict[str, list[str]] = {}
            for pack, planned in found:
                duty = planned.duty
                if duty.id not in seen:
                    seen[duty.id] = await outlook(work, school, pack, duty, now)
                    beside[duty.id] = await seen[duty.id].beside()
                forecast = await seen[duty.id].at(planned.planned_at)
                lines.append(
                    wording.coming(
                        planned.planned_at, duty.title, forecast, duty.clause, planned.id, planned.provisional
                    )
                )
                if forecast.meant:
                    lines.append(wording.coming_aside(forecast, beside[duty.id]))
    return lines or [wording.nothing_coming(reach)]


async def before(settings_file: Path, id_: str, at: str) -> list[str]:
    """What launching would mean. Raises Refusal as ``fired`` does."""
    from datetime import UTC, datetime

    from bot.delivery import wording_forecast
    from bot.delivery.actions_forecast import outlook
    from bot.work import Work

    now = datetime.now(UTC)
    async with common.opened(settings_file) as (database, school):
        duty_id, _, own = id_.partition("@")
        pack, duty = pack_of_duty(school, duty_id), school.plan.duties[duty_id]
        planned_at(own, at, now)
        async with database.reading() as tx:
            seen = await outlook(Work(tx), school, pack, duty, now)
            found, beside = await seen.at(now), await seen.beside()
        return [*wording_forecast.preview(duty.title, found).splitlines(), *beside]


async def fired(settings_file: Path, id_: str, at: str) -> str:
    """What came of it. Raises Refusal for an unknown duty, one of another plan, or an unreadable time."""
    from datetime import UTC, datetime

    from bot.cli import wording
    from bot.duties.launch import launch
    from bot.duties.occurrences import Planned
    from bot.work import Work

    now = datetime.now(UTC)
    async with common.opened(settings_file) as (database, school):
        duty_id, _, own = id_.partition("@")
        pack = pack_of_duty(school, duty_id)
        planned = Planned(school.plan.duties[duty_id], planned_at(own, at, now))
        async with database.begin() as tx:
            work = Work(tx)
            done = await launch(work, school, pack, planned, now, asked_by=_BY_HAND)
            if done is not None:
                duty, audience = planned.duty, done.audience
                if duty.approve:
                    return wording.waiting_for_approval(planned.id, duty.title, audience)
                return wording.launched(planned.id, duty.title, audience, done.queued)
            earlier = await work.duties.occurrence(planned.id)
    assert earlier is not None  # the row that was in the way
    return wording.launched_before(earlier.id, earlier.state, earlier.reason)


def upcoming(school: School, start: datetime, reach: timedelta, count: int) -> list[tuple[str, Planned]]:
    """The next ``count`` of all packs the school uses, each with its pack, in order of time."""
    from bot.duties.occurrences import occurrences

    packs = sorted({school.default_pack, *school.packs.values()})
    found = [(p, o) for p in packs for o in occurrences(school.plan, p, start, start + reach)]
    return sorted(found, key=lambda one: (one[1].planned_at, one[1].id))[:count]


def pack_of_duty(school: School, duty: str) -> str:
    """The pack of a duty, when the school uses it. Raises Refusal."""
    import difflib

    from bot.cli import wording
    from bot.errors import Refusal

    owner = {d.id: pack.id for pack in school.plan.packs.values() for d in pack.duties}
    if duty not in owner:
        raise Refusal(wording.no_duty(duty, difflib.get_close_matches(duty, owner, n=3)))
    if owner[duty] not in {school.default_pack, *school.packs.values()}:
        raise Refusal(wording.pack_not_used(duty, owner[duty]))
    return owner[duty]


def planned_at(own: str, at: str, now: datetime) -> datetime:
    """The planned time: of the id, of ``--at``, or this minute. Raises Refusal for two of them."""
    from bot.cli import wording
    from bot.errors import Refusal

    if own and at:
        raise Refusal(wording.two_moments())
    moment = moment_of(own or at) if own or at else now
    return moment.replace(second=0, microsecond=0)


def moment_of(text: str) -> datetime:
    """An ISO time as a moment; without an offset it is the time in China. Raises Refusal."""
    from datetime import UTC, datetime

    from bot.cli import wording
    from bot.duties.plan_values import YEARS, ZONE
    from bot.errors import Refusal

    try:
        read = datetime.fromisoformat(text)
        if read.year not in YEARS:
            raise ValueError(text)
        return (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(UTC)
    except ValueError:
        raise Refusal(wording.not_a_moment(text)) from None
