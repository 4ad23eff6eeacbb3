"""The tables of the school directory and of who follows 学校通知."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Moment, Path

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "school_directory",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("rest_until", Moment(), nullable=True),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("code_trouble", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_school_directory")),
    )
    op.create_table(
        "school_class",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("department", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("campus", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", Path, nullable=True),
        sa.Column("rivals", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("parents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("following", sa.Integer(), server_default="0", nullable=False),
        sa.Column("known", sa.Integer(), server_default="0", nullable=False),
        sa.Column("looked_at", Moment(), nullable=True),
        sa.Column("wanted_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account", "department", name=op.f("pk_school_class")),
    )
    with op.batch_alter_table("school_class", schema=None) as batch_op:
        batch_op.create_index("ix_school_class_unit", ["unit"], unique=False)

    op.create_table(
        "parent_follow",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("as_of", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address"],
            ["contact.address"],
            name=op.f("fk_parent_follow_address_contact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_parent_follow")),
    )
