from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from reports_cast import Cast, autumn, empty_school

from bot.db import Database


@pytest.fixture(scope="session")
async def college(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """The college in autumn; tests only read it."""
    folder: Path = tmp_path_factory.mktemp("college")
    async with empty_school(folder) as database:
        async with database.begin() as tx:
            await autumn(Cast(tx))
        yield database
