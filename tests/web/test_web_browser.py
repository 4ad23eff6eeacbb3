"""The pages in a true browser: scripts within the security policy, and pictures of what people see."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestServer
from noto_cjk_sans_otc import FONT_PATH
from playwright.async_api import Browser, Page, async_playwright
from web_cast import KEY, Campus

from bot.duties.codes import class_key, classroom_key
from bot.duties.plan import parse_plan
from bot.duties.statutory import china
from bot.duties.tables import task
from bot.materials.files import load_library
from bot.people.actions import corps_of, import_roster, preview_roster
from bot.quiz.files import load_bank
from bot.simulator.cast import college, to_xlsx
from bot.web.rules import console_link
from bot.work import Work

CHROMIUM = "/usr/bin/chromium"
REPO = Path(__file__).parents[2]
NURSES = "护理学院/2023级/护理2301"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which(CHROMIUM) is None, reason=f"there is no {CHROMIUM}"),
]
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is told here does not hang on the engine."""
    return f"sqlite+aiosqlite:///{tmp_path / 'web.db'}"


@pytest.fixture
async def chromium(tmp_path: Path) -> AsyncIterator[Browser]:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{FONT_PATH.parent}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGS, env={"FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path)}
        )
        yield browser
        await browser.close()


@pytest.fixture
async def opens(chromium: Browser, server: TestServer) -> AsyncIterator[Open]:
    """A page of one person's phone; anything the browser complains of fails the test."""
    complaints: list[str] = []

    async def open_(path: str, size: dict[str, int] | None = None, phone: str = "") -> Page:
        context = await chromium.new_context(viewport=size or PHONE, device_scale_factor=1)  # type: ignore[arg-type]
        if phone:
            await context.add_cookies([{"name": "phone", "value": phone, "domain": "127.0.0.1", "path": "/"}])
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if "Refused to" in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(str(server.make_url("")).rstrip("/") + path)
        return page

    yield open_
    assert complaints == []


@pytest.fixture
async def big(campus: Campus, server: TestServer) -> Campus:
    """The shipped plan and texts, and the whole college of the demonstration."""
    plan = parse_plan((REPO / "schedules.yaml").read_text("utf-8"), "schedules.yaml", china())
    campus.school = replace(campus.school, plan=plan, library=load_library(REPO / "materials"))
    corps = corps_of(campus.school.accounts.apps())
    async with campus.database.begin() as tx:
        preview = await preview_roster(tx, to_xlsx(college()), "花名册.xlsx", corps)
        await import_roster(tx, preview, corps, who=None, now=campus.clock.now, allow_many_leavers=True)
    return campus


async def fits(page: Page) -> bool:
    """Nothing sticks out to the side."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


async def test_a_letter_on_a_phone(opens: Open, big: Campus, tmp_path: Path) -> None:
    _, slug = await big.launches("parent-letter")
    page = await opens(f"/a/{slug}?v=家长")
    assert await fits(page)
    await page.screenshot(path=tmp_path / "letter.png", full_page=True)
    page = await opens(f"/oauth/campus?as=parent&next=/a/{slug}", phone="p2301001")
    await page.screenshot(path=tmp_path / "letter-open.png", full_page=True)
    await page.get_by_role("button", name="一起签收").click()
    await page.get_by_text("2份回执已分别记入").wait_for()
    await page.screenshot(path=tmp_path / "letter-signed.png", full_page=True)
    page = await opens(f"/a/{slug}?v=家长", DESK)
    await page.screenshot(path=tmp_path / "letter-desk.png")
    page = await opens(f"/verify/{slug}")
    await page.screenshot(path=tmp_path / "verify.png")


async def test_a_name_written_by_hand(opens: Open, campus: Campus, level: Callable[[int], None]) -> None:
    campaign, slug = await campus.launches("parents-letter")
    level(3)
    page = await opens(f"/oauth/campus?as=parent&next=/a/{slug}", phone="p3")
    await page.get_by_role("button", name="签收").click()
    assert "没有看到手写的姓名" in await page.content()
    await page.go_back()
    box = await page.locator("canvas").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 30, box["y"] + 30)
    await page.mouse.down()
    for step in range(20):
        await page.mouse.move(box["x"] + 30 + 9 * step, box["y"] + 40 + 60 * (step % 2))
    await page.mouse.up()
    await page.get_by_role("button", name="签收").click()
    await page.get_by_text("已收到您的签收").wait_for()
    assert ("signed", "page") in await campus.proofs(campaign, "P3")


async def test_an_open_is_told_after_a_look(opens: Open, campus: Campus) -> None:
    campaign, slug = await campus.launches("class-forward")
    k = class_key(KEY, campaign, (await campus.person("T1")).id, NURSES)
    page = await opens(f"/a/{slug}?k={k}")
    async with page.expect_response(lambda answer: answer.url.split("?")[0].endswith("/open")) as answer:
        await page.mouse.click(100, 100)
    assert (await answer.value).status == 204
    assert await campus.proofs(campaign, "T1") == [("link-opened", "page")]


async def test_the_screen_goes_by_one_key(opens: Open, big: Campus, tmp_path: Path) -> None:
    page = await opens("/screen/s60-01", DESK)
    right = page.locator("li.right")
    await page.screenshot(path=tmp_path / "screen-0.png")
    assert not await right.is_visible()
    await page.keyboard.press("Space")
    assert await right.is_visible()
    assert not await page.locator(".why").is_visible()
    await page.screenshot(path=tmp_path / "screen-1.png")
    await page.get_by_role("button").click()
    assert await page.locator(".why").is_visible()
    await page.screenshot(path=tmp_path / "screen-2.png")
    assert await page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    await page.keyboard.press("r")
    assert not await right.is_visible()


async def test_the_console_on_a_desk_and_on_a_phone(opens: Open, big: Campus, tmp_path: Path) -> None:
    admin = await big.person("T1001")
    campaign, _ = await big.launches("parent-letter")
    await some_did(big, campaign)
    for duty in ("weekly-reminder", "install-app", "term-test"):
        big.clock.passes(hours=-30)
        if duty in big.school.plan.duties:
            await some_did(big, (await big.launches(duty))[0])
    big.clock.passes(days=5)
    for name, size in (("phone", PHONE), ("desk", DESK)):
        page = await opens(console_link(KEY, admin.id, big.clock.now), size)
        await page.get_by_role("button", name="进入").click()
        assert await fits(page)
        await page.screenshot(path=tmp_path / f"console-{name}.png", full_page=True)
        await page.locator("table a").first.click()
        assert await fits(page)
        await page.screenshot(path=tmp_path / f"campaign-{name}.png", full_page=True)
        for room in ("people", "roster", "exports", "audit"):
            await page.goto(page.url.split("/console/")[0] + f"/console/{room}")
            assert await fits(page)
            await page.screenshot(path=tmp_path / f"{room}-{name}.png", full_page=True)
        big.clock.passes(seconds=1)


async def test_a_class_test_on_the_projector_and_on_paper(opens: Open, big: Campus, tmp_path: Path) -> None:
    """One key goes through it: a question, then its answer; nothing of the answer is on paper."""
    big.school = replace(big.school, bank=load_bank(REPO / "question_bank"))
    campaign, slug = await big.launches("term-test")
    k = classroom_key(KEY, campaign, NURSES, "大学")
    async with big.database.begin() as tx:
        Work(tx).duties.give_link(k, slug, NURSES, None)
    page = await opens(f"/screen/{slug}/{k.lower()}", {"width": 1280, "height": 720})
    items, reasons = page.locator(".item"), page.locator(".reason")
    assert await items.count() == 20
    assert await items.locator("visible=true").count() == 0
    for number in range(20):
        await page.keyboard.press("Space")
        assert await page.locator(".place").inner_text() == f"{number + 1}/20"
        assert await items.nth(number).is_visible()
        assert not await reasons.nth(number).is_visible()
        await page.keyboard.press("PageDown")
        assert await reasons.locator("visible=true").count() == 1
        assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert await fits(page)
    await page.screenshot(path=tmp_path / "class.png")
    await page.keyboard.press("Space")
    assert "登记 护理2301 学生学期测试 课堂" in await page.locator(".over").inner_text()
    await page.keyboard.press("ArrowLeft")
    assert await reasons.nth(19).is_visible()
    await page.emulate_media(media="print")
    assert await items.locator("visible=true").count() == 20
    assert await reasons.locator("visible=true").count() == 0
    looks = "all => all.map(getComputedStyle).map(s => s.color + s.backgroundColor + s.fontWeight + s.border)"
    assert len(set(await page.locator(".item li").evaluate_all(looks))) == 1, "right and wrong look the same"
    assert len(pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True))) <= 2


async def some_did(campus: Campus, campaign: str) -> None:
    """Most were told and most of those have done it; who is chance."""
    chance = random.Random(campaign)
    async with campus.database.begin() as tx:
        duties = Work(tx).duties
        for one, occurrence in await duties.tasks_for(campaign):
            told = chance.random() < 0.95
            done = told and chance.random() < 0.7
            values = {"told_at": campus.clock.now if told else None}
            if done:
                values |= {"tier": occurrence.ladder.done_tier or 1, "settled_at": campus.clock.now}
            await tx.execute(sa.update(task).where(task.c.id == one.id).values(**values))
