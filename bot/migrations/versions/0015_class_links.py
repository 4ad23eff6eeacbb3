"""The links of a task are found, and go with it, without a walk through the links of all years."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_class_link_task", "class_link", ["task_id"])
