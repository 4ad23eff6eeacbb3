"""Receipts and the codes printed on what we send."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Moment, Path, metadata

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("about_id", sa.BigInteger, nullable=False),
    sa.Column("task_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("unit", Path, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("level", sa.SmallInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("drawing", sa.Text),  # L3: the handwriting as an SVG path, nothing else of the page
    sa.UniqueConstraint("task_id", "person_id"),
    sa.Index("ix_receipt_person", "person_id"),
)

# 验真码: every message that goes to many carries one, so that /验 can say "this is ours".
message_code = sa.Table(
    "message_code",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("occurrence_id", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
