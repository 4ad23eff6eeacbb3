"""Two things at once on one phone: a practice paper and a test, a question and a letter."""

from __future__ import annotations

from tests.stories.cast import Cast


async def test_a_test_comes_before_the_practice_that_was_left_lying(cast: Cast) -> None:
    await cast.lin.says("答题")
    cast.lin.hears("练习10题")
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    cast.lin.hears("学生学期测试：20题", "1/20")
    await cast.zhou.says("答题")
    cast.zhou.hears("1/20")


async def test_another_practice_replaces_the_one_on_the_table(cast: Cast) -> None:
    await cast.lin.says("答题")
    cast.lin.hears("1/10")
    await cast.lin.says("答题 再来一份")
    cast.lin.hears("练习10题", "1/10")
    await cast.lin.says("继续")
    cast.lin.hears("已掌握0/10")
