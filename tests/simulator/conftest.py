from collections.abc import AsyncIterator

import pytest
from sim_cast import Stage, staged


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as running:
        yield running
