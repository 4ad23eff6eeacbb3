"""Sittings and the answers given in them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Json, Moment, metadata

sitting = sa.Table(
    "sitting",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("task_id", sa.BigInteger, nullable=False),  # 0: practice
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),  # at most one open sitting a person
    sa.Column("kept", Json, nullable=False),  # what an answer changes; the answers are the history
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("touched_at", Moment, nullable=False),
    sa.Index(
        "ix_sitting_open",
        "person_id",
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    ),
    sa.Index("ix_sitting_task", "task_id"),
)

# What never changes in a sitting: written once, so that an answer rewrites only a short row.
paper = sa.Table(
    "paper",
    metadata,
    sa.Column(
        "sitting_id",
        sa.BigInteger,
        sa.ForeignKey("sitting.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("kept", Json, nullable=False),  # [title, mode, feedback, [[point, [question, …]], …]]
)

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("sitting_id", sa.BigInteger, sa.ForeignKey("sitting.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("chosen", sa.Text, nullable=False),  # letters of the file, sorted
    sa.Column("right", sa.Boolean, nullable=False),
    sa.Column("first_try", sa.Boolean, nullable=False),  # feeds the item statistics; practice never does
    sa.Column("practice", sa.Boolean, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_answer_person", "person_id"),
    sa.Index("ix_answer_question", "question"),
)

# What stays of answers after a term: who met which question, nothing else.
exposure = sa.Table(
    "exposure",
    metadata,
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("question", sa.Text, primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
)
