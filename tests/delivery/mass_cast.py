"""Followers whom only an official account reaches: six students, three parents, a teacher.

Nobody here exists. 黎 … are students without a WeCom account, 方 … their parents, 安乐 a teacher without one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
import sqlalchemy as sa

from bot import migrate
from bot.delivery.tables import delivery
from bot.delivery.tables_mass import mass_job, mass_month
from bot.messages import Address
from bot.people.records import How
from bot.simulator.account import OfficialAccount
from bot.simulator.campus import APP, Campus
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.delivery.post import MONDAY, SOFTWARE, Post, row

LIST: Final = "/cgi-bin/message/mass/send"
ALL: Final = "/cgi-bin/message/mass/sendall"
GET: Final = "/cgi-bin/message/mass/get"
PUT_TAG: Final = "/cgi-bin/tags/members/batchtagging"
STUDENTS: Final = tuple(f"24010{n:02}" for n in range(1, 7))
PARENTS: Final = ("P11", "P12", "P13")
_ROWS: Final = [
    *(row(code, f"黎{'甲乙丙丁戊己'[n]}", "学生", SOFTWARE) for n, code in enumerate(STUDENTS)),
    *(row(code, f"方{'一二三'[n]}", "家长", SOFTWARE, 监护=STUDENTS[n]) for n, code in enumerate(PARENTS)),
    row("T2001", "安乐", "教职工", SOFTWARE),
    row("T1003", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
    row("T1004", "吴越", "教职工", "保卫处", "wu", 职责="管理员;审批", 负责单位="全校"),
    row("T1005", "秦川", "教职工", "保卫处", "qin", 职责="管理员;审批", 负责单位="全校"),
]


def openid(code: str) -> str:
    return f"o{code}"


@dataclass(slots=True)
class MassPost(Post):
    """The counter of an account that tells its silent followers by mass sends."""

    @property
    def account(self) -> OfficialAccount:
        found: OfficialAccount = self.stage.sim.world.accounts[0]
        return found

    async def bind_all(self, codes: Sequence[str]) -> None:
        async with self.stage.bot.database.begin() as tx:
            work = Work(tx)
            for code in codes:
                found = await work.people.by_code(code)
                assert found is not None
                to = Address.follower(APP, openid(code))
                await work.people.bind(to, "public", found.id, How.CHAT, self.now)

    def told(self, *codes: str) -> list[int]:
        """How many bubbles each of these phones has that were not asked for."""
        return [sum(not b.mine for b in self.follower(openid(code)).bubbles) for code in codes]

    async def ends(self, campaign: str) -> dict[str, tuple[str, str]]:
        """编号 -> state and outcome of the campaign's first message to that person."""
        people = {await self.person(code): code for code in (*STUDENTS, *PARENTS)}
        rows = await self.rows(
            sa.select(delivery).where(delivery.c.occurrence_id == campaign).order_by(delivery.c.id.desc())
        )
        return {people[r.person_id]: (r.state, r.outcome) for r in rows if r.person_id in people}

    async def jobs(self) -> list[dict[str, Any]]:
        return [dict(r._mapping) for r in await self.rows(sa.select(mass_job).order_by(mass_job.c.made_at))]

    async def months(self) -> dict[str, int]:
        rows = await self.rows(sa.select(mass_month).order_by(mass_month.c.address))
        return {r.address.rpartition("|")[2].removeprefix("o"): r.used for r in rows}


@asynccontextmanager
async def opened(database_url: str, root: Path, **account: Any) -> AsyncIterator[MassPost]:
    """``account``: of Campus. Everybody follows, nobody is bound, nobody has written for long."""
    frozen = datetime.fromisoformat(MONDAY)
    people = tuple((openid(code), code) for code in (*STUDENTS, *PARENTS, "T2001"))
    campus = Campus(rows=_ROWS, followers=people, **account)
    clock = Clock(source=lambda: frozen)
    async with staged(campus, database_url, root, clock, rng=Random(5)) as stage:
        yield MassPost(stage)


@pytest.fixture
async def post(database_url: str, root: Path) -> AsyncIterator[MassPost]:
    """Our silent students follow an account that has no template for them, and are bound."""
    async with opened(database_url, root, templates=False) as post:
        await migrate.check(post.stage.bot.database)
        await post.bind_all(STUDENTS)
        yield post
