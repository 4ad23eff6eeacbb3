"""``bot serve``: the bot itself, until SIGTERM or Ctrl-C."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import common

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.settings import Settings


class Role(StrEnum):
    ALL = "all"
    WEB = "web"
    WORKER = "worker"


def serve(
    role: Annotated[Role, typer.Option(help="web 答复回调和网页，worker 到点启动和发送")] = Role.ALL,
    port: Annotated[int, typer.Option(min=0, max=65535, help="监听端口，默认按设置文件")] = 0,
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
) -> None:
    """运行；SIGTERM 或 Ctrl-C 时做完手上的再退出，第二次立即退出。"""
    common.run(serve_until_told(settings, role, port))


async def serve_until_told(settings_file: Path, role: Role, port: int) -> None:
    """Raises Refusal for roles on SQLite and for an address that is none, BadFile for unsound files."""
    import asyncio
    import signal

    from bot import logs
    from bot.app import built, serving
    from bot.cli.examining import template_complaints
    from bot.errors import BadFile

    settings = common.settings_of(settings_file)
    host, own = where_to_listen(settings, role)
    if found := template_complaints(settings, str(settings_file)):
        raise BadFile(found)
    logs.configure(settings.log_format)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)

    def told() -> None:
        """Finish what is at hand; whoever tells us a second time does not want to wait."""
        stop.set()
        for name in names:
            loop.remove_signal_handler(name)

    for name in names:
        loop.add_signal_handler(name, told)
    async with built(settings, common.base_of(settings_file)) as bot:
        await _tell_stopped(bot)
        async with serving(bot, role, host, port or own):
            await stop.wait()


def where_to_listen(settings: Settings, role: Role) -> tuple[str, int]:
    """Host and port. Raises Refusal where this role cannot run."""
    from bot.cli import wording
    from bot.errors import Refusal

    if role is not Role.ALL and settings.database.startswith("sqlite"):
        raise Refusal(wording.one_process_only())
    return settings.host_and_port


async def _tell_stopped(bot: Bot) -> None:
    """A restored backup, or an account the platform refused, must not look like a quiet day."""
    import structlog

    from bot.cli.store_upkeep import Upkeep

    async with bot.database.reading() as tx:
        states = await Upkeep(tx).stopped()
    for state in states:
        structlog.get_logger().warning("account stopped", account=state.account, reason=state.reason)
