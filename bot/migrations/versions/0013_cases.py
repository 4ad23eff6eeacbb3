"""The tables of cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Moment, Path

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at is null")
_UNDONE = sa.text("done_at is null")


def upgrade() -> None:
    op.create_table(
        "case_call",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("unit", Path, nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("reported", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column("contacted_at", Moment(), nullable=True),
        sa.Column("contacted_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("rung", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_case_call_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_call")),
    )
    with op.batch_alter_table("case_call", schema=None) as batch_op:
        batch_op.create_index(
            "uq_case_call_open",
            ["person_id", "kind"],
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )
        batch_op.create_index("ix_case_call_received", ["received_at"])

    op.create_table(
        "case_told",
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["case_call.id"], name=op.f("fk_case_told_call_id_case_call"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "person_id", name=op.f("pk_case_told")),
    )
    with op.batch_alter_table("case_told", schema=None) as batch_op:
        batch_op.create_index("ix_case_told_person", ["person_id"])

    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("unit", Path, nullable=False),
        sa.Column("responsible_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("referred_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["case_call.id"], name=op.f("fk_case_file_call_id_case_call"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_case_file_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("year", "seq", name=op.f("uq_case_file_year")),
        sa.UniqueConstraint("call_id", name=op.f("uq_case_file_call_id")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index("ix_case_file_opened", ["opened_at"])

    op.create_table(
        "case_version",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=True),
        sa.Column("prevented", sa.BigInteger(), nullable=True),
        sa.Column("police", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        _of_case("case_version"),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_case_version")),
    )
    op.create_table(
        "case_visit",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("reminded", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("reminded_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        _of_case("case_visit"),
        sa.PrimaryKeyConstraint("case_id", "day", name=op.f("pk_case_visit")),
    )
    with op.batch_alter_table("case_visit", schema=None) as batch_op:
        batch_op.create_index("ix_case_visit_due", ["at"], sqlite_where=_UNDONE, postgresql_where=_UNDONE)

    op.create_table(
        "case_note",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _of_case("case_note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_table(
        "case_card",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", Moment(), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        _of_case("case_card"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_card")),
    )
    op.create_table(
        "case_duty",
        sa.Column("occurrence_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_case_duty_occurrence_id_occurrence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["case_call.id"], name=op.f("fk_case_duty_call_id_case_call"), ondelete="CASCADE"
        ),
        _of_case("case_duty"),
        sa.PrimaryKeyConstraint("occurrence_id", name=op.f("pk_case_duty")),
    )
    for table, columns in (
        ("case_note", ["case_id"]),
        ("case_card", ["case_id"]),
        ("case_duty", ["call_id"]),
        ("case_duty", ["case_id"]),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(f"ix_{table}_{columns[0].removesuffix('_id')}", columns)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id"], ["case_file.id"], name=op.f(f"fk_{table}_case_id_case_file"), ondelete="CASCADE"
    )
