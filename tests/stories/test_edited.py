"""Files are edited while the bot runs: read whole or not at all; nobody restarts anything."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import weakref
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.app import built, serving
from bot.cli.doctor import examined
from bot.errors import BadFile
from tests.stories.office import EXTRA, Office, logs_in


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
