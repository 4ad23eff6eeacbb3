"""What the pages keep: which one-time links were used."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Moment, metadata

web_nonce = sa.Table(
    "web_nonce",
    metadata,
    sa.Column("mark", sa.Text, primary_key=True),  # a hash of the link, so that the table opens no door
    sa.Column("until", Moment, nullable=False),
    sa.Index("ix_web_nonce_until", "until"),
)
