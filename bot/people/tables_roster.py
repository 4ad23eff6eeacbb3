"""What each roster import changed, so that it can be taken back within a day."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Json, Moment, metadata

roster_import = sa.Table(
    "roster_import",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.BigInteger),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("journal", Json),  # the state before, see store_journal; emptied when it can no longer be used
    sa.Column("undone_at", Moment),
    sa.Index("ix_roster_import_at", "at"),
)
