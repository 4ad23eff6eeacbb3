"""Who is in the stories. Nobody here exists.

林小满     student of 软件2301, has two guardians
周一诺     another student of the same class
苏老师     their counsellor
陈主任     administrator of the college
林妈妈, 林爸爸   guardians of 林小满; the mother also has a child in 网络2402
访客       follows the official account and is nobody to us
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.simulator.campus import APP, CORP, Campus
from bot.simulator.cast import COLUMNS, Row
from bot.simulator.ears import Speaker
from bot.simulator.stage import Stage

MONDAY: Final = datetime.fromisoformat("2026-10-12T09:12+08:00")
SOFTWARE: Final = "信息工程学院/2023级/软件2301"
NETWORK: Final = "信息工程学院/2024级/网络2402"


def _row(code: str, name: str, kind: str, unit: str, userid: str = "", **more: str) -> Row:
    row = dict.fromkeys(COLUMNS, "")
    row |= {"编号": code, "姓名": name, "身份": kind, "单位": unit, "学段": "大学", "企业微信账号": userid}
    return row | more


CAMPUS: Final = Campus(
    rows=[
        _row("2301001", "林小满", "学生", SOFTWARE, "s2301001"),
        _row("2301002", "周一诺", "学生", SOFTWARE, "S2301002"),
        _row("2301003", "郑子安", "学生", SOFTWARE),
        _row("2402001", "林小路", "学生", NETWORK, "s2402001"),
        _row("T1001", "苏晴", "教职工", "信息工程学院", "su", 职责="辅导员;班主任", 负责单位=SOFTWARE),
        _row("T1002", "何远", "教职工", "信息工程学院", "he", 职责="班主任", 负责单位=NETWORK),
        _row("T1003", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
        _row("T1004", "吴越", "教职工", "保卫处", "wu", 职责="值班;管理员;审批", 负责单位="全校"),
        _row("P1", "许兰", "家长", SOFTWARE, "p_lin_ma", 监护="2301001;2402001"),
        _row("P2", "林海", "家长", SOFTWARE, "p_lin_ba", 监护="2301001"),
    ],
    followers=(("oFang", "方方"), ("oZheng", "郑子安")),
)


@dataclass(slots=True)
class Cast:
    """Names for phones. ``stage`` turns the clock and lets the courier run."""

    stage: Stage

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

    @property
    def su(self) -> Speaker:
        return self.member("su")

    @property
    def chen(self) -> Speaker:
        return self.member("chen")

    @property
    def wu(self) -> Speaker:
        return self.member("wu")

    @property
    def mother(self) -> Speaker:
        return self.parent("p_lin_ma")

    @property
    def father(self) -> Speaker:
        return self.parent("p_lin_ba")

    @property
    def visitor(self) -> Speaker:
        return self.follower("oFang")

    @staticmethod
    def local(text: str) -> datetime:
        """A moment as the clock on the wall in China shows it."""
        return datetime.fromisoformat(f"{text}+08:00")

    async def at(self, local: str) -> None:
        """Turn the clock to a local time, minute by minute where something is planned on the way."""
        goal = self.local(local)
        while (moment := await self.stage.next_moment()) is not None and moment <= goal:
            await self.stage.turn_to(moment)
        await self.stage.turn_to(goal)
