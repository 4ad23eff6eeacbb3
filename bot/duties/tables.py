"""Occurrences, tasks, proofs: the only truth about who has done what."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Json, Moment, Path, metadata

occurrence = sa.Table(
    "occurrence",
    metadata,
    sa.Column(
        "id", sa.Text, primary_key=True
    ),  # duty@planned-time: the unique row that lets one replica launch
    sa.Column("duty", sa.Text, nullable=False),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("unit", Path, nullable=False),
    sa.Column("do", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("ask", sa.Text, nullable=False),
    sa.Column("clause", Json, nullable=False),
    sa.Column("material", sa.Text, nullable=False, server_default=""),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("remind", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("launched_at", Moment),
    sa.Column("asked_by", sa.BigInteger),  # /push: who launched it
    sa.Column("approved_by", sa.BigInteger),
    sa.Index("ix_occurrence_planned", "planned_at"),
    sa.Index("ix_occurrence_duty", "duty"),
)

task = sa.Table(
    "task",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("occurrence_id", sa.Text, sa.ForeignKey("occurrence.id", ondelete="CASCADE"), nullable=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("about_id", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("unit", Path, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("tier", sa.SmallInteger, nullable=False, server_default="0"),  # cache: the highest proof
    sa.Column("told_at", Moment),  # cache: the first accepted delivery
    sa.Column("settled_at", Moment),
    sa.Column("declined", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("exempt", sa.Text, nullable=False, server_default=""),
    sa.Column("reminded", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("reminded_at", Moment),
    sa.UniqueConstraint("occurrence_id", "person_id", "about_id"),
    sa.Index("ix_task_person_open", "person_id", "settled_at"),
    sa.Index("ix_task_tally", "occurrence_id", "unit", "tier"),
    # Room on each page for the second version of its rows: to mark everybody as told touches no index then.
    postgresql_with={"fillfactor": 50},
)

# A child of whom the roster knows no guardian: on the teacher's list, and nobody's to be sent or to do.
UNGUARDED = task.c.person_id == task.c.about_id

proof = sa.Table(
    "proof",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("task_id", sa.BigInteger, sa.ForeignKey("task.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("tier", sa.SmallInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("detail", Json),
    sa.Index("ix_proof_task", "task_id"),
)

# Until when has the clock been read? One row; moved forward in the transaction that launches.
watermark = sa.Table(
    "watermark",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
)

# What a class is given to forward: ``k`` in /a/{slug}?k=... counts opens per class and names nobody.
class_link = sa.Table(
    "class_link",
    metadata,
    sa.Column("k", sa.Text, primary_key=True),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("unit", Path, nullable=False),
    sa.Column("task_id", sa.BigInteger, sa.ForeignKey("task.id", ondelete="CASCADE")),
    sa.Column("opens", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_open_at", Moment),
    sa.UniqueConstraint("slug", "unit", "task_id"),
    sa.Index("ix_class_link_task", "task_id"),
)

# Who said yes to a draft; an alert waits for two, and the author is none of them.
approval = sa.Table(
    "approval",
    metadata,
    sa.Column("occurrence_id", sa.Text, sa.ForeignKey("occurrence.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
)
