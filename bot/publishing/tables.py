"""What accounts show to everybody: articles on their way, the platform's results, covers, menus."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Moment, metadata

# One row a campaign, account and try: unique, so that two administrators at once make one draft.
article = sa.Table(
    "article",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("occurrence_id", sa.Text, sa.ForeignKey("occurrence.id", ondelete="CASCADE"), nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("number", sa.SmallInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("source_url", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # rules.State
    sa.Column("outcome", sa.Text, nullable=False, server_default=""),
    sa.Column("picture", sa.Text, nullable=False, server_default=""),
    sa.Column("media_id", sa.Text, nullable=False, server_default=""),
    sa.Column("publish_id", sa.Text, nullable=False, server_default=""),
    sa.Column("article_id", sa.Text, nullable=False, server_default=""),
    sa.Column("url", sa.Text, nullable=False, server_default=""),
    sa.Column("asked_by", sa.BigInteger, nullable=False),
    sa.Column("publish_by", sa.BigInteger),
    sa.Column("agreed_by", sa.BigInteger),
    sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("since", Moment),
    sa.Column("due", Moment),  # when the press looks next; the end of its lease while it works; null: never
    sa.UniqueConstraint("occurrence_id", "account", "number"),
    sa.Index("ix_article_due", "due"),
    sa.Index("ix_article_publish", "account", "publish_id"),
)

# PUBLISHJOBFINISH may come before the answer of submit is written down, or when that answer was lost.
publish_result = sa.Table(
    "publish_result",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("publish_id", sa.Text, primary_key=True),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("article_id", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

# The permanent picture on top of every article of an account: uploaded once, again when it looks different.
cover = sa.Table(
    "cover",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("look", sa.Text, nullable=False),
    sa.Column("media_id", sa.Text, nullable=False, server_default=""),
    sa.Column("lease_until", Moment),
)

# What menu was set where, so that any number of processes set it once.
menu = sa.Table(
    "menu",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("look", sa.Text, nullable=False, server_default=""),
    sa.Column("tried", sa.Text, nullable=False, server_default=""),
    sa.Column("outcome", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Moment),
    sa.Column("not_before", Moment),
)
