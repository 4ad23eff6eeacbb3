"""``bot db upgrade | backup | resume | purge``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from datetime import datetime

    from bot.school import School
    from bot.work import Work

app = typer.Typer(help="数据库：升级、备份、恢复发送、清理", no_args_is_help=True)


@app.command()
def upgrade(settings: common.SettingsFile = common.DEFAULT_SETTINGS) -> None:
    """建表或升级到最新；重复运行没有影响。"""
    typer.echo(common.run(upgraded(settings)))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="写到哪个文件；已有的不覆盖")],
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """备份正在运行的 SQLite；PostgreSQL 给出 pg_dump 命令。"""
    typer.echo(common.run(backed_up(settings, file)))


@app.command()
def resume(
    accounts: Annotated[list[str] | None, typer.Argument(help="账号；不写为全部停发的账号")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="备份以后什么都没有发过：等着的照发，错过的补上")
    ] = False,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """让停发的账号恢复发送；从备份恢复的，默认不重发任何可能发过的消息。"""
    for line in common.run(resumed(settings, accounts or [], send=send)):
        typer.echo(line)


@app.command()
def purge(settings: common.SettingsFile = common.DEFAULT_SETTINGS) -> None:
    """按设置里的保存期清理。"""
    typer.echo(common.run(purged(settings)))


async def upgraded(settings_file: Path) -> str:
    from bot.cli import wording

    async with common.connected(settings_file):
        return wording.upgraded()


async def backed_up(settings_file: Path, target: Path) -> str:
    """Raises Refusal for PostgreSQL (with the command to use), an existing target and a missing source."""
    import asyncio
    from datetime import UTC, datetime
    from urllib.parse import quote

    from bot.app import database_url
    from bot.cli import wording
    from bot.cli.progress import steps
    from bot.cli.store_backup import copy_database
    from bot.db import Database
    from bot.errors import Refusal

    settings = common.settings_of(settings_file)
    accounts = [account.id for account in settings.accounts]
    database = Database(database_url(settings.database, common.base_of(settings_file)))
    url, is_sqlite = database.url, database.is_sqlite
    await database.close()
    if not is_sqlite:
        port = f":{url.port}" if url.port else ""
        bare = f"postgresql://{quote(url.username or '')}@{url.host or ''}{port}/{quote(url.database or '')}"
        raise Refusal(wording.use_pg_dump(bare, str(target), accounts))
    if not url.database or url.database == ":memory:":
        raise Refusal(wording.not_a_file())
    with steps(1) as advance:
        advance(wording.backing_up(url.database))
        now = datetime.now(UTC)
        size = await asyncio.to_thread(copy_database, Path(url.database), target, accounts, now)
    return wording.backed_up(str(target), size)


async def resumed(settings_file: Path, accounts: Sequence[str], *, send: bool) -> list[str]:
    """What was done, line by line. Raises Refusal for an account that nobody knows.

    What waits in a restored database may have been sent after the backup, and so may the occurrences between:
    without ``send`` the former become unknown and the latter skipped, both on record.
    """
    from datetime import UTC, datetime

    from bot.cli import wording
    from bot.cli.store_upkeep import Upkeep
    from bot.errors import Refusal
    from bot.work import Work

    now = datetime.now(UTC)
    async with common.opened(settings_file) as (database, school), database.begin() as tx:
        upkeep = Upkeep(tx)
        stopped = await upkeep.stopped()
        known = {*(account.id for account in school.accounts), *(one.account for one in stopped)}
        if unknown := [account for account in accounts if account not in known]:
            raise Refusal(wording.unknown_account(unknown[0]))
        chosen = [one for one in stopped if not accounts or one.account in accounts]
        lines = [] if chosen else [wording.nothing_stopped()]
        doubtful = [] if send else [one for one in chosen if one.is_restored]
        for one in chosen:
            lines.append(wording.resumed(one.account, one.reason))
            await upkeep.resume(one.account, now)
        if doubtful:
            lines.append(wording.held(sum([await upkeep.hold(one.account, now) for one in doubtful])))
            for one in doubtful:
                await Work(tx).articles.hold(one.account)
            lines.append(wording.missed(await _skip(Work(tx), school, now)))
        return lines


async def _skip(work: Work, school: School, now: datetime) -> int:
    """Put the clock's mark to now; what was planned or asked for since is on record as skipped."""
    from bot.cli import wording
    from bot.duties.launch import register
    from bot.duties.occurrences import occurrences
    from bot.duties.rules import OccurrenceState

    missed, reason = 0, wording.restored_reason()
    for asked in await work.duties.in_state(OccurrenceState.ASKED):
        if asked.planned_at <= now:
            only = [OccurrenceState.ASKED]
            missed += await work.duties.change_state(
                asked.id, OccurrenceState.SKIPPED, only_from=only, reason=reason
            )
    for pack in sorted({school.default_pack, *school.packs.values()}):
        mark = await work.duties.watermark(f"clock/{pack}")
        if mark is None or mark >= now:
            continue
        for planned in occurrences(school.plan, pack, mark, now):
            new = await register(work, school, pack, planned, OccurrenceState.SKIPPED, reason=reason)
            missed += new is not None
        work.duties.set_watermark(f"clock/{pack}", now)
    return missed


async def purged(settings_file: Path) -> str:
    """Carry out the retention of the settings; the counts, and a line in the audit log."""
    from datetime import UTC, datetime

    from bot.cli import wording
    from bot.cli.progress import steps
    from bot.cli.store_purge import Limits, Purge
    from bot.people.store import People

    now = datetime.now(UTC)
    async with common.connected(settings_file) as (settings, database):
        purge = Purge(database, Limits.of(settings.retention, now))
        counts = {}
        with steps(len(purge.steps)) as advance:
            for name, step in purge.steps.items():
                advance(wording.purging(name))
                counts[name] = await step()
        async with database.begin() as tx:
            People(tx).audit(None, "db.purge", now, counts)
    return wording.purged(counts)
