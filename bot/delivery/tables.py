"""What leaves the house: payloads, deliveries, shipments, quotas; and the inbox of what came in."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Json, Moment, metadata

# One row a callback: the unique key makes a repeated one harmless, the reply is remembered.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("reply", Json, nullable=False),  # [text, [[word, label, url], …]]
    sa.Index("ix_inbox_at", "at"),
)

# Identical content is stored once, so that it can travel together.
payload = sa.Table(
    "payload",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("content", Json, nullable=False),
)

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

# A media_id lives three days and belongs to one corp (90253).
media = sa.Table(
    "media",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("blob", sa.Text, primary_key=True),
    sa.Column("media_id", sa.Text, nullable=False),
    sa.Column("until", Moment, nullable=False),
)

# Conditions of partial indexes: asked in the same words, else SQLite walks the whole table.
DUE = "state = 'due'"
URGENT = "state = 'due' and urgency <> 'routine'"
ROUTINE = "state = 'due' and urgency = 'routine'"  # by the index of what is due
HELD = "state = 'leased' and shipment_id is null"
ABOARD = "shipment_id is not null"

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),  # what makes it once only
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("occurrence_id", sa.Text),
    sa.Column("task_id", sa.BigInteger),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("not_before", Moment, nullable=False),
    sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("shipment_id", sa.BigInteger),
    sa.Column("outcome", sa.Text, nullable=False, server_default=""),
    sa.Column("settled_at", Moment),
    sa.Index(
        "ix_delivery_due",
        "account",
        "not_before",
        "id",
        sqlite_where=sa.text(DUE),
        postgresql_where=sa.text(DUE),
    ),
    # What somebody waits for is found without walking past a million routine messages.
    sa.Index(
        "ix_delivery_urgent",
        "account",
        "not_before",
        "id",
        sqlite_where=sa.text(URGENT),
        postgresql_where=sa.text(URGENT),
    ),
    sa.Index(
        "ix_delivery_held",
        "not_before",
        sqlite_where=sa.text(HELD),
        postgresql_where=sa.text(HELD),
    ),
    sa.Index(
        "ix_delivery_shipment",
        "shipment_id",
        sqlite_where=sa.text(ABOARD),
        postgresql_where=sa.text(ABOARD),
    ),
    sa.Index("ix_delivery_occurrence", "occurrence_id"),  # without the state, which changes twice a row
    sa.Index("ix_delivery_person", "person_id", "settled_at"),
)

# The open ones, in the same words in the index and in the question, so that SQLite sees they are the same.
OPEN_SHIPMENTS = "state in ('sending', 'waiting', 'recall')"
# Those whose end the platform tells later, by the message id.
TOLD_LATER = "quota in ('template', 'subscribe', 'mass') and message_id <> ''"

# One call, fixed before it is made: who, the exact bytes, until when a repeat has no second effect.
shipment = sa.Table(
    "shipment",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("quota", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("repeat_until", Moment, nullable=False),
    sa.Column("lease_until", Moment),
    sa.Column("state", sa.Text, nullable=False),  # rules.ShipmentState
    sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("message_id", sa.Text, nullable=False, server_default=""),
    sa.Column("response_code", sa.Text, nullable=False, server_default=""),
    sa.Index(
        "ix_shipment_open",
        "lease_until",
        sqlite_where=sa.text(OPEN_SHIPMENTS),
        postgresql_where=sa.text(OPEN_SHIPMENTS),
    ),
    sa.Index(
        "ix_shipment_told_later",
        "message_id",
        "account",
        sqlite_where=sa.text(TOLD_LATER),
        postgresql_where=sa.text(TOLD_LATER),
    ),
)

# A campaign that was stopped, paused or resumed and has too many messages for the turn that did it: how far
# its calls and its messages have been brought in line with its state.
clearing = sa.Table(
    "clearing",
    metadata,
    sa.Column("occurrence_id", sa.Text, sa.ForeignKey("occurrence.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", Moment, nullable=False),  # resumed: from when on its messages may go
    sa.Column("calls", sa.BigInteger),  # the last shipment that was looked at
    sa.Column("reached", sa.BigInteger),  # the last delivery that was,
    sa.Column("last", sa.BigInteger),  # of those up to this one
)

# One line of the ledger per limit and window, e.g. ``campus/app/2026-11-22``.
quota = sa.Table(
    "quota",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("until", Moment, nullable=False),
)

# An account the platform told us to stop, or to wait with; empty means all is well.
account_state = sa.Table(
    "account_state",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("not_before", Moment),
    sa.Column("stopped", sa.Text, nullable=False, server_default=""),
    sa.Column("since", Moment, nullable=False),
)

# 订阅通知: how many messages a follower still accepts of a template (official account 5.5).
acceptance = sa.Table(
    "acceptance",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("template", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

# The one 订阅通知 that is on its way to a follower, and what it drew: two at once are refused (43108).
subscription_call = sa.Table(
    "subscription_call",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("shipment_id", sa.BigInteger, nullable=False, unique=True),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("drawn", sa.SmallInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

UNHEARD = "look_at is not null"

# What the platform told of a message afterwards; kept apart, because it may come before our own settling.
job_result = sa.Table(
    "job_result",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("error", sa.Text, nullable=False),  # empty: the platform sent it
    sa.Column("at", Moment, nullable=False),
    sa.Column("look_at", Moment),  # when to look for the shipment; empty when that is over
    sa.Index(
        "ix_job_result_unheard",
        "look_at",
        sqlite_where=sa.text(UNHEARD),
        postgresql_where=sa.text(UNHEARD),
    ),
)

# A way of sending that the platform does not let an account go (48001), until somebody mends it.
withdrawn = sa.Table(
    "withdrawn",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("way", sa.Text, primary_key=True),  # messages.Way
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("try_at", Moment, nullable=False),  # from then on one message may find out
)
