"""``bot demo``: the bot beside the simulator, with an invented school."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import common


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="打开演示页面的端口")] = 8000,
    database: Annotated[str, typer.Option(help="数据库地址")] = "sqlite+aiosqlite:///data/demo.db",
    fresh: Annotated[bool, typer.Option("--fresh", help="从空的数据库开始")] = False,
) -> None:
    """演示：本机模拟两个平台和一所学校，打印一个网址；Ctrl-C 结束。"""
    from bot.simulator.demo import run

    common.run(run(Path(__file__).parents[2], port, database, fresh))
