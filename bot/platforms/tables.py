"""Access tokens: one row an account, shared by every process."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from bot.db import Moment, metadata

token: Final = sa.Table(
    "token",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False, default=""),
    sa.Column("expires_at", Moment, nullable=True),
    sa.Column("refresh_at", Moment, nullable=True),
    sa.Column("lease_until", Moment, nullable=True),
    sa.Column("stopped_until", Moment, nullable=True),
    sa.Column("stopped_code", sa.Integer, nullable=False, default=0),
)
