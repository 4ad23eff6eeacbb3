"""Several cards on one phone: a tap is about the card that was tapped, and a number about the list shown."""

from __future__ import annotations

from bot.simulator.bubble import Bubble
from bot.work import Work
from tests.stories.cast import Cast


async def test_a_card_of_the_office_closes_its_own_duty(cast: Cast) -> None:
    await cast.stage.fire("annual-assessment")
    await cast.stage.fire("look-back")
    await cast.chen.tap(cast.chen.received("年度考评材料"), "已办")
    await cast.stage.settle()
    cast.chen.received("记下了：年度考评材料")
    assert await _open_duties(cast, "T1003") == ["look-back"]


async def test_numbers_follow_the_list_that_is_shown(cast: Cast) -> None:
    for duty in ("annual-assessment", "look-back"):
        await cast.stage.fire(duty)
    await cast.chen.says("已办")
    cast.chen.hears("办好了哪一件", "1. ", "2. ")
    await cast.chen.says("已办 2 会开过了")
    cast.chen.hears("记下了", "还有：", "1. ")
    await cast.chen.says("已办 2")
    cast.chen.hears("办好了哪一件")
    await cast.chen.says("已办 ፩")
    cast.chen.hears("记下了")
    await cast.chen.says("已办 1")
    cast.chen.hears("现在没有等您办的这件事")


async def test_the_scene_of_last_week_is_judged_by_its_own_answer(cast: Cast) -> None:
    await cast.at("2026-10-16T16:41")
    first = _scene_card(cast)
    await cast.at("2026-10-23T16:41")
    assert _scene_card(cast) is not first
    assert first.card is not None
    await cast.lin.tap(first, "A")
    await cast.stage.settle()
    text = next(t for t in cast.stage.bot.school.library.of_kind("weekly") if t.title == first.card.title)
    assert text.scene is not None
    cast.lin.received(text.scene.why)


async def test_the_start_of_a_second_test_begins_that_one(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.stage.turn_to(cast.local("2026-10-12T10:00"))
    newest = await cast.stage.fire("term-test")
    await cast.lin.taps("开始")
    await cast.stage.settle()
    cast.lin.received("1/20")
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        lin = await work.people.by_code("2301001")
        assert lin is not None
        sitting = await work.quizzes.current(lin.id)
        assert sitting is not None
        found = await work.duties.task(sitting.task)
    assert found is not None
    assert found[1].id == newest


def _scene_card(cast: Cast) -> Bubble:
    return next(b for b in reversed(cast.lin.bubbles) if b.card is not None and "A. " in b.seen)


async def _open_duties(cast: Cast, code: str) -> list[str]:
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code(code)
        assert person is not None
        return [o.duty for _, o in await work.duties.open_tasks(person.id) if o.ladder.done]
