"""How an answer travels: as the passive reply, or as cards pushed at once to the person who just asked."""

from __future__ import annotations

from bot.messages import CardUpdate, Content, Reply, Say, Text, Urgency
from bot.platforms.twin import as_text
from bot.routing import Turn
from bot.school import School
from bot.settings import WecomApp
from bot.work import Work


class Answering:
    """Turns what a handler says into one passive reply and solicited deliveries (design 4.6)."""

    def __init__(self, work: Work, school: School) -> None:
        self._work = work
        self._school = school

    def reply(self, turn: Turn, say: Say) -> Reply:
        """A typed message is answered in text; a tapped card is closed and followed by the next card."""
        account = self._school.accounts.get(turn.inbound.account)
        cards = isinstance(account, WecomApp) and account.cards
        as_card = say.question is not None and cards and (turn.tapped or turn.inbound.event == "click")
        number = 0
        if turn.tapped:
            if say.close and turn.inbound.response_code:
                self._push(turn, CardUpdate(turn.inbound.response_code, say.close), number := number + 1)
            if say.text:
                self._push(turn, Text(say.text, () if as_card else say.choices), number := number + 1)
        if as_card and say.question is not None:
            self._push(turn, say.question, number := number + 1)
        for content in say.more:
            self._push(turn, content, number := number + 1)
        if turn.tapped:
            return Reply()
        if say.question is None or as_card:
            return Reply(say.text, say.choices)
        twin = as_text(say.question)
        text = f"{say.text}\n\n{twin.text}" if say.text else twin.text
        return Reply(text, (*twin.choices, *say.choices))

    def _push(self, turn: Turn, content: Content, number: int) -> None:
        if not turn.address:
            return
        self._work.outbox.queue(
            key=f"reply/{turn.inbound.key}/{number}",
            account=turn.inbound.account,
            address=turn.address,
            person=turn.person.id if turn.person else 0,
            content=content,
            urgency=Urgency.SOLICITED,
            not_before=turn.now,
        )
