"""``bot roster import | undo``: look first, then write."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import common

app = typer.Typer(help="花名册：预览、导入、撤回", no_args_is_help=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(callback=common.existing, help=".xlsx 或 .csv")],
    apply: Annotated[bool, typer.Option("--apply", help="写入；不加只预览")] = False,
    allow_many_leavers: Annotated[
        bool, typer.Option("--allow-many-leavers", help="离校超过两成也应用")
    ] = False,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """比对花名册与现有名单；有问题的行逐行列出，其余照常。"""
    for line in common.run(imported(settings, file, apply=apply, many=allow_many_leavers)):
        typer.echo(line)


@app.command()
def undo(settings: common.SettingsFile = common.DEFAULT_SETTINGS) -> None:
    """撤回最近一次导入（24 小时内）。"""
    typer.echo(common.run(undone(settings)))


async def imported(settings_file: Path, file: Path, *, apply: bool, many: bool) -> list[str]:
    """The preview and what was done. Raises BadFile for a useless file, Refusal when too many would leave."""
    from datetime import UTC, datetime

    from bot.cli import wording
    from bot.cli.progress import steps
    from bot.duties.events import after_import
    from bot.errors import Refusal
    from bot.people import wording as say
    from bot.people.actions import corps_of, import_roster, preview_roster
    from bot.work import Work

    async with common.opened(settings_file) as (database, school):
        corps = corps_of(school.accounts.apps())
        with steps(2 if apply else 1) as advance:
            advance(wording.reading_roster())
            async with database.reading() as tx:
                preview = await preview_roster(tx, file.read_bytes(), file.name, corps)
            for complaint in preview.file.complaints:
                print(complaint, file=sys.stderr)
            typer.echo(preview.text)
            difference = preview.difference
            if not apply:
                return [say.nothing_to_do() if difference.empty else wording.not_applied()]
            if difference.many_leavers and not many:
                raise Refusal(say.too_many_leavers(difference) + wording.leavers_option())
            advance(wording.writing_roster())
            async with database.begin() as tx:
                now = datetime.now(UTC)
                done = await import_roster(tx, preview, corps, who=None, now=now, allow_many_leavers=many)
                if done is not None:
                    await after_import(Work(tx), school, done, now)
    return [say.nothing_to_do() if done is None else say.applied(difference)]


async def undone(settings_file: Path) -> str:
    """Raises Refusal when there is nothing to take back."""
    from datetime import UTC, datetime

    from bot.duties.actions_families import follow_families
    from bot.people import wording as say
    from bot.people.actions import undo_roster
    from bot.work import Work

    async with common.opened(settings_file) as (database, school), database.begin() as tx:
        now = datetime.now(UTC)
        result = await undo_roster(tx, who=None, now=now)
        await follow_families(Work(tx), school, now)
    return say.undone(result.removed, result.restored)
