"""``bot doctor``: try each account for real, and say what to change where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli import common

if TYPE_CHECKING:
    from bot.cli.findings import Finding

Report = Mapping[str, "Sequence[Finding]"]


def doctor(settings: common.SettingsFile = common.DEFAULT_SETTINGS) -> None:
    """逐个账号实地检查：令牌、可信 IP、回调地址、可见范围、模板、额度；说明到哪个页面改什么。"""
    from bot.cli import wording_doctor as say
    from bot.cli.findings import Level

    report = common.run(examined(settings))
    for heading, findings in report.items():
        typer.echo(heading)
        for one in findings:
            typer.echo(say.line(one.level, one.what), err=one.level is Level.WRONG)
            if one.advice:
                typer.echo(say.advice(one.advice), err=one.level is Level.WRONG)
    levels = [one.level for findings in report.values() for one in findings]
    typer.echo(say.summary(levels.count(Level.WRONG), levels.count(Level.NOTE)))
    if Level.WRONG in levels:
        raise typer.Exit(1)


async def examined(settings_file: Path) -> Report:
    """Findings by account. Raises BadFile for unsound files, Refusal where there is no account to try."""
    from bot.app import built
    from bot.cli import wording_doctor as say
    from bot.cli.doctor_accounts import Examiner
    from bot.cli.examining import template_complaints
    from bot.cli.progress import steps
    from bot.errors import BadFile, Refusal

    settings = common.settings_of(settings_file)
    if found := template_complaints(settings, str(settings_file)):
        raise BadFile(found)
    if not settings.accounts:
        raise Refusal(say.no_accounts())
    report = {}
    async with built(settings, common.base_of(settings_file)) as bot:
        examiner = Examiner(bot)
        with steps(len(settings.accounts)) as advance:
            for account in settings.accounts:
                advance(account.id)
                report[say.heading(account.id, account.kind)] = await examiner.examine(account)
    return report
