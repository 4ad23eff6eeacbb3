"""The stores of one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cases.store import Cases
from bot.db import Tx
from bot.delivery.store import Outbox
from bot.duties.store import Duties
from bot.duties.store_launch import Launches
from bot.people.store import People
from bot.quiz.rules import Sitting
from bot.quiz.store import Quizzes
from bot.receipts.store import Receipts
from bot.reports.store import Stats


class Work:
    """Everything a handler, a page or the ticker may read and write, all in one transaction."""

    def __init__(self, tx: Tx, sittings: Mapping[int, Sitting | None] | None = None) -> None:
        self.tx = tx
        self.people = People(tx)
        self.duties = Duties(tx)
        self.launches = Launches(tx)
        self.quizzes = Quizzes(tx, sittings)
        self.receipts = Receipts(tx)
        self.outbox = Outbox(tx)
        self.cases = Cases(tx)
        self.stats = Stats(tx)
