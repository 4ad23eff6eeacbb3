"""被骗 as a story: the people on duty, the clock, the outcome."""

from __future__ import annotations

from tests.stories.cast import Cast


async def test_a_cry_for_help_reaches_the_duty_and_is_answered(cast: Cast) -> None:
    await cast.lin.says("我好像被骗了")
    await cast.lin.says("已经转了")
    cast.lin.hears("110", "已通知值班老师", "内线8110")
    await cast.stage.settle()
    bubble = cast.wu.received("林小满")
    assert "已转账" in bubble.seen
    await cast.wu.taps("已接通")
    await cast.stage.settle()
    print(cast.wu.transcript(), cast.lin.transcript())
    cast.lin.received("吴老师已经接手")
    await cast.wu.taps("已转账已报警")
    await cast.stage.settle()
    print(cast.wu.transcript())
    assert 0
