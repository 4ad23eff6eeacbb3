"""Two papers of one person: at most one is on the table, and every way back to the other one is open."""

from __future__ import annotations

from bot.delivery.actions import stop
from bot.work import Work
from tests.stories.cast import Cast
from tests.stories.test_quiz import answers_until_mastered, on_the_table, right_letters, shown


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


async def test_a_tapped_card_begins_its_own_test_while_another_is_under_way(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    await cast.stage.turn_to(cast.local("2026-10-12T10:00"))
    newest = await cast.stage.fire("term-test")
    await cast.lin.taps("开始")
    await cast.stage.settle()
    cast.lin.received("1/20")
    assert await campaign_on_the_table(cast, "2301001") == newest
    await cast.lin.says("退出")
    await cast.lin.says("答题")
    cast.lin.hears("已掌握1/20")
    assert await campaign_on_the_table(cast, "2301001") != newest


async def test_a_test_that_was_stopped_does_not_stand_in_the_way_of_the_right_one(cast: Cast) -> None:
    wrong = await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    async with cast.stage.bot.database.begin() as tx:
        assert await stop(Work(tx), wrong, cast.stage.bot.clock()) is not None
    await cast.lin.says("答题")
    cast.lin.hears("已掌握1/20")
    await cast.stage.turn_to(cast.local("2026-10-12T10:00"))
    right = await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    cast.lin.hears("学生学期测试：20题")
    assert await campaign_on_the_table(cast, "2301001") == right


async def test_an_old_card_tapped_while_only_the_signature_is_missing(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.taps("开始")
    await cast.stage.settle()
    item, card = on_the_table(cast, cast.lin), cast.lin.received("1/20")
    await cast.lin.says("继续")
    await answers_until_mastered(cast, cast.lin)
    await cast.lin.tap(card, item.options[0][1])
    await cast.stage.settle()
    cast.lin.never_received("没有进行中的测试")
    assert "本人林小满" in cast.lin.bubbles[-1].seen
    await cast.lin.says("签收")
    cast.lin.hears("已签收")


async def campaign_on_the_table(cast: Cast, code: str) -> str:
    """The campaign whose paper this person has open."""
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        who = await work.people.by_code(code)
        assert who is not None
        sitting = await work.quizzes.current(who.id)
        assert sitting is not None
        found = await work.duties.task(sitting.task)
    assert found is not None
    return found[1].id
