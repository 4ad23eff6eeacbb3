"""A teacher edits the bank while papers are on the tables: everybody can go on."""

from __future__ import annotations

from tests.stories.office import Office
from tests.stories.test_quiz import answers_until_mastered, on_the_table, receipt_code, right_letters, shown


async def test_the_question_on_the_table_leaves_the_bank(two: Office) -> None:
    cast = two.cast
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    for _ in range(3):
        await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    item, answer = on_the_table(cast, cast.lin), shown(cast.lin)
    two.drop(item.id)
    assert await two.noticed() == [True, True]
    assert item.id not in cast.stage.bot.school.bank.items
    await cast.lin.says(right_letters(item, answer))
    cast.lin.hears("刚才那题学校已经换掉", "4/20")
    assert on_the_table(cast, cast.lin).id != item.id
    await answers_until_mastered(cast, cast.lin)
    cast.lin.hears("20个点全部掌握，满分（首次20/20）")


async def test_a_card_whose_question_is_gone_is_closed(office: Office) -> None:
    cast = office.cast
    await cast.stage.fire("term-test")
    await cast.lin.taps("开始")
    await cast.stage.settle()
    item = on_the_table(cast, cast.lin)
    office.drop(item.id)
    await office.noticed()
    await cast.lin.taps(*[text for letter, text in item.options if letter in item.answer])
    await cast.stage.settle()
    assert "已过去" in cast.lin.transcript()
    cast.lin.received("学校已经换掉")
    assert on_the_table(cast, cast.lin).id != item.id


async def test_a_point_without_questions_is_asked_of_nobody(office: Office) -> None:
    cast = office.cast
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    for _ in range(19):
        await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    last = on_the_table(cast, cast.lin)
    office.drop(*(one.id for one in cast.stage.bot.school.bank.points[last.point]))
    await office.noticed()
    await cast.lin.says("继续")
    cast.lin.hears("剩下的题学校已经撤下", "19个点全部掌握，满分（首次19/19）")
    await cast.lin.says("签收")
    page = await cast.lin.visit(f"{cast.stage.bot_url}/verify/{receipt_code(cast.lin)}")
    assert "满分 19/19" in page.text


async def test_a_paper_left_for_days_goes_on_with_another_bank(office: Office) -> None:
    cast = office.cast
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    item = on_the_table(cast, cast.lin)
    await cast.lin.says("退出")
    office.drop(item.id)
    await office.noticed()
    await cast.at("2026-10-15T19:00")
    await cast.lin.says("继续")
    cast.lin.hears("刚才那题学校已经换掉", "1/20")
