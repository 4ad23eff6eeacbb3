"""The demonstration in a real browser: a person who has never seen it types, taps and opens a letter."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.simulator.demo import START, campus
from bot.simulator.stage import Stage, staged
from bot.simulator.world import Clock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the pages were not looked at"),
]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
async def stage(tmp_path: Path, root: Path) -> AsyncIterator[Stage]:
    clock = Clock()
    clock.turn_to(START)
    database = f"sqlite+aiosqlite:///{tmp_path / 'demo.db'}"
    async with staged(campus(), database, root, clock, rng=Random(7)) as running:
        await running.rings()
        for duty in ("term-test", "parent-letter"):
            await running.fire(duty)
        yield running


@pytest.fixture
async def page(stage: Stage) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = await browser.new_page(viewport={"width": 1440, "height": 900})
        await opened.goto(stage.url)
        yield opened
        await browser.close()


async def test_four_phones_talk(stage: Stage, page: Page, tmp_path: Path) -> None:
    for title in ("学生", "老师", "管理员", "家长"):
        await expect(page.get_by_text(title, exact=True).and_(page.locator(":visible")).first).to_be_visible()
    boxes = page.get_by_placeholder("发消息")
    await boxes.nth(0).fill("帮助")
    await boxes.nth(0).press("Enter")
    await expect(page.get_by_text("我能做这些").first).to_be_visible()
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.get_by_role("button", name="开始", exact=True).first.click()
    await stage.settle()
    await expect(page.get_by_text("1/20").first).to_be_visible()
    await boxes.nth(2).fill("/stats")
    await boxes.nth(2).press("Enter")
    await expect(page.get_by_text("应到").first).to_be_visible()
    await page.screenshot(path=tmp_path / "phones.png")


async def test_a_parent_reads_and_signs_inside_the_phone(stage: Stage, page: Page) -> None:
    await page.get_by_text("查看").last.click()
    letter = page.frame_locator("iframe").first
    await expect(letter.get_by_text("家长").first).to_be_visible()
    await letter.get_by_text("登录").first.click()
    parent = letter.get_by_text("家长", exact=False)
    await expect(parent.first).to_be_visible()


async def test_the_clock_jumps_to_the_morning_digest(stage: Stage, page: Page) -> None:
    for expected in ("07:20", "07:34", "07:50"):
        await page.get_by_text("跳到下一次提醒").click()
        await expect(page.get_by_text(expected).first).to_be_visible(timeout=10_000)
    await expect(page.get_by_text("今天的60秒").first).to_be_attached(timeout=10_000)
    assert stage.clock() >= START + timedelta(minutes=38)
