"""An index that tells at once whether anybody has lesson hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WITH_LESSONS = sa.text("stage in ('小学', '初中', '高中')")


def upgrade() -> None:

    op.create_index(
        "ix_person_lessons",
        "person",
        ["stage"],
        unique=False,
        sqlite_where=WITH_LESSONS,
        postgresql_where=WITH_LESSONS,
    )
