"""Rosters at random, taken back at random: at every moment each child of a letter is on somebody's list."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from bot.duties.actions import prove
from bot.duties.actions_families import follow_families
from bot.duties.events import after_import
from bot.duties.rules import ProofKind, Task
from bot.errors import Refusal
from bot.people.actions import corps_of, import_roster, preview_roster, undo_roster
from bot.people.tables import guardian, person
from bot.people.wording import LEFT, UNLINKED
from bot.simulator.cast import Row, to_csv
from bot.work import Work
from tests.stories.cast import Cast, _row
from tests.stories.test_families import CLASS, ROWS
from tests.stories.test_families import cast as cast

OTHER = "附属中学/高一/高一2班"


def roster(rng: Random) -> list[Row]:
    """Some of eight pupils in two classes, some of six parents of none, one or two of them."""
    pupils = [
        _row(f"G{n}", f"小{n}", "学生", rng.choice((CLASS, CLASS, OTHER)), 学段="高中")
        for n in range(8)
        if not n or rng.random() < 0.9
    ]
    codes = [pupil["编号"] for pupil in pupils]
    parents = [
        _row(f"P{n}", f"家长{n}", "家长", CLASS, 监护=";".join(rng.sample(codes, rng.choice((0, 1, 1, 2)))))
        for n in range(6)
        if not n or rng.random() < 0.7
    ]
    return [*(row for row in ROWS if row["身份"] == "教职工"), *pupils, *parents]


async def imports(cast: Cast, rows: list[Row]) -> None:
    bot, now = cast.stage.bot, cast.stage.clock()
    corps = corps_of(bot.school.accounts.apps())
    async with bot.database.reading() as tx:
        preview = await preview_roster(tx, to_csv(rows), "roster.csv", corps)
    async with bot.database.begin() as tx:
        done = await import_roster(tx, preview, corps, who=None, now=now, allow_many_leavers=True)
        if done is not None:
            await after_import(Work(tx), bot.school, done, now)


async def taken_back(cast: Cast) -> None:
    bot, now = cast.stage.bot, cast.stage.clock()
    try:
        async with bot.database.begin() as tx:
            await undo_roster(tx, who=None, now=now)
            await follow_families(Work(tx), bot.school, now)
    except Refusal:
        pass  # nothing is left to be taken back


async def of_children(work: Work, campaign: str) -> dict[int, list[Task]]:
    found: dict[int, list[Task]] = defaultdict(list)
    for task, _ in await work.duties.tasks_for(campaign):
        if task.about:
            found[task.about].append(task)
    return found


async def look(cast: Cast, campaign: str, asked: set[int]) -> None:
    """``asked``: the children who were there when the letter went out."""
    async with cast.stage.bot.database.reading() as tx:
        left = {row.id: row.left_at for row in await tx.rows(sa.select(person.c.id, person.c.left_at))}
        guardians: dict[int, set[int]] = defaultdict(set)
        for row in await tx.rows(sa.select(guardian)):
            if left[row.parent_id] is None:
                guardians[row.child_id].add(row.parent_id)
        tasks = await of_children(Work(tx), campaign)
    for child in asked & left.keys():
        own = tasks[child]
        if any(task.settled_at for task in own):
            continue
        if left[child] is not None:
            assert {task.exempt for task in own} <= {LEFT, UNLINKED}, own
            continue
        owed = [task for task in own if not task.exempt]
        assert {task.person for task in owed} <= (guardians[child] or {child}), owed
        assert owed, (guardians[child], own)
        assert len({task.unit for task in own}) == 1, "or the child would be counted twice"


@pytest.mark.parametrize("seed", range(2))
async def test_each_child_is_somebodys(cast: Cast, seed: int) -> None:
    rng = Random(seed)
    await imports(cast, roster(rng))
    campaign = await cast.stage.fire("parent-letter")
    async with cast.stage.bot.database.reading() as tx:
        asked = set(await of_children(Work(tx), campaign))
    for _ in range(10):
        cast.stage.clock.turn(timedelta(minutes=7))
        act = rng.random()
        if act < 0.6:
            await imports(cast, roster(rng))
        elif act < 0.8:
            await taken_back(cast)
        else:
            async with cast.stage.bot.database.begin() as tx:
                work = Work(tx)
                open_ = [
                    both
                    for both in await work.duties.tasks_for(campaign)
                    if both[0].about and both[0].settled_at is None and not both[0].exempt
                ]
                if open_:
                    by = rng.choice(open_)
                    await prove(work, *by, ProofKind.CHECKED, 1, "paper", cast.stage.clock(), "家访")
        await look(cast, campaign, asked)
