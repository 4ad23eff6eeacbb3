"""The tables of publishing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("occurrence_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("picture", sa.Text(), server_default="", nullable=False),
        sa.Column("media_id", sa.Text(), server_default="", nullable=False),
        sa.Column("publish_id", sa.Text(), server_default="", nullable=False),
        sa.Column("article_id", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("publish_by", sa.BigInteger(), nullable=True),
        sa.Column("agreed_by", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("due", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_article_occurrence_id_occurrence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("occurrence_id", "account", "number", name=op.f("uq_article_occurrence_id")),
    )  # fmt: skip
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index("ix_article_due", ["due"], unique=False)
        batch_op.create_index("ix_article_publish", ["account", "publish_id"], unique=False)

    op.create_table(
        "publish_result",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("publish_id", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "publish_id", name=op.f("pk_publish_result")),
    )
    op.create_table(
        "cover",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("look", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_cover")),
    )
    op.create_table(
        "menu",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("look", sa.Text(), server_default="", nullable=False),
        sa.Column("tried", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("at", Moment(), nullable=True),
        sa.Column("not_before", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_menu")),
    )
