"""Who is in these stories, and what they can do at the counter. Nobody here exists.

林小满, 周一诺, 郑子安   students; 郑子安 has no WeCom account but follows the official account
苏晴   counsellor          陈立, 吴越, 秦川   administrators, may approve
许兰, 林海   guardians of 林小满
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

import sqlalchemy as sa

from bot.delivery.rules import DeliveryState, Standing
from bot.delivery.tables import account_state, delivery, shipment
from bot.duties.launch import launch
from bot.duties.occurrences import Planned
from bot.duties.rules import OccurrenceState
from bot.messages import Address, Content, Text, Urgency
from bot.people.records import How
from bot.simulator.campus import APP, CORP, SUBSCRIPTION, Campus
from bot.simulator.cast import COLUMNS, Row
from bot.simulator.ears import Speaker
from bot.simulator.stage import Stage
from bot.simulator.wechat_api.events import consent
from bot.work import Work

MONDAY: Final = "2026-10-12T09:12:00+08:00"
SOFTWARE: Final = "信息工程学院/2023级/软件2301"
NURSES: Final = "护理学院/2023级/护理2301"
SEND: Final = "/cgi-bin/message/send"
TEMPLATE: Final = "/cgi-bin/message/template/send"
SUBSCRIBE: Final = "/cgi-bin/message/subscribe/bizsend"
CUSTOM: Final = "/cgi-bin/message/custom/send"
NOTICE: Final = "/cgi-bin/externalcontact/message/send"
LIST: Final = "/cgi-bin/school/user/list_parent"
WEBHOOK: Final = "/cgi-bin/webhook/send"
_NUMBERS = count(1)


def row(code: str, name: str, kind: str, unit: str, userid: str = "", **more: str) -> Row:
    found = dict.fromkeys(COLUMNS, "")
    found |= {"编号": code, "姓名": name, "身份": kind, "单位": unit, "学段": "大学", "企业微信账号": userid}
    return found | more


CAMPUS: Final = Campus(
    rows=[
        row("2301001", "林小满", "学生", SOFTWARE, "s2301001"),
        row("2301002", "周一诺", "学生", SOFTWARE, "S2301002"),
        row("2301003", "郑子安", "学生", SOFTWARE),
        row("T1001", "苏晴", "教职工", "信息工程学院", "su", 职责="辅导员;班主任", 负责单位=SOFTWARE),
        row("T1003", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
        row("T1004", "吴越", "教职工", "保卫处", "wu", 职责="管理员;审批", 负责单位="全校"),
        row("T1005", "秦川", "教职工", "保卫处", "qin", 职责="管理员;审批", 负责单位="全校"),
        row("P1", "许兰", "家长", SOFTWARE, "p_lin_ma", 监护="2301001"),
        row("P2", "林海", "家长", SOFTWARE, "p_lin_ba", 监护="2301001"),
    ],
    followers=(("oFang", "方方"), ("oZheng", "郑子安"), ("oLin", "林小满")),
)


@dataclass(slots=True)
class Post:
    """The stage from behind the counter."""

    stage: Stage

    @property
    def now(self) -> datetime:
        return self.stage.clock()

    def member(self, userid: str) -> Speaker:
        return self.stage.sim.phone(CORP, "member", userid)

    def parent(self, userid: str) -> Speaker:
        return self.stage.sim.phone(CORP, "parent", userid)

    def follower(self, openid: str) -> Speaker:
        return self.stage.sim.phone(APP, "openid", openid)

    @property
    def lin(self) -> Speaker:
        return self.member("s2301001")

    @property
    def zhou(self) -> Speaker:
        return self.member("s2301002")

    async def bind(self, code: str, openid: str) -> None:
        """The follower turns out to be somebody of the roster."""
        async with self.stage.bot.database.begin() as tx:
            work = Work(tx)
            found = await work.people.by_code(code)
            assert found is not None
            await work.people.bind(Address.follower(APP, openid), "public", found.id, How.CHAT, self.now)

    async def accepts(self, openid: str = "oZheng", times: int = 1) -> None:
        """The follower taps 下次提醒我 and says yes."""
        (account,) = self.stage.sim.world.accounts
        for _ in range(times):
            await consent(self.stage.sim, account, self.follower(openid), SUBSCRIPTION, True)
            self.stage.clock.turn(timedelta(seconds=1))

    async def accepted(self, openid: str = "oZheng") -> int:
        """How many more messages they may be sent."""
        async with self.stage.bot.database.reading() as tx:
            return await Work(tx).acceptances.left(self.follower(openid).key, SUBSCRIPTION)

    async def person(self, code: str) -> int:
        async with self.stage.bot.database.reading() as tx:
            found = await Work(tx).people.by_code(code)
        assert found is not None
        return found.id

    async def queue(
        self,
        content: Content | str,
        *codes: str,
        urgency: Urgency = Urgency.SOLICITED,
        openid: str = "",
        occurrence: str | None = None,
        key: str = "",
        digest: bool = False,
    ) -> None:
        """One message to each of these people, by the app, or to a follower."""
        content = Text(content) if isinstance(content, str) else content
        async with self.stage.bot.database.begin() as tx:
            work = Work(tx)
            for code in codes or ("",):
                found = await work.people.by_code(code) if code else None
                to = Address.follower(APP, openid) if openid else Address.member(CORP, self._userid(code))
                work.outbox.queue(
                    key=key or f"test/{next(_NUMBERS)}",
                    account="public" if openid else "campus",
                    address=to.key,
                    person=found.id if found else 0,
                    content=content,
                    urgency=urgency,
                    not_before=self.now,
                    occurrence=occurrence,
                    digest=digest,
                )

    def _userid(self, code: str) -> str:
        return next(r["企业微信账号"] for r in CAMPUS.rows if r["编号"] == code) or f"gone{code}"

    async def launched(self, duty: str) -> str:
        """The tasks and messages of a duty, before the courier has looked; the occurrence's id."""
        school = self.stage.bot.school
        planned = Planned(school.plan.duties[duty], self.now.replace(second=0, microsecond=0))
        async with self.stage.bot.database.begin() as tx:
            assert await launch(Work(tx), school, school.default_pack, planned, self.now)
        return planned.id

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        async with self.stage.bot.database.begin() as tx:
            yield Work(tx)

    async def sound(self, template: str = "alert-police") -> str:
        """An alert that two others have agreed to; its campaign's id."""
        await self.member("chen").says(f"/alert {template} 我市")
        async with self.stage.bot.database.reading() as tx:
            (waiting,) = await Work(tx).duties.in_state(OccurrenceState.WAITING)
        for second in ("wu", "qin"):
            await self.member(second).says(f"/approve {waiting.id}")
        await self.sends()
        return waiting.id

    async def passes(self, **amount: float) -> None:
        """Time goes by and the courier looks."""
        self.stage.clock.turn(timedelta(**amount))
        await self.stage.settle()

    async def sends(self) -> None:
        await self.stage.settle()

    async def rows(self, statement: sa.Executable) -> Sequence[sa.Row[Any]]:
        async with self.stage.bot.database.reading() as tx:
            return await tx.rows(statement)

    async def deliveries(self) -> list[tuple[DeliveryState, str]]:
        """State and outcome of every message, in order."""
        rows = await self.rows(sa.select(delivery.c.state, delivery.c.outcome).order_by(delivery.c.id))
        return [(DeliveryState(r.state), r.outcome) for r in rows]

    async def attempts(self) -> list[int]:
        return [r.attempts for r in await self.rows(sa.select(shipment.c.attempts).order_by(shipment.c.id))]

    async def stopped(self, account: str = "campus") -> str:
        """Why an account sends nothing; empty when it does."""
        found = await self.rows(sa.select(account_state.c.stopped).where(account_state.c.account == account))
        return found[0].stopped if found else ""

    async def states(self, occurrence: str) -> dict[Standing, int]:
        async with self.stage.bot.database.reading() as tx:
            return await Work(tx).outbox.states(occurrence)

    def calls(self, path: str) -> list[str]:
        """The status of every call the platform saw there."""
        return [c.status for c in self.stage.sim.wire if c.path == path]

    def seen(self, phone: Speaker, text: str) -> int:
        """How many bubbles of a phone show the text; twice would be once too often."""
        return sum(text in bubble.seen for bubble in phone.bubbles if not bubble.mine)
