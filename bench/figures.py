"""What a benchmark found, as a table for people and as JSON for comparisons."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

LIBRARIES: Final = ("aiohttp", "sqlalchemy", "aiosqlite", "asyncpg", "cryptography")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. ``at_least`` or ``at_most`` is the target, in the same unit; neither means no target."""

    bench: str
    what: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f">= {spelled(self.at_least)}"
        return "" if self.at_most is None else f"<= {spelled(self.at_most)}"


def spelled(value: float) -> str:
    """Three digits that matter, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(figures: Iterable[Figure]) -> Table:
    shown = Table(title="bench")
    for name in ("bench", "what", "value", "unit", "target", "", "note"):
        shown.add_column(name, justify="right" if name == "value" else "left")
    last = ""
    for one in figures:
        mark = {True: "met", False: "MISSED", None: ""}[one.met]
        first = "" if one.bench == last else one.bench
        shown.add_row(first, one.what, spelled(one.value), one.unit, one.target, mark, one.note)
        last = one.bench
    return shown


def show(figures: Iterable[Figure]) -> None:
    console = Console()
    Console(width=max(console.width, 120)).print(table(figures))


def machine() -> dict[str, Any]:
    """Where the figures were made; absolute ones mean nothing without it."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000,
        "load": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def keep(figures: Sequence[Figure], where: Path) -> None:
    found = {"machine": machine(), "figures": [asdict(one) | {"met": one.met} for one in figures]}
    where.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
