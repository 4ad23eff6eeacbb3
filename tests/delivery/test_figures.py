"""Figures for staff: a card where cards are shown, lines elsewhere, and the group's own kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from bot.delivery.actions_reminders import remind_due
from bot.delivery.store_reminders import Reminders
from bot.delivery.wording_reminders import to_teacher, to_teacher_card
from bot.messages import Address, Content, Markdown, Notice, Realm, Urgency
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.delivery.post import CAMPUS, MONDAY, SEND, SOFTWARE, WEBHOOK, Post


@pytest.fixture
async def plain(database_url: str, root: Path) -> AsyncIterator[Post]:
    """A school whose members read inside WeChat, where cards are not shown."""
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(replace(CAMPUS, cards=False), database_url, root, clock, rng=Random(1)) as stage:
        yield Post(stage)


async def over(post: Post) -> None:
    """A test nobody has done, until the day after it was due."""
    await post.launched("term-test")
    await post.passes(days=21, hours=1)
    async with post.work() as work:
        await remind_due(work, post.stage.bot.school, post.now)
    await post.passes(days=1)


async def to_the_group(post: Post, content: Content) -> None:
    async with post.work() as work:
        work.outbox.queue(
            key="group/figures",
            account="staffroom",
            address=Address("staffroom", Realm.GROUP, "staffroom").key,
            person=0,
            content=content,
            urgency=Urgency.SOLICITED,
            not_before=post.now,
        )
    await post.sends()


async def test_the_teacher_sees_how_many_and_the_card_opens_their_list(post: Post) -> None:
    await over(post)
    su = post.member("su")
    bubble = su.received("3人 还没完成")
    assert bubble.card is not None
    assert "学生学期测试已到期" in bubble.seen
    assert (bubble.card.type, bubble.card.emphasis) == ("text_notice", "3人 还没完成")
    assert bubble.card.rows == [["3人", "软件2301"]]
    page = await su.visit(await su.tap(bubble))
    assert page.status == 200
    assert "/console/campaign?id=term-test" in page.url, "logged in on the way"
    assert "软件2301" in page.text
    assert "林小满" not in bubble.seen
    await su.says("未完成")
    su.hears("3人")


async def test_inside_wechat_the_same_figures_are_lines(plain: Post) -> None:
    await over(plain)
    bubble = plain.member("su").received("还没完成：3人")
    assert bubble.card is None
    assert "3人：软件2301" in bubble.seen
    assert set(plain.calls(SEND)) == {"ok"}


async def test_with_another_item_of_the_day_both_are_one_text(post: Post) -> None:
    await post.launched("term-test")
    await post.passes(days=21, hours=1)
    async with post.work() as work:
        await remind_due(work, post.stage.bot.school, post.now)
    await post.queue("还有一件小事", "T1001", urgency=Urgency.ROUTINE, digest=True)
    await post.passes(days=1)
    bubble = post.member("su").received("今天2件事")
    assert "3人：软件2301" in bubble.seen
    assert "还有一件小事" in bubble.seen


async def test_a_staff_group_gets_the_card(post: Post) -> None:
    numbers = Notice("月报", "", "https://example.edu.cn/a/x", figures=(("应到", "3人"), ("完成", "1人")))
    await to_the_group(post, numbers)
    bubble = post.member("wu").received("月报")
    assert bubble.card is not None
    assert bubble.card.rows == [["应到", "3人"], ["完成", "1人"]]
    assert post.calls(WEBHOOK) == ["ok"]


async def test_a_staff_group_gets_a_table(post: Post) -> None:
    await to_the_group(post, Markdown("|班级|完成|\n|---|---|\n|软件2301|1人|"))
    assert post.member("wu").received("软件2301").kind == "markdown"
    (call,) = [c for c in post.stage.sim.wire if c.path == WEBHOOK]
    assert "markdown_v2" in str(call)


async def test_the_staff_group_hears_the_total_once_and_nobody_of_a_handful(post: Post) -> None:
    await over(post)
    async with post.work() as work:
        await remind_due(work, post.stage.bot.school, post.now)
    await post.sends()
    found = [b for b in post.member("wu").bubbles if b.card and "学生学期测试已到期" in b.seen]
    assert [b.card.type for b in found if b.card] == ["text_notice"]
    (card,) = [b.card for b in found if b.card]
    assert card.rows == [["应到", "3人"], ["已完成", "还差不到5人"], ["豁免", "0人"]]
    assert not any(name in found[0].seen for name in ("林小满", "周一诺", "软件2301"))


async def test_a_child_is_one_however_many_guardians(post: Post) -> None:
    campaign = await post.launched("parent-letter")
    async with post.work() as work:
        assert await Reminders(work.tx).open_by_unit(campaign) == {SOFTWARE: 1}


async def test_of_very_many_classes_the_last_line_is_the_rest(post: Post) -> None:
    campaign = await post.launched("term-test")
    async with post.work() as work:
        occurrence = await work.duties.occurrence(campaign)
    assert occurrence is not None
    open_ = {f"{school}/初一/{n}班": n for school in ("一中", "二中") for n in range(1, 31)}
    card = to_teacher_card(occurrence, open_, "https://example.edu.cn/")
    assert len(card.figures) == 6
    assert card.figures[0] == ("30人", "一中/初一/30班"), "two classes of one name are told apart"
    assert card.figures[-1] == ("784人", "其余55个班")
    assert sum(int(left.rstrip("人")) for left, _ in card.figures) == sum(open_.values())
    text = to_teacher(occurrence, open_)
    assert "等60个班共930人" in text
    assert len(text.encode()) < 600
    few = to_teacher_card(occurrence, {"一中/初一/1班": 3}, "https://example.edu.cn/")
    assert few.figures == (("3人", "1班"),)
