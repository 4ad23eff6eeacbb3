"""Trouble of the machine that a sentence tells better than a traceback."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from bot.cli import wording
from bot.wording import of_machine

# These come from our own statements and may hold values of people.
_OURS = (DataError, IntegrityError, ProgrammingError)


def trouble(error: Exception) -> str | None:
    """A sentence for a database, file or port that cannot be used; ``None`` for what is a fault of ours."""
    if isinstance(error, DBAPIError) and not isinstance(error, _OURS):
        return wording.database_trouble(str(error.orig).split("\n")[0])
    if isinstance(error, sqlite3.OperationalError):  # from what runs on the driver itself
        return wording.database_trouble(str(error))
    if isinstance(error, OSError):
        return wording.machine_trouble(error.filename or "", of_machine(error))
    return None
