"""The cast of the stories, beside an official account that keeps drafts and publishes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.publishing.desk import CAMPUS, MONDAY, Desk


@pytest.fixture
async def desk(database_url: str, root: Path) -> AsyncIterator[Desk]:
    """Everybody, on a Monday morning in the sixth week of term."""
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(CAMPUS, database_url, root, clock, rng=Random(5)) as stage:
        yield Desk(stage)
