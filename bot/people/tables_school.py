"""What is known of the 家校通讯录: its classes, which of them are ours, and who follows 学校通知."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import Moment, Path, metadata

# One row an app: how far the reading of its school's directory is.
school_directory = sa.Table(
    "school_directory",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("read_at", Moment),
    sa.Column("lease_until", Moment),
    sa.Column("rest_until", Moment),
    sa.Column("trouble", sa.Text, nullable=False, server_default=""),  # what the platform said last
    sa.Column("code", sa.Text, nullable=False, server_default=""),  # blob of the QR code to follow
    sa.Column("code_trouble", sa.Text, nullable=False, server_default=""),  # error code: why there is none
)

# A class of the directory, counted; nobody is named here.
school_class = sa.Table(
    "school_class",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("department", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("path", sa.Text, nullable=False),  # names from the top, as the platform has them
    sa.Column("campus", sa.Text, nullable=False, server_default=""),
    sa.Column("unit", Path),  # ours; empty when none fits, or several do
    sa.Column("rivals", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("allowed", sa.Boolean, nullable=False),  # inside 家长可使用的应用
    sa.Column("parents", sa.Integer, nullable=False, server_default="0"),
    sa.Column("following", sa.Integer, nullable=False, server_default="0"),
    sa.Column("known", sa.Integer, nullable=False, server_default="0"),  # of the parents, bound to our people
    sa.Column("looked_at", Moment),
    sa.Column("wanted_at", Moment),  # a message is about to go there: look at once
    sa.Index("ix_school_class_unit", "unit"),
)

# Does this contact follow 学校通知 (is_subscribe)? No row: nobody knows.
parent_follow = sa.Table(
    "parent_follow",
    metadata,
    sa.Column("address", sa.Text, sa.ForeignKey("contact.address", ondelete="CASCADE"), primary_key=True),
    sa.Column("follows", sa.Boolean, nullable=False),
    sa.Column("as_of", Moment, nullable=False),
)
