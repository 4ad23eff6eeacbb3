"""The administrator's desk: hands in rosters and takes them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.db import Database, insert_new
from bot.duties.tables import occurrence, task
from bot.people.actions import Preview, import_roster, preview_roster
from bot.people.roster_rows import Corp
from bot.people.store_import import Imported
from bot.simulator.cast import Row, to_xlsx

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CORPS: Mapping[str, Corp] = {"": Corp("campus", "ww01")}


@dataclass(frozen=True, slots=True)
class Office:
    database: Database

    async def looks(self, rows: list[Row], corps: Mapping[str, Corp] = CORPS) -> Preview:
        async with self.database.reading() as tx:
            return await preview_roster(tx, to_xlsx(rows), "花名册.xlsx", corps)

    async def applies(
        self, rows: list[Row], now: datetime = NOW, *, many: bool = False, corps: Mapping[str, Corp] = CORPS
    ) -> Imported | None:
        preview = await self.looks(rows, corps)
        async with self.database.begin() as tx:
            return await import_roster(tx, preview, corps, who=None, now=now, allow_many_leavers=many)


def row_of(rows: list[Row], code: str) -> Row:
    return next(row for row in rows if row["编号"] == code)


async def open_task(database: Database, id_: int, person_id: int, unit_: str, about: int = 0) -> None:
    async with database.begin() as tx:
        await tx.execute(
            insert_new(occurrence),
            {
                "id": "term-test@2026-09-07",
                "duty": "term-test",
                "pack": "p",
                "title": "测试",
                "unit": "",
                "do": "quiz",
                "what": "term-test",
                "ask": "full-marks",
                "clause": [],
                "planned_at": NOW,
                "remind": 2,
                "state": "open",
            },
        )
        values = {
            "id": id_,
            "occurrence_id": "term-test@2026-09-07",
            "person_id": person_id,
            "about_id": about,
        }
        await tx.execute(sa.insert(task), values | {"unit": unit_})
