"""The tables of pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "web_nonce",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_web_nonce")),
    )
    with op.batch_alter_table("web_nonce", schema=None) as batch_op:
        batch_op.create_index("ix_web_nonce_until", ["until"], unique=False)
