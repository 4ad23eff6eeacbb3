"""``bot menu``: what the menus of the accounts are, setting them at once, taking them down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from bot.app import Bot


def menu(
    accounts: Annotated[list[str] | None, typer.Argument(help="账号；不写为全部")] = None,
    show: Annotated[bool, typer.Option("--show", help="只看（默认）：和平台上是否一样")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="现在就设一遍")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="删掉平台上的菜单，设置改变以前不再设")] = False,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """聊天下方的菜单：看、设、删。平时不用管，服务启动时会自己设好。"""
    if show + apply + delete > 1:
        raise typer.BadParameter("--show、--apply、--delete 只能选一个")
    chosen = "apply" if apply else "delete" if delete else "show"
    lines, fine = common.run(carried_out(settings, accounts or [], chosen))
    for line in lines:
        typer.echo(line)
    if not fine:
        raise typer.Exit(1)


async def carried_out(settings_file: Path, accounts: list[str], what: str) -> tuple[list[str], bool]:
    """Lines for each account, and whether all went well. Raises Refusal for an account nobody knows."""
    from bot.app import built
    from bot.cli import wording, wording_menu
    from bot.errors import PlatformError, Refusal
    from bot.publishing.menu import platform_of

    settings = common.settings_of(settings_file)
    known = {account.id: account for account in settings.accounts}
    if unknown := [id_ for id_ in accounts if id_ not in known]:
        raise Refusal(wording.unknown_account(unknown[0]))
    lines, fine = [], True
    async with built(settings, common.base_of(settings_file)) as bot:
        for id_, account in known.items():
            if accounts and id_ not in accounts:
                continue
            if (bot.signboard.wanted(id_) is None and what != "delete") or id_ not in bot.lines.menus:
                lines.append(wording_menu.no_menu(id_))
                continue
            try:
                lines += await _one(bot, id_, what)
            except PlatformError as error:
                fine = False
                lines.append(wording_menu.menu_refused(id_, platform_of(account), error.code))
    return lines, fine


async def _one(bot: Bot, account: str, what: str) -> list[str]:
    from bot.cli import wording_menu as wording
    from bot.platforms.menu import payload
    from bot.publishing.menu import platform_of, shown

    if what == "apply":
        await bot.signboard.hang(account, again=True)
        return [wording.menu_set(account)]
    if what == "delete":
        await bot.signboard.take_down(account)
        return [wording.menu_deleted(account)]
    wanted = bot.signboard.wanted(account)
    found = bot.school.accounts.get(account)
    assert wanted is not None
    assert found is not None
    ours = shown(payload(platform_of(found), wanted[0])["button"])
    theirs = shown(await bot.lines.menus[account].current_menu())
    return [wording.menu_state(account, ours == theirs, bool(theirs)), *wording.menu_lines(ours)]
