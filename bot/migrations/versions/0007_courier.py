"""Indexes that change less often while a message goes out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_HELD = sa.text("state = 'leased' and shipment_id is null")
_ABOARD = sa.text("shipment_id is not null")


def upgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_occurrence")
        batch_op.drop_index("ix_delivery_shipment")
        batch_op.create_index("ix_delivery_occurrence", ["occurrence_id"])
        batch_op.create_index(
            "ix_delivery_shipment", ["shipment_id"], sqlite_where=_ABOARD, postgresql_where=_ABOARD
        )
        batch_op.create_index(
            "ix_delivery_held", ["not_before"], sqlite_where=_HELD, postgresql_where=_HELD
        )
