"""``bot check``: settings, schedules, questions and materials, with every complaint; writes nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from bot.cli.examining import Examined


def check(
    shipped: Annotated[bool, typer.Option("--shipped", help="检查随软件附带的文件，不看设置")] = False,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """检查设置、日程、题库和材料，一次列出所有问题的文件和行号；有错误时退出码为 1。"""
    from bot.cli import wording

    found = common.run(_examined(settings, shipped))
    for complaint in found.errors:
        print(complaint, file=sys.stderr)
    for complaint in found.warnings:
        print(wording.warning(complaint))
    for line in found.lines:
        print(line)
    print(wording.checked(found.questions, found.materials, len(found.errors), len(found.warnings)))
    if found.errors:
        raise typer.Exit(1)


async def _examined(settings_file: Path, shipped: bool) -> Examined:
    import os
    from datetime import UTC, datetime

    from bot.cli.examining import examine_data, examine_deployment
    from bot.duties.plan_values import ZONE

    today = datetime.now(UTC).astimezone(ZONE).date()
    if shipped:
        return examine_data(Path(__file__).parents[2], today)
    return examine_deployment(settings_file, settings_file == common.DEFAULT_SETTINGS, os.environ, today)
