"""Mass sends of official accounts: months, tags, decisions, jobs and their results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "mass_month",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("used", sa.SmallInteger(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address"], ["contact.address"], name=op.f("fk_mass_month_address_contact"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address", "month", name=op.f("pk_mass_month")),
    )
    op.create_table(
        "mass_tag",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_mass_tag")),
    )
    op.create_table(
        "mass_tagged",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address"], ["contact.address"], name=op.f("fk_mass_tagged_address_contact"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address", "name", name=op.f("pk_mass_tagged")),
    )
    with op.batch_alter_table("mass_tagged", schema=None) as batch_op:
        batch_op.create_index("ix_mass_tagged_account", ["account", "name"], unique=False)

    op.create_table(
        "mass_choice",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("occurrence_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "occurrence_id", "payload", name=op.f("pk_mass_choice")),
    )
    op.create_table(
        "mass_job",
        sa.Column("shipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("occurrence_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("filtered", sa.Integer(), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("shipment_id", name=op.f("pk_mass_job")),
    )
    with op.batch_alter_table("mass_job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mass_job_open",
            ["account"],
            unique=False,
            sqlite_where=sa.text("ended_at is null"),
            postgresql_where=sa.text("ended_at is null"),
        )
        batch_op.create_index("ix_mass_job_occurrence", ["occurrence_id"], unique=False)

    op.create_table(
        "mass_result",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("filtered", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "message_id", name=op.f("pk_mass_result")),
    )
