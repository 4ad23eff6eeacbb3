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

from bot.people.tables import audit
from bot.simulator.browser import Page
from bot.simulator.campus import APP, CORP, Campus
from bot.simulator.cast import COLUMNS, Row
from bot.simulator.ears import Speaker
from bot.simulator.stage import Stage
from bot.work import Work

MONDAY: Final = datetime.fromisoformat("2026-10-12T09:12+08:00")
SOFTWARE: Final = "信息工程学院/2023级/软件2301"
NURSES: Final = "护理学院/2023级/护理2301"


def _row(code: str, name: str, kind: str, unit: str, userid: str = "", **more: str) -> Row:
    row = dict.fromkeys(COLUMNS, "")
    row |= {"编号": code, "姓名": name, "身份": kind, "单位": unit, "学段": "大学", "企业微信账号": userid}
    return row | more


def campus(cards: bool = True, plan: str = "college-generic") -> Campus:
    return Campus(
        rows=[
            _row("2301001", "林小满", "学生", SOFTWARE, "lin"),
            _row("2301002", "周一诺", "学生", SOFTWARE, "zhou"),
            _row("2302001", "白露", "学生", NURSES, "bai"),
            _row("T1001", "苏晴", "教职工", "信息工程学院", "su", 职责="辅导员", 负责单位=SOFTWARE),
            _row("T1002", "何远", "教职工", "信息工程学院", "he", 职责="值班", 负责单位="信息工程学院"),
            _row("T1003", "马兰", "教职工", "护理学院", "ma", 职责="值班", 负责单位="护理学院"),
            _row("T1004", "吴越", "教职工", "保卫处", "wu", 职责="值班;审批", 负责单位="全校"),
            _row("T1005", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
            _row("T1006", "方圆", "教职工", "信息工程学院", "fang", 职责="反诈联络员"),
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
        page = await self.opens(who, "cases")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token, page.text[:2000]
        form = {"csrf": token[1], **fields}
        page = await who.visit(f"{self.stage.bot_url}/console/{path}", form)
        await self.stage.settle()
        return page

    async def opens_case(self, who: Speaker, code: str = "2301001", **fields: str) -> Page:
        given = {
            "code": code, "kind": "刷单返利", "day": "2026-10-11", "channel": "群聊", "lost": "3200",
            "prevented": "", "police": "yes",
        }  # fmt: skip
        return await self.posts(who, "case/new", **(given | fields))

    async def packs(self, who: Speaker, number: str, ending: str) -> bytes:
        """The look-back pack of a case, as bytes."""
        page = await self.opens(who, "cases")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        session = who.browser._session
        assert token
        assert session is not None
        form = {"csrf": token[1], "no": number, "ending": ending}
        async with session.post(f"{self.stage.bot_url}/console/case/pack", data=form) as answer:
            assert answer.status == 200
            return await answer.read()

    async def uploads(self, who: Speaker, path: str, data: bytes) -> Page:
        """A file through the form of the page they see."""
        page = await self.opens(who, "cases")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        session = who.browser._session
        assert token
        assert session is not None
        form = aiohttp.FormData({"csrf": token[1]})
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
