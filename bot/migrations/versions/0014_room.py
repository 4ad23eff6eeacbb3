"""PostgreSQL: room on the pages of tasks, so that marking everybody as told touches no index."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pages written from now on; nothing is rewritten. SQLite updates rows where they are."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE task SET (fillfactor = 50)")
