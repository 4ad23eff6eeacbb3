from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.logs import configure
from tests.cli.office import Office, open_office
from tests.cli.ward import Ward, open_ward


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Commands set the log up for their process; the tests' process is not theirs."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    configure("json", "warning")
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_office(tmp_path)


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path) as ward:
        yield ward
