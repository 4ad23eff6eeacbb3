"""The cast on its stage: a small college, both platforms pretended on the wire, a clock we turn."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bot.app import built
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.stories.cast import CAMPUS, MONDAY, Cast
from tests.stories.office import Office


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    """Everybody, on a Monday morning in the sixth week of term."""
    frozen = MONDAY
    clock = Clock(source=lambda: frozen)
    async with staged(CAMPUS, database_url, root, clock, rng=Random(5)) as stage:
        yield Cast(stage)


@pytest.fixture
async def office(database_url: str, root: Path, tmp_path: Path) -> AsyncIterator[Office]:
    base = tmp_path / "school"
    base.mkdir()
    shutil.copy(root / "schedules.yaml", base)
    for folder in ("question_bank", "materials"):
        shutil.copytree(root / folder, base / folder)
    clock = Clock(source=lambda: MONDAY)
    async with staged(CAMPUS, database_url, base, clock, rng=Random(5)) as stage:
        await stage.rings()
        yield Office(base, Cast(stage))


@pytest.fixture
async def two(office: Office) -> AsyncIterator[Office]:
    """A second process with the same database and the same folder."""
    bot = office.cast.stage.bot
    async with built(bot.settings, office.base, clock=bot.clock, rng=Random(6)) as other:
        office.others.append(other)
        yield office
