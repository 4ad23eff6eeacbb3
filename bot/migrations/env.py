"""Alembic's door: the connection comes from bot/migrate.py; one way for SQLite and PostgreSQL."""

from __future__ import annotations

from alembic import context

from bot.migrate import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
