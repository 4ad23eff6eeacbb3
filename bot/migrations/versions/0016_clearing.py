"""Stopping is instant: where the slices stand in which a large campaign is put away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clearing",
        sa.Column("occurrence_id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.BigInteger),
        sa.Column("reached", sa.BigInteger),
        sa.Column("last", sa.BigInteger),
        sa.PrimaryKeyConstraint("occurrence_id", name="pk_clearing"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name="fk_clearing_occurrence_id_occurrence",
            ondelete="CASCADE",
        ),
    )
