"""The tables of subscription notices, of results told later, and of abilities that were taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "acceptance",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("address", "template", name=op.f("pk_acceptance")),
    )
    op.create_table(
        "subscription_call",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("drawn", sa.SmallInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_subscription_call")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_subscription_call_shipment_id")),
    )
    op.create_table(
        "job_result",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("look_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account", "message_id", name=op.f("pk_job_result")),
    )
    with op.batch_alter_table("job_result", schema=None) as batch_op:
        batch_op.create_index(
            "ix_job_result_unheard",
            ["look_at"],
            unique=False,
            sqlite_where=sa.text("look_at is not null"),
            postgresql_where=sa.text("look_at is not null"),
        )
    op.create_table(
        "withdrawn",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("try_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "way", name=op.f("pk_withdrawn")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_shipment_told_later",
            ["message_id", "account"],
            unique=False,
            sqlite_where=sa.text("quota in ('template', 'subscribe', 'mass') and message_id <> ''"),
            postgresql_where=sa.text("quota in ('template', 'subscribe', 'mass') and message_id <> ''"),
        )
