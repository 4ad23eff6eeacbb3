"""A teacher edits the plan, the bank or a text while the bot runs; nobody restarts anything."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import weakref
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.app import Bot, built, serving
from bot.cli.doctor import examined
from bot.duties.tables import occurrence
from bot.errors import BadFile
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.stories.cast import CAMPUS, MONDAY, Cast
from tests.stories.test_following import enters, link
from tests.stories.test_quiz import answers_until_mastered, on_the_table, receipt_code, right_letters, shown

PACK = "  college-generic:\n    title: 高校通用方案\n    clauses: S1\n    duties:\n"
EXTRA = """      - id: extra
        title: 临时提醒
        clause: [S1-16]
        owner: 学生处
        do: send
        what: weekly
        to: 学生
        when: every monday at TIME
        ask: nothing
"""


@dataclass(slots=True)
class Office:
    """The folder of a school, and whoever edits in it."""

    base: Path
    cast: Cast
    others: list[Bot] = field(default_factory=list)

    def read(self, name: str) -> str:
        return (self.base / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.base / name).write_text(text, encoding="utf-8")

    def plan(self, *duties: str) -> str:
        text = self.read("schedules.yaml")
        assert PACK in text
        return text.replace(PACK, PACK + "".join(duties))

    def drop(self, *ids: str) -> None:
        """Questions leave the bank."""
        for path in (self.base / "question_bank").glob("*.yaml"):
            head, *questions = path.read_text(encoding="utf-8").split("\n  - id: ")
            kept = [q for q in questions if q.split("\n")[0].strip() not in ids]
            if len(kept) < len(questions):
                path.write_text("\n  - id: ".join([head, *kept]), encoding="utf-8") if kept else path.unlink()

    async def noticed(self) -> list[bool]:
        """Every process looks until the files are quiet; which of them have something new."""
        bots = [self.cast.stage.bot, *self.others]
        for bot in bots:
            assert not await bot.watch.look(), "the first look only sees that something moves"
        return [await bot.watch.look() for bot in bots]

    async def planned(self, duty: str) -> list[tuple[str, str, str]]:
        """Id, state and reason of what there is of a duty, oldest first."""
        o = occurrence.c
        found = sa.select(o.id, o.state, o.reason).where(o.duty == duty).order_by(o.planned_at)
        async with self.cast.stage.bot.database.reading() as tx:
            return [(row.id, row.state, row.reason) for row in await tx.rows(found)]


@pytest.fixture
async def office(database_url: str, root: Path, tmp_path: Path) -> AsyncIterator[Office]:
    base = tmp_path / "school"
    base.mkdir()
    shutil.copy(root / "schedules.yaml", base)
    for folder in ("question_bank", "materials"):
        shutil.copytree(root / folder, base / folder)
    clock = Clock(source=lambda: MONDAY)
    async with staged(CAMPUS, database_url, base, clock, rng=Random(5)) as stage:
        await stage.rings()
        yield Office(base, Cast(stage))


@pytest.fixture
async def two(office: Office) -> AsyncIterator[Office]:
    """A second process with the same database and the same folder."""
    bot = office.cast.stage.bot
    async with built(bot.settings, office.base, clock=bot.clock, rng=Random(6)) as other:
        office.others.append(other)
        yield office


async def logs_in(phone: Speaker) -> None:
    await phone.says("/login")
    await enters(phone, link(phone, "控制台"))


async def test_a_duty_added_in_the_middle_of_a_day_goes_out_once(two: Office) -> None:
    early = EXTRA.replace("extra", "early").replace("TIME", "08:30")
    two.write("schedules.yaml", two.plan(EXTRA.replace("TIME", "10:30"), early))
    assert await two.noticed() == [True, True]
    await two.cast.at("2026-10-12T10:29")
    assert await two.planned("extra") == []
    two.cast.stage.clock.turn_to(two.cast.local("2026-10-12T10:31"))
    await asyncio.gather(*(bot.tick() for bot in (two.cast.stage.bot, *two.others)))
    await two.cast.stage.settle()
    assert await two.planned("extra") == [("extra@2026-10-12T10:30", "open", "")]
    assert await two.planned("early") == [], "what was over before anybody planned it is not made up for"
    await two.cast.at("2026-10-12T18:00")
    await two.others[0].tick()
    assert len(await two.planned("extra")) == 1
    told = [b for b in two.cast.lin.bubbles if b.articles and not b.mine]
    assert len(told) == 1


async def test_a_duty_moved_after_it_went_out_does_not_go_out_again(two: Office) -> None:
    plain = two.read("schedules.yaml")
    two.write("schedules.yaml", two.plan(EXTRA.replace("TIME", "10:30")))
    await two.noticed()
    await two.cast.at("2026-10-12T10:31")
    two.write("schedules.yaml", plain.replace(PACK, PACK + EXTRA.replace("TIME", "15:40")))
    assert await two.noticed() == [True, True]
    two.cast.stage.clock.turn_to(two.cast.local("2026-10-12T15:41"))
    await asyncio.gather(*(bot.tick() for bot in (two.cast.stage.bot, *two.others)))
    assert await two.planned("extra") == [
        ("extra@2026-10-12T10:30", "open", ""),
        (
            "extra@2026-10-12T15:40",
            "skipped",
            "时间改到了15:40，当天10:30已按原来的时间发过，不再发第二次。",
        ),
    ]
    await two.cast.at("2026-10-19T15:41")
    assert (await two.planned("extra"))[-1] == ("extra@2026-10-19T15:40", "open", "")


async def test_a_duty_moved_before_its_time_goes_out_at_the_new_one(office: Office) -> None:
    plain = office.read("schedules.yaml")
    office.write("schedules.yaml", office.plan(EXTRA.replace("TIME", "10:30")))
    await office.noticed()
    await office.cast.at("2026-10-12T10:00")
    office.write("schedules.yaml", plain.replace(PACK, PACK + EXTRA.replace("TIME", "11:10")))
    await office.noticed()
    await office.cast.at("2026-10-12T12:00")
    assert await office.planned("extra") == [("extra@2026-10-12T11:10", "open", "")]


async def test_what_somebody_sent_by_hand_does_not_count_as_moved(office: Office) -> None:
    office.write("schedules.yaml", office.plan(EXTRA.replace("TIME", "10:30")))
    await office.noticed()
    await office.cast.stage.fire("extra")
    await office.cast.at("2026-10-12T10:31")
    assert [state for _, state, _ in await office.planned("extra")] == ["open", "open"]


async def test_what_waits_of_a_duty_that_is_gone_can_no_longer_go_out(office: Office) -> None:
    cast, plain = office.cast, office.read("schedules.yaml")
    approved = EXTRA.replace("TIME", "10:30") + "        approve: 1\n"
    spare = EXTRA.replace("extra", "spare").replace("临时", "备用").replace("TIME", "10:40")
    office.write("schedules.yaml", office.plan(approved, spare))
    await office.noticed()
    await cast.at("2026-10-12T10:31")
    await cast.chen.says("/push spare 16:00 发送")
    office.write("schedules.yaml", plain)
    await office.noticed()
    await cast.wu.says("/approve extra@2026-10-12T10:30")
    cast.wu.hears("schedules.yaml 里已没有这项任务")
    await cast.at("2026-10-12T16:01")
    assert await office.planned("extra") == [("extra@2026-10-12T10:30", "waiting", "")]
    assert await office.planned("spare") == [
        ("spare@2026-10-12T16:00", "skipped", "schedules.yaml 里已没有这项任务，没有发出。")
    ]
    await logs_in(cast.chen)
    page = await cast.chen.visit(f"{cast.stage.bot_url}/console/campaign?id=extra@2026-10-12T10:30")
    assert "临时提醒" in page.text


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


async def test_unsound_files_change_nothing_and_are_told_once(two: Office) -> None:
    cast, bank = two.cast, len(two.cast.stage.bot.school.bank.items)
    before = cast.stage.bot.school
    plain = two.read("schedules.yaml")
    broken = plain.replace("when: every friday at 16:40", "when: every fryday at 16:40", 1)
    two.write("schedules.yaml", broken)
    victim = next((two.base / "question_bank").glob("*.yaml"))
    good = victim.read_bytes()
    victim.write_bytes(good.replace(b"answer: ", b"anwser: ", 1))
    assert await two.noticed() == [False, False]
    assert cast.stage.bot.school is before
    line = broken[: broken.index("fryday")].count("\n") + 1
    for bot in (cast.stage.bot, *two.others):
        assert any(one.startswith(f"schedules.yaml:{line}: ") for one in bot.watch.complaints)
        assert any(one.startswith(f"question_bank/{victim.name}:") for one in bot.watch.complaints)
    for _ in range(3):
        assert not any([await bot.watch.look() for bot in (cast.stage.bot, *two.others)])
    await cast.stage.settle()
    for admin in (cast.chen, cast.wu):
        told = [b.seen for b in admin.bubbles if "没有启用" in b.seen]
        assert len(told) == 1
        assert f"schedules.yaml:{line}: " in told[0]
    await logs_in(cast.chen)
    page = await cast.chen.visit(f"{cast.stage.bot_url}/console/")
    assert "改动没有启用" in page.text
    assert f"schedules.yaml:{line}: " in page.text
    two.write("schedules.yaml", plain)
    victim.write_bytes(good)
    assert await two.noticed() == [True, True]
    assert len(cast.stage.bot.school.bank.items) == bank
    page = await cast.chen.visit(f"{cast.stage.bot_url}/console/")
    assert "总览" in page.text
    assert "改动没有启用" not in page.text


async def test_a_save_that_goes_on_is_waited_for(office: Office) -> None:
    watch, plain = office.cast.stage.bot.watch, office.read("schedules.yaml")
    whole = office.plan(EXTRA.replace("TIME", "10:30"))
    for part in range(1, 6):
        office.write("schedules.yaml", whole[: len(whole) * part // 5])
        assert not await watch.look()
        assert watch.complaints == ()
    assert await watch.look()
    assert "extra" in watch.school().plan.duties
    office.write("schedules.yaml", plain)
    assert not await watch.look()
    shutil.copy2(office.base / "schedules.yaml", office.base / "copy")
    os.replace(office.base / "copy", office.base / "schedules.yaml")
    assert not await watch.look(), "the same bytes and times, but another file: still being saved"
    assert await watch.look()
    assert "extra" not in watch.school().plan.duties


@pytest.mark.parametrize("name", ["question_bank/.#refund.yaml", "materials/weekly/.#weekly.md", "notes.txt"])
async def test_the_own_files_of_an_editor_do_not_matter(office: Office, name: str) -> None:
    (office.base / name).symlink_to("somebody@somewhere.1234")
    for _ in range(3):
        assert not await office.cast.stage.bot.watch.look()
    assert office.cast.stage.bot.watch.complaints == ()


@pytest.mark.parametrize("how", ["gone", "folder gone", "not utf-8", "another pack"])
async def test_whatever_is_done_to_the_files_the_bot_goes_on(office: Office, how: str) -> None:
    match how:
        case "gone":
            (office.base / "schedules.yaml").unlink()
        case "folder gone":
            shutil.rmtree(office.base / "question_bank")
        case "not utf-8":
            (office.base / "schedules.yaml").write_bytes(office.read("schedules.yaml").encode("gb18030"))
        case _:
            office.write(
                "schedules.yaml", office.read("schedules.yaml").replace("college-generic:", "other:")
            )
    assert await office.noticed() == [False]
    assert len(office.cast.stage.bot.watch.complaints) == 1
    await office.cast.lin.says("答题")
    office.cast.lin.hears("1/10")


async def test_a_text_is_new_for_who_opens_it_next(office: Office) -> None:
    cast = office.cast
    text = next(one for one in cast.stage.bot.school.library.texts.values() if one.kind == "sixty_seconds")
    path = next(
        p
        for p in (office.base / "materials/sixty_seconds").glob("*.md")
        if f"id: {text.id}\n" in p.read_text(encoding="utf-8")
    )
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n这一句是刚加的。\n", encoding="utf-8")
    page = await cast.lin.visit(f"{cast.stage.bot_url}/screen/{text.id}")
    assert "这一句是刚加的" not in page.text
    await office.noticed()
    assert "这一句是刚加的" in (await cast.lin.visit(f"{cast.stage.bot_url}/screen/{text.id}")).text


async def test_the_old_state_is_freed_and_the_loop_goes_on(office: Office) -> None:
    bot = office.cast.stage.bot
    await office.cast.lin.says("答题")
    plan = weakref.ref(bot.school.plan)
    answers = [weakref.ref(item.answer) for item in bot.school.bank.items.values()]
    office.write("schedules.yaml", office.plan(EXTRA.replace("TIME", "10:30")))
    assert not await bot.watch.look()
    turns, done = 0, asyncio.Event()

    async def others() -> None:
        nonlocal turns
        while not done.is_set():
            await asyncio.sleep(0)
            turns += 1

    gc.disable()  # frozen objects are freed by the last who lets go of them, or never
    try:
        beside = asyncio.create_task(others())
        assert await bot.watch.look()
        done.set()
        await beside
        assert plan() is None
        assert [one for one in answers if one() is not None] == []
    finally:
        gc.enable()
    assert turns > 50


async def test_doctor_names_the_lines(office: Office, tmp_path: Path) -> None:
    settings = office.base / "settings.yaml"
    settings.write_text(
        "school: {name: 示例, plan: college-generic}\npublic_url: https://x.example\n"
        f"secret_key: {'k' * 40}\naccounts: [{{id: g, kind: wecom-webhook, key: k, "
        "api_base_url: http://127.0.0.1:9}]\n",
        encoding="utf-8",
    )
    office.write("schedules.yaml", office.read("schedules.yaml").replace("every friday", "every fryday", 1))
    with pytest.raises(BadFile, match=r"schedules\.yaml:\d+: "):
        await examined(settings)


@pytest.mark.slow
async def test_a_serving_process_notices_by_itself_within_a_minute(office: Office) -> None:
    async with AsyncExitStack() as stack:
        bot = office.cast.stage.bot
        other = await stack.enter_async_context(built(bot.settings, office.base, clock=bot.clock))
        await stack.enter_async_context(serving(other, "web", "127.0.0.1", 0))
        office.write("schedules.yaml", office.plan(EXTRA.replace("TIME", "10:30")))
        async with asyncio.timeout(60):
            while "extra" not in other.school.plan.duties:
                await asyncio.sleep(0.5)
