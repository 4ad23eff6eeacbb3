"""The press: carries articles from asked for to published. Any number of them; an article is one press's.

Every step is written down before its call and again after it, so a killed process is taken over from where
it was: a draft that may exist is looked for and else made, a submission that may have happened is looked
for and never repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.duties.rules import OccurrenceState
from bot.errors import PlatformError, Verdict
from bot.platforms.wechat.publishing import PAGE, Listed, Publishing
from bot.publishing import article as html
from bot.publishing.actions_pictures import code_of_page, cover_of, forget_cover
from bot.publishing.actions_record import Record
from bot.publishing.rules import (
    EVENT,
    GIVE_UP,
    GONE_MEDIA,
    PATIENCE,
    Article,
    State,
    Status,
    after_status,
    next_look,
)
from bot.school import School
from bot.work import Work

log = structlog.get_logger()
_AT_ONCE: Final = 8
_PAGES: Final = 3  # of a list that are looked through
_SOON: Final = timedelta(seconds=10)
_HOUR: Final = timedelta(hours=1)


class Press:
    """Publishes for every account that may. Works on its own; ``round`` is one look."""

    def __init__(
        self, publishers: Mapping[str, Publishing], school: Callable[[], School], record: Record
    ) -> None:
        self._publishers = publishers
        self._school = school
        self._record = record
        self._database = record.database
        self._clock = record.clock

    async def run(self, pause: float = 2.0) -> None:
        """Until cancelled. A call that began is written down even when the process is told to stop."""
        while True:
            try:
                busy = await self.round()
            except Exception as error:
                log.error("press round failed", error=type(error).__name__)
                busy = 0
            if not busy:
                await asyncio.sleep(pause)

    async def round(self) -> int:
        """Every article that is due, one step each; how many there were."""
        now = self._clock()
        async with self._database.reading() as tx:
            if not self._publishers or not await Work(tx).articles.any_due(now):
                return 0
        async with self._database.begin() as tx:
            held = await Work(tx).articles.claim(sorted(self._publishers), now, _AT_ONCE)
        for one in held:
            step = asyncio.ensure_future(self._step(one))
            try:
                await asyncio.shield(step)
            except asyncio.CancelledError:
                await asyncio.gather(step, return_exceptions=True)
                raise
        return len(held)

    async def drain(self) -> int:
        """Rounds until nothing is due; for tests, the demo and the command line."""
        total = 0
        while done := await self.round():
            total += done
        return total

    async def _step(self, held: Article) -> None:
        publisher = self._publishers[held.account]
        try:
            match held.state:
                case State.ASKED:
                    await self._make_draft(held, publisher)
                case State.READY:
                    await self._submit(held, publisher)
                case State.DRAFTING:
                    await self._look_for_draft(held, publisher)
                case State.SUBMITTING | State.UNKNOWN:
                    await self._look_for_article(held, publisher)
                case State.SUBMITTED | State.PUBLISHED:
                    await self._ask_result(held, publisher)
                case _:
                    await self._record.settle(held, held.state, None)
        except PlatformError as error:
            if held.state is State.ASKED:
                await self._record.refused(held, error)
            else:
                await self._record.asked_in_vain(held, error)

    async def _make_draft(self, held: Article, publisher: Publishing) -> None:
        school = self._school()
        thumb = await cover_of(self._database, publisher, held.account, school.name, self._clock)
        if thumb is None:
            await self._record.settle(held, held.state, self._clock() + _SOON)
            return
        picture = held.picture or await code_of_page(publisher, held.source_url)
        marked = await self._record.marked(held, State.DRAFTING, "draft", picture=picture)
        if marked is None:
            return
        body: dict[str, Any] = {
            "title": held.title,
            "author": html.author(school.name),
            "digest": held.digest,
            "content": html.with_picture(held.content, picture),
            "content_source_url": held.source_url,
            "thumb_media_id": thumb,
            "need_open_comment": 0,
        }
        try:
            media_id = await publisher.add_draft(body)
        except PlatformError as error:
            if error.code == GONE_MEDIA and marked.attempts < 3:
                await forget_cover(self._database, held.account)
                await self._record.settle(marked, State.ASKED, self._clock())
            else:
                await self._record.refused(marked, error)
            return
        await self._record.settle(marked, State.DRAFT, None, media_id=media_id, outcome="", attempts=0)

    async def _look_for_draft(self, held: Article, publisher: Publishing) -> None:
        """The answer was lost, or whoever made it died: the draft box knows."""
        found = await self._recognised(held, publisher.drafts, "draft-list")
        if found is not None:
            await self._record.settle(held, State.DRAFT, None, media_id=found.id, outcome="", attempts=0)
        else:
            await self._record.settle(held, State.ASKED, self._clock(), outcome="")

    async def _submit(self, held: Article, publisher: Publishing) -> None:
        async with self._database.reading() as tx:
            occurrence = await Work(tx).duties.occurrence(held.occurrence)
        now = self._clock()
        if occurrence is not None and occurrence.state is OccurrenceState.PAUSED:
            await self._record.settle(held, held.state, now + timedelta(minutes=1))
            return
        if occurrence is None or occurrence.state is not OccurrenceState.OPEN:
            await self._record.settle(held, State.FAILED, None, outcome="stopped")
            return
        marked = await self._record.marked(held, State.SUBMITTING, "publish", since=now)
        if marked is None:
            return
        try:
            publish_id = await publisher.submit(held.media_id)
        except PlatformError as error:
            await self._record.refused(marked, error)
            return
        look = next_look(State.SUBMITTED, now, now)
        if not await self._record.settle(marked, State.SUBMITTED, look, publish_id=publish_id, outcome=""):
            await self._record.kept(lambda tx: Work(tx).articles.learnt(held.id, publish_id, self._clock()))

    async def _look_for_article(self, held: Article, publisher: Publishing) -> None:
        """Was it published without our hearing of it? If it cannot be found, a person has to look."""
        now = self._clock()
        since = held.since or now
        number, found = await self._heard_of(held, publisher, since)
        found = found or await self._recognised(held, publisher.published, "publish-list")
        if found is not None and not found.deleted:
            check = next_look(State.PUBLISHED, now, now) if number else None
            await self._record.settle(
                held, State.PUBLISHED, check, since=now, outcome="",
                article_id=found.id, url=found.url, publish_id=number,
            )  # fmt: skip
        elif held.state is State.SUBMITTING and now - since < PATIENCE:
            look = next_look(held.state, since, now)
            await self._record.settle(held, held.state, look, outcome="lost")
        else:
            outcome = held.outcome if held.state is State.UNKNOWN else "unknown"
            look = next_look(State.UNKNOWN, since, now)
            await self._record.settle(held, State.UNKNOWN, look, outcome=outcome)

    async def _heard_of(
        self, held: Article, publisher: Publishing, since: datetime
    ) -> tuple[str, Listed | None]:
        """Among the results that came by themselves, the one whose article leads to our page."""
        async with self._database.reading() as tx:
            heard = await Work(tx).articles.unclaimed(held.account, since - timedelta(minutes=1))
        for number, outcome in heard:
            if not await self._record.drawn(held, "publish-read"):
                break
            one = await publisher.article(outcome.article_id)
            if one is not None and one.source_url == held.source_url:
                return number, replace(one, url=outcome.url or one.url)
        return "", None

    async def _ask_result(self, held: Article, publisher: Publishing) -> None:
        """By the event where it came, else by asking; a published one is asked after now and then."""
        now = self._clock()
        since = held.since or now
        async with self._database.reading() as tx:
            told = await Work(tx).articles.result_of(held.account, held.publish_id)
        if told is None and held.state is State.SUBMITTED and now - since < EVENT:
            await self._record.settle(held, held.state, next_look(held.state, since, now))
            return
        if told is None or (held.state is State.PUBLISHED and told.status == Status.OK):
            if not await self._record.drawn(held, "publish-get"):
                await self._record.settle(held, held.state, now + _HOUR)
                return
            told = await publisher.outcome(held.publish_id)
        state = after_status(told.status)
        if state is State.SUBMITTED:
            if held.state is State.SUBMITTED and now - since > GIVE_UP:
                await self._record.settle(held, State.UNKNOWN, None, outcome="no result")
            else:
                await self._record.settle(held, held.state, next_look(held.state, since, now))
            return
        if state is State.PUBLISHED and held.state is State.SUBMITTED:
            since = now
        await self._record.settle(
            held, state, next_look(state, since, now), since=since,
            outcome="" if state is State.PUBLISHED else f"status:{told.status}",
            article_id=told.article_id or held.article_id, url=told.url or held.url,
        )  # fmt: skip

    async def _recognised(
        self, held: Article, page: Callable[[int], Awaitable[list[Listed]]], quota: str
    ) -> Listed | None:
        """The one of a list that leads to our page of this very try. Raises PlatformError."""
        for number in range(_PAGES):
            if not await self._record.drawn(held, quota):
                raise PlatformError(Verdict.WAIT, 45009, "our own count", _HOUR)
            listed = await page(number * PAGE)
            for one in listed:
                if one.source_url == held.source_url:
                    return one
            if len(listed) < PAGE:
                break
        return None
