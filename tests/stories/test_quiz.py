"""A student's test to full marks, on a phone."""

from __future__ import annotations

import re

from bot.quiz.items import Item
from bot.simulator.ears import Speaker
from tests.stories.cast import Cast


async def test_full_marks_with_a_signed_receipt(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    await cast.stage.settle()
    cast.lin.hears("学生学期测试", "，11月2日前，", "1/20")
    await answers_until_mastered(cast, cast.lin)
    cast.lin.hears("20个点全部掌握，满分", "本人林小满")
    await cast.lin.says("签收")
    code = receipt_code(cast.lin)
    page = await cast.lin.visit(f"{cast.stage.bot_url}/verify/{code}")
    assert "学生学期测试" in page.text
    assert "林*" in page.text
    assert "林小满" not in page.text
    await cast.lin.says("我的回执")
    cast.lin.hears(code)


async def test_a_wrong_point_comes_back_with_another_question(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    first = on_the_table(cast, cast.lin)
    await cast.lin.says(wrong_letter(first, shown(cast.lin)))
    cast.lin.hears("这题再想想", first.why[:10], "换一题")
    await answers_until_mastered(cast, cast.lin)
    cast.lin.hears("满分（首次19/20）")
    stems = [b.seen for b in cast.lin.bubbles if not b.mine and first.stem in b.seen]
    assert len(stems) == 1


async def test_cards_close_and_the_next_card_follows(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.taps("开始")
    await cast.stage.settle()
    assert cast.lin.received("1/20").card is not None
    item = on_the_table(cast, cast.lin)
    await taps_right(cast, cast.lin, item)
    await cast.stage.settle()
    cast.lin.received("2/20")
    assert "已作答" in cast.lin.transcript()


async def test_progress_survives_leaving_and_chatter(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    for _ in range(3):
        await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    await cast.lin.says("退出")
    cast.lin.hears("进度已存（3/20）")
    await cast.lin.says("今天吃什么")
    cast.lin.hears("没看懂")
    await cast.at("2026-10-15T19:00")
    await cast.lin.says("继续")
    cast.lin.hears("已掌握3/20")
    for words in ("哈哈哈", "什么呀", "不知道"):
        await cast.lin.says(words)
    cast.lin.hears("先停在第4题")
    await cast.lin.says("嗯嗯嗯")
    cast.lin.hears_nothing()
    await cast.lin.says("继续")
    cast.lin.hears("4/20")


async def test_a_stranger_and_an_unbound_follower_get_no_test(cast: Cast) -> None:
    await cast.visitor.says("答题")
    cast.visitor.hears("绑定")


async def test_practice_counts_for_nothing(cast: Cast) -> None:
    await cast.lin.says("quiz")
    cast.lin.hears("练习10题", "1/10")
    await cast.chen.says("/stats")
    cast.chen.hears("还没有可统计的活动")


def shown(phone: Speaker) -> dict[str, str]:
    """Letter to text of the options on this phone's screen, newest question."""
    for bubble in reversed(phone.bubbles):
        if bubble.mine:
            continue
        found = re.findall(r"【([A-F])】(\S+)", bubble.seen) or re.findall(
            r"^([A-F])\. (.+)$", bubble.seen, re.M
        )
        if found:
            return dict(found)
        if "对 / 错" in bubble.seen or {"对", "错"} <= set(bubble.seen.split("\n")):
            return {"对": "对", "错": "错"}
    raise AssertionError(phone.transcript())


def on_the_table(cast: Cast, phone: Speaker) -> Item:
    """The question whose stem this phone shows last."""
    bank = cast.stage.bot.school.bank
    for bubble in reversed(phone.bubbles):
        if bubble.mine:
            continue
        for item in bank.items.values():
            if item.stem in bubble.seen:
                return item
    raise AssertionError(phone.transcript())


def right_letters(item: Item, options: dict[str, str]) -> str:
    texts = {text for letter, text in item.options if letter in item.answer}
    return "".join(letter for letter, text in options.items() if text in texts)


def wrong_letter(item: Item, options: dict[str, str]) -> str:
    texts = {text for letter, text in item.options if letter in item.answer}
    return next(letter for letter, text in options.items() if text not in texts)


async def taps_right(cast: Cast, phone: Speaker, item: Item) -> None:
    labels = [text for letter, text in item.options if letter in item.answer]
    await phone.taps(*labels)


async def answers_until_mastered(cast: Cast, phone: Speaker) -> None:
    for _ in range(40):
        if "全部掌握" in phone.bubbles[-1].seen:
            return
        await phone.says(right_letters(on_the_table(cast, phone), shown(phone)))
    raise AssertionError(phone.transcript())


def receipt_code(phone: Speaker) -> str:
    found = re.search(r"编号 ([0-9A-Z]{8})", phone.bubbles[-1].seen)
    assert found, phone.transcript()
    return found[1]
