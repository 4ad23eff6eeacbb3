"""The inbox: what came in once, and the reply that was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, insert_new
from bot.delivery.tables import inbox
from bot.driver import Ask
from bot.lists import among_named
from bot.messages import Choice, Reply
from bot.prepared import Prepared, Rows

_SEEN: Final = Prepared(sa.select(inbox.c.key, inbox.c.reply).where(among_named(inbox.c.key, "keys")))
_REMEMBER: Final = Prepared(insert_new(inbox), row="key")


class Inbox:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    @staticmethod
    def ask(keys: Sequence[str]) -> Ask:
        """Which of these keys came before?"""
        return Ask(_SEEN, {"keys": list(keys)})

    @staticmethod
    def seen(rows: Rows) -> dict[str, Reply]:
        """The remembered replies of those that did."""
        return {key: _to_value(kept) for key, kept in rows}

    def remember(self, key: str, reply: Reply, now: datetime) -> None:
        """A reply without choices is kept as its text, which most are and which is the quickest to write."""
        kept: object = reply.text
        if reply.choices:
            kept = [reply.text, [(c.word, c.label, c.url) for c in reply.choices]]
        self._tx.write(_REMEMBER, key=key, at=now, reply=kept)

    async def lock_strangers(self, addresses: Sequence[str]) -> None:
        """People without a row have nothing to lock; on PostgreSQL an advisory lock makes them take turns."""
        if self._tx.dialect == "postgresql":
            for address in sorted(addresses):
                await self._tx.rows(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(address))))


def _to_value(kept: str | list[object]) -> Reply:
    if isinstance(kept, str):
        return Reply(kept)
    text, choices = kept
    assert isinstance(text, str)
    assert isinstance(choices, list)
    return Reply(text, tuple(Choice(*choice) for choice in choices))
