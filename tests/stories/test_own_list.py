"""我的, 未完成 and 催办: what somebody really has to do, with the word that closes it, counted in people."""

from __future__ import annotations

from tests.stories.cast import Cast


async def test_my_list_holds_what_must_be_done_and_nothing_else(cast: Cast) -> None:
    for day in range(13, 17):
        await cast.at(f"2026-10-{day}T08:30")
    await cast.stage.fire("staff-reminder")
    await cast.stage.fire("class-forward")
    await cast.su.says("我的")
    cast.su.hears("转发后回「已转发」")
    assert "看一看就好" not in cast.su.bubbles[-1].seen
    await cast.at("2026-10-16T17:00")
    await cast.lin.says("我的")
    assert "点一个选项" not in cast.lin.bubbles[-1].seen


async def test_my_list_says_the_word_that_closes_a_voluntary_thing(cast: Cast) -> None:
    await cast.stage.fire("install-app")
    await cast.lin.says("我的")
    cast.lin.hears("自愿，回「已安装」或「暂不」")
    await cast.lin.says("已安装")
    await cast.lin.says("我的")
    cast.lin.hears("没有待办")


async def test_nobody_is_behind_with_what_is_voluntary(cast: Cast) -> None:
    await cast.stage.fire("install-app")
    await cast.su.says("未完成")
    cast.su.hears("没有未完成的")
    await cast.su.says("催办")
    await cast.stage.settle()
    cast.lin.never_received("提醒一下")


async def test_reminded_are_people_and_not_messages(cast: Cast) -> None:
    for minute in ("09:20", "09:30"):
        await cast.stage.turn_to(cast.local(f"2026-10-12T{minute}"))
        await cast.stage.fire("term-test")
    await cast.su.says("催办")
    cast.su.hears("已私下提醒2人", "另外1人")
    await cast.su.says("催办")
    cast.su.hears("已私下提醒0人", "另外3人")
