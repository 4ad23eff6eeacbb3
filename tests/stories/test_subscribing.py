"""下次提醒我: a follower taps once on the page, and is reminded once; a no is as good as a yes."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from bot.duties.codes import slug_for
from bot.messages import Address
from bot.people.records import How
from bot.platforms.wechat.jssdk import signature
from bot.settings import TemplateMapping, Wechat
from bot.simulator.browser import Page
from bot.simulator.campus import APP, SUBSCRIPTION
from bot.simulator.stage import Stage
from bot.simulator.wechat_api.jssdk import refusal
from bot.work import Work
from tests.stories.cast import Cast

TICKET = "/cgi-bin/ticket/getticket"
SUBSCRIBE = "/cgi-bin/message/subscribe/bizsend"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]


async def letter(cast: Cast, duty: str = "parent-letter", code: str = "P2", openid: str = "oFang") -> str:
    """The address of this term's letter, after the father turns out to follow the account."""
    stage = cast.stage
    async with stage.bot.database.begin() as tx:
        work = Work(tx)
        father = await work.people.by_code(code)
        assert father is not None
        await work.people.bind(Address.follower(APP, openid), "public", father.id, How.CHAT, stage.clock())
    campaign = await stage.fire(duty)
    slug = slug_for(stage.bot.school.key, campaign)
    return f"{stage.bot_url}/oauth/public?next=/a/{slug}?v=x"


def config(page: Page) -> dict[str, str]:
    """What the page hands to the platform's script."""
    tag = re.search(r'<section class="act" id="subscribe"[^>]*>', page.text)
    return dict(re.findall(r'data-(\w+)="([^"]*)"', unescape(tag[0]))) if tag else {}


def lets_in(stage: Stage, page: Page) -> str:
    (account,) = stage.sim.world.accounts
    given = config(page)
    return refusal(stage.sim, account, page.url, given["timestamp"], given["nonce"], given["signature"])


async def left(cast: Cast, openid: str) -> int:
    async with cast.stage.bot.database.reading() as tx:
        return await Work(tx).acceptances.left(Address.follower(APP, openid).key, SUBSCRIPTION)


async def test_the_page_is_signed_as_the_platform_asks(cast: Cast) -> None:
    """One ticket serves every page; another address does not fit the signature."""
    address = await letter(cast)
    page = await cast.visitor.visit(address)
    assert "下次提醒我" in page.text
    assert "点一次，只够给您发一条提醒" in page.text
    assert lets_in(cast.stage, page) == ""
    (account,) = cast.stage.sim.world.accounts
    given = config(page)
    signed = [given[name] for name in ("timestamp", "nonce", "signature")]
    assert refusal(cast.stage.sim, account, f"{page.url}&x=1", *signed) == "config:invalid signature"
    again = await cast.visitor.visit(address)
    assert lets_in(cast.stage, again) == ""
    assert config(again)["nonce"] != given["nonce"]
    assert [c.status for c in cast.stage.sim.wire if c.path == TICKET] == ["ok"]
    async with cast.stage.bot.database.reading() as tx:
        assert (await Work(tx).people.contact(Address.follower(APP, "oFang"))) is not None


def test_the_published_vector() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    url = "http://mp.weixin.qq.com?params=value"
    expected = "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    assert signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url) == expected
    assert signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url + "#act") == expected


async def test_nobody_else_is_asked(cast: Cast) -> None:
    """Not the stranger, not the member of the app: they have nothing to accept here."""
    address = await letter(cast)
    plain = address.replace("/oauth/public?next=", "")
    assert "下次提醒我" not in (await cast.visitor.visit(plain)).text
    mother = await cast.mother.visit(address.replace("/oauth/public?", "/oauth/campus?as=parent&"))
    assert "签收" in mother.text
    assert "下次提醒我" not in mother.text


async def test_without_a_ticket_the_letter_is_read_all_the_same(cast: Cast) -> None:
    address = await letter(cast)
    cast.stage.sim.faults.errcode(TICKET, 48001)
    page = await cast.visitor.visit(address)
    assert (page.status, "下次提醒我" in page.text, "签收" in page.text) == (200, False, True)
    page = await cast.visitor.visit(address)
    assert "下次提醒我" not in page.text, "a refusal rests for a minute"
    cast.stage.clock.turn(timedelta(minutes=2))
    assert "下次提醒我" in (await cast.visitor.visit(address)).text


async def test_a_platform_that_hangs_keeps_no_reader_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.subscribing._PATIENCE", 0.2)
    address = await letter(cast)
    cast.stage.sim.faults.hang(TICKET)
    page = await cast.visitor.visit(address)
    assert (page.status, "下次提醒我" in page.text) == (200, False)
    cast.stage.sim.faults.heal()
    assert "下次提醒我" in (await cast.visitor.visit(address)).text


async def test_a_lasting_yes_is_asked_for_once(cast: Cast) -> None:
    account = cast.stage.bot.school.accounts.get("public")
    assert isinstance(account, Wechat)
    long = TemplateMapping(id=SUBSCRIPTION, type="long")
    object.__setattr__(account, "templates", {**account.templates, "subscribe": long})
    address = await letter(cast)
    assert "以后有要办的事就提醒您" in (await cast.visitor.visit(address)).text
    async with cast.stage.bot.database.begin() as tx:
        Work(tx).acceptances.accept(
            "public", Address.follower(APP, "oFang").key, SUBSCRIPTION, cast.stage.clock()
        )
    assert "下次提醒我" not in (await cast.visitor.visit(address)).text


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page was not looked at")
async def test_a_tap_in_a_browser(cast: Cast, tmp_path: Path) -> None:
    """Yes, then no, in the platform's own sheet; afterwards one reminder leaves by it, and only one."""
    address = await letter(cast, "weekly-reminder", "2301003", "oZheng")
    zheng = cast.follower("oZheng")
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.on("console", lambda said: complaints.append(said.text) if "Refused to" in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(zheng.open(address))
        section = page.locator("#subscribe")
        await expect(section).to_be_visible()
        for answer, words in (("允许", "下次会提醒您一条"), ("取消", "好，不提醒")):
            await page.get_by_role("button", name="下次提醒我").click()
            await page.screenshot(path=tmp_path / "asked.png")
            await page.frame_locator("iframe").last.get_by_role("button", name=answer).click()
            await expect(section).to_contain_text(words)
            cast.stage.clock.turn(timedelta(seconds=2))
        await browser.close()
    assert complaints == []
    assert await left(cast, "oZheng") == 1
    assert "现在存着1条" in (await zheng.visit(address)).text
    for _ in range(2):
        cast.stage.clock.turn(timedelta(days=7))
        await cast.stage.fire("weekly-reminder")
    assert [c.status for c in cast.stage.sim.wire if c.path == SUBSCRIBE] == ["ok"]
    assert await left(cast, "oZheng") == 0
    assert "现在存着" not in (await zheng.visit(address)).text
