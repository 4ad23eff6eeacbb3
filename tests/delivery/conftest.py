"""A post office: both platforms pretended on the wire, a clock we turn, a courier on command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from bot.db import metadata
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.delivery.post import CAMPUS, MONDAY, Post


@pytest.fixture
async def post(database_url: str, root: Path) -> AsyncIterator[Post]:
    """Everybody, on a Monday morning in the sixth week of term."""
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(CAMPUS, database_url, root, clock, rng=Random(5)) as stage:
        async with stage.bot.database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        yield Post(stage)
