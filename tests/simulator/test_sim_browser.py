"""The page in a real browser: four phones, typing, a card, a page inside the phone, one phone when narrow."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sim_cast import AGENT, Stage, staged

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Stage, Any]]:
    async with staged() as stage, playwright.async_playwright() as pw:
        browser = await pw.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        await page.goto(stage.base)
        await page.wait_for_selector(".phone")
        yield stage, page
        assert page.complaints == []
        await browser.close()


async def furnish(stage: Stage) -> None:
    """A day's worth of messages on all four phones."""
    base = {"agentid": AGENT, "touser": "xiaolin"}
    options = ["立即转账到“安全账户”", "挂断，拨打110或96110核实", "加对方好友继续聊", "把验证码发给对方"]
    rows = [{"id": key, "text": f"{key}. {text}"} for key, text in zip("ABCD", options, strict=True)]
    card = {
        "card_type": "vote_interaction",
        "source": {"desc": "反诈课代表"},
        "main_title": {"title": "第1题 · 冒充公检法", "desc": "自称民警的人要你把钱转到“安全账户”，怎么办？"},
        "task_id": "demo-1",
        "checkbox": {"question_key": "q1", "mode": 0, "option_list": rows},
        "submit_button": {"text": "提交", "key": "submit"},
    }
    lin = stage.member("xiaolin")
    await lin.says("答题")
    await stage.wecom("message/send", base | {"msgtype": "template_card", "template_card": card})
    tasks = {
        "card_type": "button_interaction",
        "main_title": {"title": "今天2件事，约40秒", "desc": "转发反诈推文到家长群；看一眼未读的信"},
        "horizontal_content_list": [
            {"keyname": "七(1)", "value": "36/38"},
            {"keyname": "截止", "value": "周五"},
        ],
        "task_id": "demo-2",
        "button_list": [
            {"text": "已转发", "style": 1, "key": "done"},
            {"text": "看名单", "style": 2, "key": "list"},
        ],
    }
    await stage.wecom(
        "message/send", base | {"touser": "teacher_su", "msgtype": "template_card", "template_card": tasks}
    )
    table = {
        "title": "护理学院 · 秋季测试",
        "description": "应到 1206　完成 1133（94.0%）",
        "btntxt": "看全部",
    }
    table["url"] = f"{stage.tokens['bot']}/page"
    await stage.wecom(
        "message/send", base | {"touser": "teacher_su", "msgtype": "textcard", "textcard": table}
    )
    article = {"title": "致家长的一封信", "description": "本学期的反诈提醒，两分钟读完。验真码 9F3K7P"}
    article |= {"url": f"{stage.tokens['bot']}/page", "picurl": "/sim/media/none"}
    notice = {"agentid": AGENT, "toall": 1, "msgtype": "news", "news": {"articles": [article]}}
    await stage.wecom("externalcontact/message/send", notice)
    link = "weixin://bizmsgmenu?msgmenucontent=帮助&msgmenuid=help"
    stage.bot.answer = lambda message: f'你好，这里是反诈课代表。\n\n<a href="{link}">帮助</a>　看看能做什么'
    await stage.follower("oFang").says("你好")
    button = {"type": "click", "name": "今日一测", "key": "QUIZ"}
    more = {
        "name": "更多",
        "sub_button": [{"type": "view", "name": "家长信", "url": "https://example.edu.cn/"}],
    }
    await stage.wechat("menu/create", {"button": [button, more]})


async def test_four_phones_talk(desk: tuple[Stage, Any], tmp_path: Path) -> None:
    stage, page = desk
    assert await page.locator(".phone:visible").count() == 4
    titles = await page.locator(".who h2").all_inner_texts()
    assert titles == ["学生", "教师", "管理员", "家长"]
    await furnish(stage)
    student = page.locator('.slot[data-title="学生"]')
    await student.locator(".press").wait_for()
    await page.screenshot(path=tmp_path / "full.png")
    await student.get_by_text("B. 挂断").click()
    await student.locator(".press").click()
    await student.locator("textarea").fill("帮助")
    await student.locator("textarea").press("Enter")
    await student.get_by_text("你好，这里是反诈课代表").wait_for()
    tapped = next(m._data for m in stage.bot.heard if m._data.get("Event") == "template_card_event")
    assert tapped["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "B"
    code = next(m._data for m in stage.bot.heard if m._data.get("Event") == "template_card_event")[
        "ResponseCode"
    ]
    close = {
        "agentid": AGENT,
        "userids": ["xiaolin"],
        "response_code": code,
        "button": {"replace_name": "已作答"},
    }
    await stage.wecom("message/update_template_card", close)
    await student.locator(".press", has_text="已作答").wait_for()
    fang = page.locator('.slot[data-title="管理员"]')
    await fang.locator(".word").first.click()
    await fang.locator(".row.mine", has_text="帮助").wait_for()
    await page.locator("#handle").click()
    assert await page.locator(".rows li").count() > 5
    await page.screenshot(path=tmp_path / "strip.png")


async def test_a_letter_opens_inside_the_phone_and_people_change(
    desk: tuple[Stage, Any], tmp_path: Path
) -> None:
    stage, page = desk
    await furnish(stage)
    home = page.locator('.slot[data-title="家长"]')
    await home.locator(".sheetcard h4").click()
    await home.frame_locator("iframe").get_by_text("code=").wait_for()
    await page.wait_for_timeout(300)
    await page.screenshot(path=tmp_path / "sheet.png")
    await home.get_by_text("返回").click()
    await home.locator("select").select_option(label="小雨爸爸")
    await home.get_by_text("未关注").wait_for()
    await page.get_by_role("button", name="+1小时").click()
    await page.locator("#hour", has_text="13:00").wait_for()


async def test_a_narrow_screen_shows_one_phone_with_tabs(desk: tuple[Stage, Any], tmp_path: Path) -> None:
    stage, page = desk
    await furnish(stage)
    await page.set_viewport_size({"width": 420, "height": 860})
    assert await page.locator(".phone:visible").count() == 1
    await page.locator(".tabs button", has_text="家长").click()
    await page.locator('.slot[data-title="家长"]').get_by_text("致家长的一封信").wait_for()
    await page.screenshot(path=tmp_path / "narrow.png")
