"""The cast on its stage: a small college, both platforms pretended on the wire, a clock we turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.stories.cast import CAMPUS, MONDAY, Cast


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    """Everybody, on a Monday morning in the sixth week of term."""
    frozen = MONDAY
    clock = Clock(source=lambda: frozen)
    async with staged(CAMPUS, database_url, root, clock, rng=Random(5)) as stage:
        yield Cast(stage)
