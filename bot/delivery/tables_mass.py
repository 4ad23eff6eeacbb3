"""Mass sends of official accounts: followers' months, tags as they stand there, jobs and their ends."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Moment, metadata

# How many mass messages a follower got in a calendar month. Gone with the follower, as all with an openid.
mass_month = sa.Table(
    "mass_month",
    metadata,
    sa.Column("address", sa.Text, sa.ForeignKey("contact.address", ondelete="CASCADE"), primary_key=True),
    sa.Column("month", sa.Text, primary_key=True),  # 2026-11
    sa.Column("used", sa.SmallInteger, nullable=False),
    sa.Column("until", Moment, nullable=False),
)

# The tags of ours that a subscription account has, by the number the platform gave them.
mass_tag = sa.Table(
    "mass_tag",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("tag_id", sa.BigInteger, nullable=False),
)

# Who has which tag at the platform, as far as it told us.
mass_tagged = sa.Table(
    "mass_tagged",
    metadata,
    sa.Column("address", sa.Text, sa.ForeignKey("contact.address", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Index("ix_mass_tagged_account", "account", "name"),
)

# What was decided about one text of a campaign for a whole tag: it went (empty), or why it does not.
mass_choice = sa.Table(
    "mass_choice",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("occurrence_id", sa.Text, primary_key=True),
    sa.Column("payload", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("shipment_id", sa.BigInteger),
    sa.Column("at", Moment, nullable=False),
)

OPEN_JOBS = "ended_at is null"

# One mass send: how many people it carried, and what the platform said of it later, approximately.
mass_job = sa.Table(
    "mass_job",
    metadata,
    sa.Column("shipment_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("occurrence_id", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("tag", sa.Text, nullable=False),  # empty: a list
    sa.Column("people", sa.Integer, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("asked_at", Moment),  # when mass/get was asked last
    sa.Column("status", sa.Text, nullable=False, server_default=""),  # the platform's own words
    sa.Column("total", sa.Integer),
    sa.Column("filtered", sa.Integer),
    sa.Column("reached", sa.Integer),
    sa.Column("failed", sa.Integer),
    sa.Column("ended_at", Moment),
    sa.Index(
        "ix_mass_job_open", "account", sqlite_where=sa.text(OPEN_JOBS), postgresql_where=sa.text(OPEN_JOBS)
    ),
    sa.Index("ix_mass_job_occurrence", "occurrence_id"),
)

# What MASSSENDJOBFINISH said, until the shipment it speaks of is settled; the event may be faster.
mass_result = sa.Table(
    "mass_result",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("filtered", sa.Integer, nullable=False),
    sa.Column("reached", sa.Integer, nullable=False),
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
