"""The tables of delivery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Json, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "account_state",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("stopped", sa.Text(), server_default="", nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_state")),
    )
    op.create_table(
        "blob",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_blob")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence_id", sa.Text(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("digest", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_due",
            ["account", "not_before", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        )
        batch_op.create_index("ix_delivery_occurrence", ["occurrence_id", "state"], unique=False)
        batch_op.create_index("ix_delivery_person", ["person_id", "settled_at"], unique=False)
        batch_op.create_index("ix_delivery_shipment", ["shipment_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_urgent",
            ["account", "not_before", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'due' and urgency <> 'routine'"),
            postgresql_where=sa.text("state = 'due' and urgency <> 'routine'"),
        )

    op.create_table(
        "inbox",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reply", Json(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_at", ["at"], unique=False)

    op.create_table(
        "media",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "blob", name=op.f("pk_media")),
    )
    op.create_table(
        "payload",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_payload")),
    )
    op.create_table(
        "quota",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_quota")),
    )
    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("quota", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("repeat_until", Moment(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("response_code", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_shipment_open",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state in ('sending', 'waiting', 'recall')"),
            postgresql_where=sa.text("state in ('sending', 'waiting', 'recall')"),
        )

    op.create_table(
        "token",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=True),
        sa.Column("refresh_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("stopped_until", Moment(), nullable=True),
        sa.Column("stopped_code", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_token")),
    )
