"""The audit log: every look at people, every export, every change of the roster."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.db import Tx
from bot.ids import new_id
from bot.people.tables import audit

_AUDIT = sa.insert(audit)


class Audited:
    """The one line every store of this room may add to the log."""

    tx: Tx

    def audit(self, who: int | None, what: str, now: datetime, detail: object = None) -> None:
        """``who`` is a person id, ``None`` for the command line and the platform; no names in ``detail``."""
        self.tx.write(_AUDIT, id=new_id(now), at=now, who=who, what=what, detail=detail)
