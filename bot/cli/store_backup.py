"""A consistent copy of a running SQLite, whose accounts are stopped and which holds no access token."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.cli import wording
from bot.cli.store_upkeep import RESTORED
from bot.db import EPOCH
from bot.errors import Refusal

_STOP: Final = (
    "insert into account_state (account, stopped, since) values (?, ?, ?) "
    "on conflict (account) do update set stopped = excluded.stopped, since = excluded.since"
)


def copy_database(source: Path, target: Path, accounts: Sequence[str], now: datetime) -> int:
    """Bytes of the copy. Raises Refusal when the target exists or the source is no database of ours.

    One step of SQLite's backup reads one snapshot, so writers need not stop (sqlite.org/backup.html). The
    copy is made beside the target and takes its name only when it is whole.
    """
    if not source.is_file():
        raise Refusal(wording.no_database(str(source)))
    part = target.with_name(target.name + ".part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise Refusal(wording.already_there(str(part))) from None
    try:
        if target.exists():
            raise Refusal(wording.already_there(str(target)))
        readable = f"{source.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(readable, uri=True)) as running,
            closing(sqlite3.connect(part)) as copy,
        ):
            running.backup(copy)
            _pause(copy, accounts, now)
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        try:
            os.link(part, target)  # unlike a rename, it never takes the place of a file
        except FileExistsError:
            raise Refusal(wording.already_there(str(target))) from None
        return target.stat().st_size
    finally:
        part.unlink(missing_ok=True)


def _pause(copy: sqlite3.Connection, accounts: Sequence[str], now: datetime) -> None:
    """The mark that a database was restored: it sends nothing until somebody has looked."""
    tables = {row[0] for row in copy.execute("select name from sqlite_master where type = 'table'")}
    if not {"account_state", "token"} <= tables:
        raise Refusal(wording.never_upgraded())
    since = (now - EPOCH) // timedelta(milliseconds=1)
    known = {row[0] for row in copy.execute("select account from account_state")}
    with copy:
        copy.executemany(_STOP, [(account, RESTORED, since) for account in sorted({*accounts, *known})])
        copy.execute("delete from token")
    copy.execute("pragma journal_mode = delete")
