"""Two papers of one person: at most one is on the table, and every way back to the other one is open."""

from __future__ import annotations

from tests.stories.cast import Cast
from tests.stories.test_quiz import on_the_table, right_letters, shown


async def test_from_practice_back_to_a_test_that_was_left(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    await cast.lin.says("退出")
    await cast.su.says("豁免 2301001 休学 到2026-10-20")
    cast.su.hears("已记豁免")
    await cast.lin.says("答题")
    cast.lin.hears("练习10题")
    await cast.su.says("豁免 2301001 取消")
    await cast.lin.says("答题")
    cast.lin.hears("已掌握1/20")
