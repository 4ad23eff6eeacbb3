"""Who left the roster: nothing more is sent, nothing is owed; an import taken back is as if it never was."""

from __future__ import annotations

from bot.people.actions import corps_of, import_roster, preview_roster, undo_roster
from bot.simulator.cast import to_csv
from tests.stories.cast import CAMPUS, Cast

SCENE = "A\nB\nC"


async def leaves(cast: Cast, code: str) -> None:
    bot, rows = cast.stage.bot, [row for row in CAMPUS.rows if row["编号"] != code]
    corps = corps_of(bot.school.accounts.apps())
    async with bot.database.reading() as tx:
        preview = await preview_roster(tx, to_csv(rows), "roster.csv", corps)
    async with bot.database.begin() as tx:
        await import_roster(tx, preview, corps, who=None, now=cast.stage.clock(), allow_many_leavers=True)


async def test_what_waited_for_the_morning_is_not_sent_to_who_left_at_night(cast: Cast) -> None:
    await cast.stage.turn_to(cast.local("2026-10-12T22:00"))
    await cast.stage.fire("weekly-reminder")
    await leaves(cast, "2301002")
    await cast.stage.turn_to(cast.local("2026-10-13T07:10"))
    cast.lin.received(SCENE)
    cast.zhou.never_received(SCENE)


async def test_an_import_taken_back_costs_nobody_a_message(cast: Cast) -> None:
    await cast.stage.turn_to(cast.local("2026-10-12T22:00"))
    await cast.stage.fire("weekly-reminder")
    await leaves(cast, "2301002")
    async with cast.stage.bot.database.begin() as tx:
        await undo_roster(tx, who=None, now=cast.stage.clock())
    await cast.stage.turn_to(cast.local("2026-10-13T07:10"))
    cast.zhou.received(SCENE)


async def test_a_teacher_has_no_unfinished_pupils_who_are_gone(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await leaves(cast, "2301003")
    await cast.su.says("未完成")
    cast.su.hears("2人", "尾号1001")
    assert "尾号1003" not in cast.su.transcript()
    await cast.chen.says("/stats 全校 term-test")
    cast.chen.hears("在册4 豁免1 应到3", "离校1")
