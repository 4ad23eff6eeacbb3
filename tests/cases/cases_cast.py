"""A college with people on duty at three levels. Nobody here exists.

林小满, 周一诺   students of 软件2301        白露   student of 护理2301
苏晴   their counsellor                     何远   on duty for 信息工程学院, and nothing else
马兰   on duty for 护理学院                  吴越   on duty for the whole school
陈立   administrator of the whole school    方圆   liaison of 信息工程学院
访客   follows the official account and is nobody to us
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import sqlalchemy as sa

from bot.cases.tables import call
from bot.people.tables import audit
from bot.simulator.browser import Page
from bot.simulator.campus import APP, CORP, Campus
from bot.simulator.ears import Speaker
from bot.simulator.stage import Stage
from bot.work import Work
from tests.delivery.post import NURSES, SOFTWARE, row

MONDAY: Final = datetime.fromisoformat("2026-10-12T09:12+08:00")


def campus(cards: bool = True, plan: str = "college-generic") -> Campus:
    return Campus(
        rows=[
            row("2301001", "林小满", "学生", SOFTWARE, "lin"),
            row("2301002", "周一诺", "学生", SOFTWARE, "zhou"),
            row("2302001", "白露", "学生", NURSES, "bai"),
            row("T1001", "苏晴", "教职工", "信息工程学院", "su", 职责="辅导员", 负责单位=SOFTWARE),
            row("T1002", "何远", "教职工", "信息工程学院", "he", 职责="值班", 负责单位="信息工程学院"),
            row("T1003", "马兰", "教职工", "护理学院", "ma", 职责="值班", 负责单位="护理学院"),
            row("T1004", "吴越", "教职工", "保卫处", "wu", 职责="值班;审批", 负责单位="全校"),
            row("T1005", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
            row("T1006", "方圆", "教职工", "信息工程学院", "fang", 职责="反诈联络员"),
        ],
        followers=(("oFang", "访客"),),
        cards=cards,
        plan=plan,
    )


@dataclass(slots=True)
class Cast:
    stage: Stage

    def member(self, userid: str) -> Speaker:
        return self.stage.sim.phone(CORP, "member", userid)

    def __getattr__(self, userid: str) -> Speaker:
        return self.member(userid)

    @property
    def visitor(self) -> Speaker:
        return self.stage.sim.phone(APP, "openid", "oFang")

    async def at(self, local: str) -> None:
        """Turn the clock and let it ring."""
        await self.stage.turn_to(datetime.fromisoformat(f"{local}+08:00"))

    async def opens(self, who: Speaker, path: str) -> Page:
        """A page of the console in this person's own browser, after the web login of WeCom."""
        page = await who.visit(f"{self.stage.bot_url}/console/{path}")
        if "/console/login" not in page.url:
            return page
        login = f"/oauth/campus?as=member&next={quote('/console/' + path)}"
        return await who.visit(self.stage.bot_url + login)

    async def posts(self, who: Speaker, path: str, **fields: str) -> Page:
        """A form of the page they see, with its token."""
        form = {"csrf": await self._token(who), **fields}
        page = await who.visit(f"{self.stage.bot_url}/console/{path}", form)
        await self.stage.settle()
        return page

    async def _token(self, who: Speaker) -> str:
        page = await self.opens(who, "cases")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token, page.text[:2000]
        return token[1]

    async def _session(self, who: Speaker) -> tuple[aiohttp.ClientSession, str]:
        """What their browser sends by, for answers that are no pages; and their token."""
        token, session = await self._token(who), who.browser._session
        assert session is not None
        return session, token

    async def cries(self) -> Any:
        """林小满 has transferred money and says so; the row of her call, once those on duty were told."""
        await self.lin.says("已经转了")
        await self.stage.settle()
        [found] = await self.rows(sa.select(call))
        return found

    async def opens_case(self, who: Speaker, code: str = "2301001", **fields: str) -> Page:
        given = {
            "code": code, "kind": "刷单返利", "day": "2026-10-11", "channel": "群聊", "lost": "3200",
            "prevented": "", "police": "yes",
        }  # fmt: skip
        return await self.posts(who, "case/new", **(given | fields))

    async def packs(self, who: Speaker, number: str, ending: str) -> bytes:
        """The look-back pack of a case, as bytes."""
        session, token = await self._session(who)
        form = {"csrf": token, "no": number, "ending": ending}
        async with session.post(f"{self.stage.bot_url}/console/case/pack", data=form) as answer:
            assert answer.status == 200
            return await answer.read()

    async def uploads(self, who: Speaker, path: str, data: bytes) -> Page:
        """A file through the form of the page they see."""
        session, token = await self._session(who)
        form = aiohttp.FormData({"csrf": token})
        form.add_field("file", data, filename="名单.csv")
        async with session.post(f"{self.stage.bot_url}/console/{path}", data=form) as answer:
            return Page(str(answer.url), answer.status, await answer.text())

    async def rows(self, statement: sa.Select[Any]) -> list[Any]:
        async with self.stage.bot.database.reading() as tx:
            return list(await tx.rows(statement))

    async def looks(self, who: str, what: str) -> list[Any]:
        """The details of what this person has in the audit log."""
        async with self.stage.bot.database.reading() as tx:
            person = await Work(tx).people.by_code(who)
            assert person is not None
            rows = await tx.rows(
                sa.select(audit.c.detail).where(audit.c.who == person.id, audit.c.what == what)
            )
        return [row.detail for row in rows]


def words(page: Page) -> str:
    """What a person reads: no tags, no blanks."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page.text))
