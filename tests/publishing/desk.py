"""What an administrator does with an article, and what the platform has of it afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from bot.errors import Refusal
from bot.publishing import actions
from bot.publishing.rules import Article, State
from bot.settings import Wechat
from bot.simulator.account import OfficialAccount
from bot.simulator.campus import APP, CORP
from bot.simulator.ears import Speaker
from bot.simulator.stage import Stage
from bot.simulator.wechat_api import publish
from bot.simulator.wechat_api.archive import Publication
from bot.work import Work
from tests.delivery.post import CAMPUS, MONDAY

__all__ = ["ADD", "CAMPUS", "COVER", "GET", "LIST", "MONDAY", "SUBMIT", "Desk"]

COVER: Final = "/cgi-bin/material/add_material"
ADD: Final = "/cgi-bin/draft/add"
SUBMIT: Final = "/cgi-bin/freepublish/submit"
GET: Final = "/cgi-bin/freepublish/get"
LIST: Final = "/cgi-bin/freepublish/batchget"


@dataclass(slots=True)
class Desk:
    stage: Stage

    @property
    def account(self) -> OfficialAccount:
        found = self.stage.sim.world.account(APP)
        assert found is not None
        return found

    @property
    def chen(self) -> Speaker:
        return self.stage.sim.phone(CORP, "member", "chen")

    @property
    def wu(self) -> Speaker:
        return self.stage.sim.phone(CORP, "member", "wu")

    @property
    def visitor(self) -> Speaker:
        return self.stage.sim.phone(APP, "openid", "oFang")

    @property
    def su(self) -> Speaker:
        return self.stage.sim.phone(CORP, "member", "su")

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self.stage.bot.database.begin() as tx:
            yield Work(tx)

    async def draft(self, occurrence: str, by: str = "T1003", text: str = "") -> Article:
        """Ask for a draft, and let the press and the courier run."""
        made = await self.asked(occurrence, by, text)
        await self.runs()
        return await self.now(made.id)

    async def asked(self, occurrence: str, by: str, text: str = "") -> Article:
        """Ask for a draft, no more."""
        school = self.stage.bot.school
        account = school.accounts.get("public")
        assert isinstance(account, Wechat)
        async with self.work() as work:
            person, found = await work.people.by_code(by), await work.duties.occurrence(occurrence)
            assert person is not None
            assert found is not None
            return await actions.draft(work, school, found, account, text, person, self.stage.clock())

    async def publishes(self, one: Article, by: str = "T1003") -> Article:
        async with self.work() as work:
            person = await work.people.by_code(by)
            assert person is not None
            await actions.publish(work, self.stage.bot.school, one.id, person, self.stage.clock())
        await self.runs()
        return await self.now(one.id)

    async def agrees(self, one: Article, by: str = "T1004", *, runs: bool = True) -> Article:
        async with self.work() as work:
            person = await work.people.by_code(by)
            assert person is not None
            await actions.agree(work, one.id, person, self.stage.clock())
        if runs:
            await self.runs()
        return await self.now(one.id)

    async def ready(self, duty: str = "weekly-reminder") -> Article:
        """An article that both have agreed to, before the press has looked."""
        one = await self.publishes(await self.draft(await self.stage.fire(duty)))
        assert one.state is State.WAITING
        return await self.agrees(one, runs=False)

    async def now(self, id_: int) -> Article:
        async with self.work() as work:
            found = await work.articles.get(id_)
        assert found is not None
        return found

    async def state(self, one: Article) -> State:
        return (await self.now(one.id)).state

    async def runs(self) -> None:
        """The press works, events come in, and half a minute later it has taken them up."""
        for seconds in (0, 0, 25):
            self.stage.clock.turn(timedelta(seconds=seconds))
            await self.stage.bot.press.drain()
            await self.stage.settle()

    async def passes(self, **amount: float) -> None:
        self.stage.clock.turn(timedelta(**amount))
        await self.runs()

    def calls(self, path: str) -> list[str]:
        return [c.status for c in self.stage.sim.wire if c.path == path and c.direction == "in"]

    def public(self) -> list[Publication]:
        return self.stage.sim.archive.public(APP)

    def drafts(self) -> list[dict[str, Any]]:
        return [one.articles[0] for _, one in self.stage.sim.archive.drafts_of(APP)]

    def finish_job(self, job: Publication) -> None:
        publish.finish(self.stage.sim, self.account, job, 0)

    def finish(self, status: int) -> None:
        """The newest job of the platform ends like this."""
        job = list(self.stage.sim.archive.jobs.values())[-1]
        publish.finish(self.stage.sim, self.account, job, status)

    async def refused(self, words: str, doing: Any) -> None:
        with pytest.raises(Refusal) as refusal:
            await doing
        assert words in refusal.value.sentence
