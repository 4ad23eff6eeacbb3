"""Files beside a text of the library come with its message, once, after it, or not at all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import aiohttp
import sqlalchemy as sa

from bot.delivery import actions
from bot.delivery.rules import ALONE, DeliveryState, Standing
from bot.delivery.store_attention import WITH
from bot.delivery.tables import delivery
from tests.delivery.files_cast import (
    FORWARD,
    LETTER,
    PAPER,
    RULES,
    arrive,
    enclose,
    folder,
    house,
    kinds,
    names,
    opened,
)
from tests.delivery.post import CAMPUS, CUSTOM, NOTICE, SEND, TEMPLATE, WEBHOOK, Post

__all__ = ["folder", "house"]  # the fixtures


async def enclosed(post: Post) -> list[tuple[DeliveryState, str]]:
    found = sa.select(delivery.c.state, delivery.c.outcome).where(delivery.c.key.startswith(WITH))
    return [(DeliveryState(r.state), r.outcome) for r in await post.rows(found)]


async def test_a_student_gets_the_message_then_the_paper_and_the_poster(house: Post) -> None:
    occurrence = await house.launched(RULES)
    await house.sends()
    assert names(house.lin) == [], "what it is stands above it"
    await house.passes(seconds=20)
    assert kinds(house.lin)[-3:] == ["article", "file", "image"]
    assert names(house.lin) == ["两卡告知书.pdf", ""]
    paper = next(b for b in house.lin.bubbles if b.kind == "file")
    kept = house.stage.sim.media.show(paper.media_id)
    assert kept is not None
    assert kept.data == PAPER
    assert names(house.zhou) == names(house.lin)
    assert house.calls("/cgi-bin/media/upload") == ["ok", "ok"], "once for all of them"
    assert house.calls(SEND) == ["ok"] * 3, "each of the three went to both at once"
    people = await house.states(occurrence)
    assert sum(people.values()) == 3, "files are nobody"
    await house.passes(hours=30)
    assert names(house.lin) == ["两卡告知书.pdf", ""]


async def test_a_parent_hears_the_letter_and_a_follower_opens_it_on_the_page(house: Post) -> None:
    await house.bind("P2", "oFang")
    await house.launched(LETTER)
    await house.stage.bot.follows.drain()
    await arrive(house)
    assert kinds(house.parent("p_lin_ma")) == ["news", "voice", "file"]
    assert names(house.parent("p_lin_ba")) == ["听一听.amr", "给家长的一封信.pdf"]
    assert house.calls(NOTICE) == ["ok"] * 3


async def test_whom_only_the_official_account_reaches_opens_the_file_on_the_page(house: Post) -> None:
    await house.bind("2301003", "oZheng")
    await house.launched(RULES)
    await house.passes(seconds=20)
    assert house.calls(TEMPLATE) == ["ok"]
    assert house.calls(CUSTOM) == []
    zheng = house.follower("oZheng")
    assert names(zheng) == []
    (bubble,) = [b for b in zheng.bubbles if not b.mine]
    page = await zheng.visit(await zheng.tap(bubble))
    assert "附件：两卡告知书.pdf" in page.text
    found = re.search(r'href="(/a/[^"]+[.]pdf)"', page.text)
    assert found is not None
    assert await zheng.browser.download(house.stage.bot_url + found[1]) == ("application/pdf", PAPER)
    slug = found[1].split("/")[2]
    for wrong in ("guide-app/两卡告知书.pdf", "guide-two-cards/..%2Fguide-app.md", "guide-two-cards/x.pdf"):
        assert (await zheng.visit(f"{house.stage.bot_url}/a/{slug}/file/{wrong}")).status == 404


async def test_a_file_can_be_had_in_parts(database_url: str, folder: Path) -> None:
    """An iPhone asks for two bytes before it plays a sound, and plays nothing where it gets the whole."""
    sound = b"ID3" + bytes(range(253)) * 2
    enclose(folder / "materials/guides/guide-app.md", {"听一听.mp3": sound})
    async with opened(CAMPUS, database_url, folder) as post, aiohttp.ClientSession() as phone:
        occurrence = await post.launched("install-app")
        async with post.work() as work:
            slug = await work.receipts.slug_of(occurrence)
        for asked, status, told, part in (
            ("bytes=0-1", 206, "bytes 0-1/509", sound[:2]),
            ("bytes=500-", 206, "bytes 500-508/509", sound[500:]),
            ("bytes=-9", 206, "bytes 500-508/509", sound[500:]),
            ("bytes=0-9999", 206, "bytes 0-508/509", sound),
            ("bytes=509-", 416, "bytes */509", b""),
            ("bytes=0-1,5-6", 200, None, sound),
            ("lines=1-2", 200, None, sound),
            ("", 200, None, sound),
        ):
            url = f"{post.stage.bot_url}/a/{slug}/file/guide-app/听一听.mp3"
            async with phone.get(url, headers={"Range": asked} if asked else {}) as answer:
                assert (answer.status, answer.headers.get("Content-Range")) == (status, told), asked
                assert await answer.read() == part
                assert status == 416 or answer.headers["Accept-Ranges"] == "bytes"


async def test_a_teacher_has_what_is_to_be_forwarded_in_the_chat(house: Post) -> None:
    await house.launched(FORWARD)
    for _ in range(4):
        await house.passes(minutes=20)
    su = house.member("su")
    assert "六十秒.amr" in names(su)
    assert kinds(su)[-1] == "voice"


async def test_the_staff_group_hears_it_too(house: Post) -> None:
    duty = house.stage.bot.school.plan.duties["staff-reminder"]
    school = house.stage.bot.school
    occurrence = await house.launched(duty.id)
    async with house.work() as work:
        found = await work.duties.occurrence(occurrence)
        assert found is not None
        assert actions.tell_staff(work, school, found, house.now) == 1
    await arrive(house)
    assert house.calls(WEBHOOK) == ["ok", "ok"]
    group = [b for b in house.member("wu").bubbles if b.kind == "voice"]
    assert len(group) == 2, "once by the app, once in the group"


async def test_files_use_up_no_cap_and_wait_for_a_message_that_waits(house: Post) -> None:
    seen = ["两卡告知书.pdf", ""]
    await house.launched(RULES)
    await arrive(house)
    assert names(house.lin) == seen
    await house.passes(minutes=1)
    await house.launched("weekly-reminder")
    await arrive(house)
    assert names(house.lin) == [*seen, "六十秒.amr"], "the second of two a week, whatever the first brought"
    await house.passes(minutes=1)
    await house.launched("weekly-reminder")
    await arrive(house)
    await house.passes(days=1)
    assert len(names(house.lin)) == 3, "the third waits for the next week, and its voice with it"
    await house.passes(days=5, hours=22, minutes=50)  # the next Monday, a little after eight
    await house.passes(minutes=1)
    assert names(house.lin) == [*seen, "六十秒.amr", "六十秒.amr"]


async def test_what_is_stopped_takes_its_files_along(house: Post) -> None:
    occurrence = await house.launched(RULES)
    await house.sends()
    async with house.work() as work:
        stopped = await actions.stop(work, occurrence, house.now)
    assert stopped is not None
    assert (stopped.sent, stopped.unsent) == (2, 0)
    await house.passes(minutes=5)
    assert names(house.lin) == []
    assert {state for state, _ in await enclosed(house)} == {DeliveryState.CANCELLED}


async def test_a_pause_holds_the_files_until_it_is_over(house: Post) -> None:
    occurrence = await house.launched(RULES)
    await house.sends()
    async with house.work() as work:
        assert await actions.pause(work, occurrence)
    await house.passes(hours=1)
    assert names(house.lin) == []
    async with house.work() as work:
        assert await actions.resume(work, house.stage.bot.school, occurrence, house.now)
    await house.passes(minutes=2)
    assert names(house.lin) == ["两卡告知书.pdf", ""]


async def test_without_its_message_no_file_arrives(house: Post) -> None:
    house.stage.sim.faults.errcode(SEND, 81013)
    occurrence = await house.launched(RULES)
    await house.sends()
    await house.passes(minutes=5)
    assert names(house.lin) == []
    assert set(await enclosed(house)) == {(DeliveryState.CANCELLED, ALONE)}
    pair = (occurrence, await house.person("2301001"))
    async with house.work() as work:
        assert pair in await work.outbox.unreached([pair]), "the teacher hears that nothing came"
        assert (await work.outbox.states(occurrence))[Standing.REFUSED] == 2


async def test_a_file_that_the_platform_refuses_costs_nobody_the_message(house: Post) -> None:
    house.stage.sim.faults.errcode("/cgi-bin/media/upload", 45001, times=9)
    occurrence = await house.launched(RULES)
    await house.sends()
    for _ in range(3):
        await house.passes(minutes=2)
    assert names(house.lin) == []
    assert (await house.states(occurrence))[Standing.DELIVERED] == 2
    async with house.work() as work:
        assert "45001" in await work.outbox.refusals(occurrence), "an administrator sees why"


async def test_who_looks_before_sending_sees_the_files_and_what_they_cost(house: Post) -> None:
    chen = house.member("chen")
    await chen.says(f"/push {RULES}")
    chen.hears("附件：两卡告知书.pdf、海报.png")
    chen.hears("当日额度：用6，")
    await chen.says(f"/push {RULES} 试发")
    await arrive(house)
    assert names(chen)[-2:] == ["两卡告知书.pdf", ""]


async def test_a_class_that_is_written_to_as_a_class_gets_the_letter_and_its_voice(
    database_url: str, folder: Path
) -> None:
    unknown = (("p_new", "新家长", "2301003"),)
    rows = [r for r in CAMPUS.rows if r["身份"] != "家长"]
    async with opened(replace(CAMPUS, rows=rows, unknown=unknown), database_url, folder) as post:
        await post.stage.bot.follows.drain()
        await post.launched(LETTER)
        await post.stage.bot.follows.drain()
        await arrive(post)
        assert kinds(post.parent("p_new")) == ["news", "voice", "file"]


async def test_a_new_file_is_in_use_without_a_restart_and_a_lost_one_changes_nothing(
    house: Post, folder: Path
) -> None:
    paper, watch = folder / "materials/guides/两卡告知书.pdf", house.stage.bot.watch
    paper.write_bytes(b"%PDF-1.7 second edition")
    assert [await watch.look(), await watch.look()] == [False, True]
    paper.unlink()
    assert [await watch.look(), await watch.look()] == [False, False]
    assert any("guide-two-cards.md:" in told and "两卡告知书.pdf" in told for told in watch.complaints)
    await house.launched(RULES)
    await arrive(house)
    bubble = next(b for b in house.lin.bubbles if b.kind == "file")
    kept = house.stage.sim.media.show(bubble.media_id)
    assert kept is not None
    assert kept.data == b"%PDF-1.7 second edition"
