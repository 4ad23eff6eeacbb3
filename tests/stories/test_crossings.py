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


async def test_a_letter_is_signed_while_a_question_waits(cast: Cast) -> None:
    await cast.visitor.says("绑定 林海 P2")
    await cast.visitor.says("答题")
    await cast.stage.fire("parent-letter")
    await cast.visitor.says("已阅")
    cast.visitor.hears("谢谢您读完")
    await cast.visitor.says("林海")
    cast.visitor.hears("已签收，编号")
    await cast.visitor.says("签收")
    cast.visitor.hears("没看懂。回 ")
    await cast.visitor.says("继续")
    cast.visitor.hears("1/10")


async def test_after_a_pause_the_bot_answers_chatter_again(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    for words in ("哈哈哈", "什么呀", "不知道"):
        await cast.lin.says(words)
    cast.lin.hears("先停在第1题")
    await cast.lin.says("继续")
    await cast.lin.says("让我想想")
    cast.lin.hears("没看懂。回 ")
    await cast.lin.says("退出")
    await cast.lin.says("答题")
    await cast.lin.says("等一等")
    cast.lin.hears("没看懂。回 ")
