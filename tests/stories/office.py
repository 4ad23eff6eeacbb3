"""The folder of a school, and whoever edits in it while the bot runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bot.app import Bot
from bot.duties.tables import occurrence
from bot.simulator.ears import Speaker
from tests.stories.cast import Cast
from tests.stories.test_following import enters, link

PACK = "  college-generic:\n    title: 高校通用方案\n    clauses: S1\n    duties:\n"


EXTRA = """      - id: extra
        title: 临时提醒
        clause: [S1-16]
        owner: 学生处
        do: send
        what: weekly
        to: 学生
        when: every monday at TIME
        ask: nothing
"""


@dataclass(slots=True)
class Office:
    """The folder of a school, and whoever edits in it."""

    base: Path
    cast: Cast
    others: list[Bot] = field(default_factory=list)

    def read(self, name: str) -> str:
        return (self.base / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.base / name).write_text(text, encoding="utf-8")

    def plan(self, *duties: str) -> str:
        text = self.read("schedules.yaml")
        assert PACK in text
        return text.replace(PACK, PACK + "".join(duties))

    def drop(self, *ids: str) -> None:
        """Questions leave the bank."""
        for path in (self.base / "question_bank").glob("*.yaml"):
            head, *questions = path.read_text(encoding="utf-8").split("\n  - id: ")
            kept = [q for q in questions if q.split("\n")[0].strip() not in ids]
            if len(kept) < len(questions):
                path.write_text("\n  - id: ".join([head, *kept]), encoding="utf-8") if kept else path.unlink()

    async def noticed(self) -> list[bool]:
        """Every process looks until the files are quiet; which of them have something new."""
        bots = [self.cast.stage.bot, *self.others]
        for bot in bots:
            assert not await bot.watch.look(), "the first look only sees that something moves"
        return [await bot.watch.look() for bot in bots]

    async def planned(self, duty: str) -> list[tuple[str, str, str]]:
        """Id, state and reason of what there is of a duty, oldest first."""
        o = occurrence.c
        found = sa.select(o.id, o.state, o.reason).where(o.duty == duty).order_by(o.planned_at)
        async with self.cast.stage.bot.database.reading() as tx:
            return [(row.id, row.state, row.reason) for row in await tx.rows(found)]


async def logs_in(phone: Speaker) -> None:
    await phone.says("/login")
    await enters(phone, link(phone, "控制台"))
