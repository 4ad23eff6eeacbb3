"""The stores of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.cases.store import Cases
from bot.db import Tx
from bot.delivery.store import Outbox
from bot.delivery.store_abilities import Abilities
from bot.delivery.store_acceptances import Acceptances
from bot.delivery.store_results import Results
from bot.duties.store import Duties
from bot.duties.store_launch import Launches
from bot.messages import Content, Urgency
from bot.people.store import People
from bot.people.store_follow import Follows
from bot.publishing.store import Articles
from bot.quiz.rules import Sitting
from bot.quiz.store import Quizzes
from bot.receipts.store import Receipts
from bot.reports.store import Stats


class Work:
    """Everything a handler, a page or the ticker may read and write, all in one transaction."""

    def __init__(self, tx: Tx, sittings: Mapping[int, Sitting | None] | None = None) -> None:
        self.tx = tx
        self.people = People(tx)
        self.follows = Follows(tx)
        self.duties = Duties(tx)
        self.launches = Launches(tx)
        self.quizzes = Quizzes(tx, sittings)
        self.receipts = Receipts(tx)
        self.outbox = Outbox(tx)
        self.acceptances = Acceptances(tx)
        self.abilities = Abilities(tx)
        self.results = Results(tx)
        self.articles = Articles(tx)
        self.cases = Cases(tx)
        self.stats = Stats(tx)

    async def tell(
        self, people: Sequence[int], key: str, content: Content, at: datetime, *, but: Collection[str] = ()
    ) -> None:
        """One line to each, by the first way that is none of ``but``; the same ``key`` is told once."""
        contacts = await self.people.contacts_of(people)
        for id_ in people:
            for contact in [one for one in contacts.get(id_, []) if one.account not in but][:1]:
                self.outbox.queue(
                    key=f"{key}/{id_}",
                    account=contact.account,
                    address=contact.address.key,
                    person=id_,
                    content=content,
                    urgency=Urgency.SOLICITED,
                    not_before=at,
                )
