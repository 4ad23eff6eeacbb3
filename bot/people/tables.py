"""Persons, their roles and children, and the platform contacts they are reached by."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Json, Moment, Path, metadata

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("path", Path, primary_key=True),
    sa.Column("stage", sa.Text),
)

# Whom lesson hours concern. Asked in the same words as the index has, else SQLite walks the whole table.
WITH_LESSONS = "stage in ('小学', '初中', '高中')"

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("unit", Path, nullable=False),
    sa.Column("stage", sa.Text),
    sa.Column("consent_at", Moment),
    sa.Column("less", sa.Boolean, nullable=False, default=False, server_default=sa.false()),  # 少发
    sa.Column("joined_at", Moment, nullable=False),
    sa.Column("left_at", Moment),
    sa.Index("ix_person_unit_kind", "unit", "kind"),
    sa.Index("ix_person_name", "name"),
    sa.Index(
        "ix_person_lessons",
        "stage",
        sqlite_where=sa.text(WITH_LESSONS),
        postgresql_where=sa.text(WITH_LESSONS),
    ),
)

role = sa.Table(
    "role",
    metadata,
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("unit", Path, primary_key=True),
    sa.Index("ix_role_unit_role", "unit", "role"),
)

guardian = sa.Table(
    "guardian",
    metadata,
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("child_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_guardian_child", "child_id"),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),  # Address.key
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("realm", sa.Text, nullable=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("bound_at", Moment),
    sa.Column("bound_how", sa.Text),  # roster | chat | login
    sa.Column("followed_at", Moment),  # 关注 seen by an event or by is_subscribe
    sa.Column("unreachable", sa.Text),  # the platform's last word: why sending here is useless
    sa.Column("window_until", Moment),  # official account: until when customer messages may be sent
    sa.Column("window_left", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_in_at", Moment),
    sa.Index("ix_contact_person", "person_id", "account"),
)

# Wrong 绑定 tries of a stranger, so that nobody can try out names (five, then a day's pause).
knock = sa.Table(
    "knock",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("paused_until", Moment),
)

exemption = sa.Table(
    "exemption",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("duty", sa.Text, nullable=False),  # a duty id, or "*" for all
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("until", Moment),
    sa.Column("allowed_by", sa.BigInteger),
    sa.Index("ix_exemption_person", "person_id"),
)

# Where a person was before a transfer; the history keeps the class at the time.
move = sa.Table(
    "move",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("unit_from", Path),
    sa.Column("unit_to", Path),
    sa.Column("at", Moment, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.BigInteger),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("detail", Json),
    sa.Index("ix_audit_at", "at"),
)
