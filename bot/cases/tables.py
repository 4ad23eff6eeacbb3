"""Calls with their clock, the ledger of cases with every correction, visits, sealed notes, cards."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Moment, Path, metadata

_OPEN = sa.text("closed_at is null")

# Persons of the staff are kept as bare ids: a lock on a person must not wait for a call, nor the reverse.
call = sa.Table(
    "case_call",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("unit", Path, nullable=False),
    sa.Column("level", sa.Text, nullable=False, server_default=""),
    sa.Column("state", sa.Text, nullable=False, server_default=""),
    sa.Column("reported", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("entered_by", sa.BigInteger),  # a warning of the police: who entered it
    sa.Column("contacted_at", Moment),
    sa.Column("contacted_by", sa.BigInteger),
    sa.Column("outcome", sa.Text),
    sa.Column("closed_at", Moment),
    sa.Column("closed_by", sa.BigInteger),
    sa.Column("rung", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("next_at", Moment),  # when the next ring is told if nobody answers
    sa.Column("asked_at", Moment),  # when somebody was asked what came of it
    # One open call of a kind for a person: the row that makes twenty taps one call.
    sa.Index(
        "uq_case_call_open", "person_id", "kind", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    ),
    sa.Index("ix_case_call_received", "received_at"),
)

told = sa.Table(
    "case_told",
    metadata,
    sa.Column("call_id", sa.BigInteger, sa.ForeignKey("case_call.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("rung", sa.SmallInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_case_told_person", "person_id"),
)

case = sa.Table(
    "case_file",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("year", sa.SmallInteger, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("call_id", sa.BigInteger, sa.ForeignKey("case_call.id", ondelete="SET NULL")),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id", ondelete="SET NULL")),
    sa.Column("unit", Path, nullable=False),
    sa.Column("responsible_id", sa.BigInteger),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("opened_by", sa.BigInteger, nullable=False),
    sa.Column("referred_at", Moment),
    sa.Column("closed_at", Moment),
    sa.UniqueConstraint("year", "seq"),
    sa.UniqueConstraint("call_id"),
    sa.Index("ix_case_file_opened", "opened_at"),
)

# A correction is another row; what was said before stays.
version = sa.Table(
    "case_version",
    metadata,
    sa.Column("case_id", sa.BigInteger, sa.ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("lost", sa.BigInteger),  # fen
    sa.Column("prevented", sa.BigInteger),
    sa.Column("police", sa.Boolean, nullable=False),
    sa.Column("why", sa.Text, nullable=False, server_default=""),  # sealed
)

visit = sa.Table(
    "case_visit",
    metadata,
    sa.Column("case_id", sa.BigInteger, sa.ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("holder_id", sa.BigInteger),
    sa.Column("reminded", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("reminded_at", Moment),
    sa.Column("done_at", Moment),
    sa.Column("done_by", sa.BigInteger),
    sa.Index(
        "ix_case_visit_due", "at", sqlite_where=sa.text("done_at is null"),
        postgresql_where=sa.text("done_at is null"),
    ),
)  # fmt: skip

note = sa.Table(
    "case_note",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.BigInteger, sa.ForeignKey("case_file.id", ondelete="CASCADE"), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("day", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("text", sa.Text, nullable=False),  # sealed
    sa.Index("ix_case_note_case", "case_id"),
)

card = sa.Table(
    "case_card",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.BigInteger, sa.ForeignKey("case_file.id", ondelete="CASCADE"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("approved_at", Moment),
    sa.Column("approved_by", sa.BigInteger),
    sa.Index("ix_case_card_case", "case_id"),
)

# Which occurrence of the plan a call or case brought about, so that what is done here closes its tasks.
duty = sa.Table(
    "case_duty",
    metadata,
    sa.Column("occurrence_id", sa.Text, sa.ForeignKey("occurrence.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("call_id", sa.BigInteger, sa.ForeignKey("case_call.id", ondelete="CASCADE")),
    sa.Column("case_id", sa.BigInteger, sa.ForeignKey("case_file.id", ondelete="CASCADE")),
    sa.Index("ix_case_duty_call", "call_id"),
    sa.Index("ix_case_duty_case", "case_id"),
)
