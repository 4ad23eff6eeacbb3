"""The cast of cases on its stage, with cards and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.cases.cases_cast import MONDAY, Cast, campus


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    frozen = MONDAY
    async with staged(campus(), database_url, root, Clock(source=lambda: frozen), rng=Random(5)) as stage:
        yield Cast(stage)


@pytest.fixture
async def plain(tmp_path: Path, root: Path) -> AsyncIterator[Cast]:
    """Members who see no cards: everything is typed."""
    frozen, url = MONDAY, f"sqlite+aiosqlite:///{tmp_path / 'plain.db'}"
    async with staged(campus(cards=False), url, root, Clock(source=lambda: frozen), rng=Random(5)) as stage:
        yield Cast(stage)


@pytest.fixture
async def bureau(database_url: str, root: Path) -> AsyncIterator[Cast]:
    """The same people under the plan of the bureau, which wants every case told without a name."""
    frozen, world = MONDAY, campus(plan="city-bureau")
    async with staged(world, database_url, root, Clock(source=lambda: frozen), rng=Random(5)) as stage:
        yield Cast(stage)
