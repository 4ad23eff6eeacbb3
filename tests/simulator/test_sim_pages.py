"""Web login and the page's own interface."""

from datetime import datetime, timedelta
from urllib.parse import quote

import aiohttp
from sim_cast import AGENT, APP, CORP, NOON, Stage, staged, world

from bot.simulator.page_api import Hooks


def login(stage: Stage, house: str, target: str = "/page?x=1", **change: str) -> str:
    back = quote(stage.tokens["bot"] + target, safe="")
    query = {
        "appid": house,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
    }
    text = "&".join(f"{name}={value}" for name, value in (query | change).items())
    return f"{stage.base}/open/connect/oauth2/authorize?{text}#wechat_redirect"


async def test_login_knows_whose_phone_it_is(stage: Stage) -> None:
    mum = stage.parent("p_yu_ma")
    page = await mum.visit(login(stage, CORP))
    assert page.status == 200
    assert "x=1&code=" in page.url
    assert page.url.endswith("&state=s1")
    code = page.text.split()[0].removeprefix("code=")
    assert (await stage.read("school/getuserinfo", code=code))["parent_userid"] == "P_yu_ma"
    again = await mum.visit(f"{stage.tokens['bot']}/page")
    assert f"cookie={code}" in again.text
    other = await stage.member("xiaolin").visit(f"{stage.tokens['bot']}/page")
    assert other.text.endswith("cookie=")


async def test_login_refuses_bad_links_and_strangers(stage: Stage) -> None:
    lin = stage.member("xiaolin")
    assert "appid" in (await lin.visit(login(stage, "ww-unknown"))).text
    assert "Scope" in (await lin.visit(login(stage, CORP, scope="everything"))).text
    assert "state" in (await lin.visit(login(stage, CORP, state="%3C%3E"))).text
    async with stage.http.get(login(stage, CORP)) as answer:
        assert answer.status == 400
        assert "客户端打开链接" in await answer.text()
    stage.sim.world.corps[0].apps[0].trusted_domains = ["fanzha.example.edu.cn"]
    assert "50001" in (await lin.visit(login(stage, CORP))).text
    stage.sim.world.accounts[0].type = "subscription"
    assert "网页授权" in (await stage.follower("oFang").visit(login(stage, APP))).text


async def test_one_browser_keeps_the_cookies_of_its_phones_apart(stage: Stage) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    mum, lin = stage.parent("p_yu_ma"), stage.member("xiaolin")
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:

        async def load(link: str) -> str:
            async with browser.get(aiohttp.client.URL(link, encoded=True)) as answer:
                return await answer.text()

        plain = stage.tokens["bot"] + "/page"
        mums = (await load(mum.open(login(stage, CORP)))).split()[0].removeprefix("code=")
        assert (await load(lin.open(plain))).endswith("cookie=")
        assert (await load(mum.open(plain))).endswith(f"cookie={mums}")


async def test_the_page_says_taps_and_turns_the_clock() -> None:
    async def next_moment() -> datetime:
        return NOON + timedelta(hours=5)

    async with staged(world(), Hooks(next_moment=next_moment)) as stage:
        state = await stage.get("/sim/state")
        assert [slot["title"] for slot in state["slots"]] == ["学生", "教师", "管理员", "家长"]
        key = f"{CORP}|member|xiaolin"
        await stage.post("/sim/say", {"phone": key, "text": "在吗"})
        card = {"msgtype": "textcard", "touser": "xiaolin", "agentid": AGENT}
        card["textcard"] = {"title": "本周提醒", "description": "一分钟", "url": "https://example.edu.cn/a/1"}
        await stage.wecom("message/send", card)
        shown = (await stage.get("/sim/state", phone=key))["phones"][key]["bubbles"]
        assert [b["text"] for b in shown[:2]] == ["在吗", "收到：在吗"]
        opened = await stage.post("/sim/tap", {"phone": key, "bubble": shown[2]["id"], "choice": ""})
        assert opened["open"].startswith("/sim/open?as=")
        assert (await stage.post("/sim/clock", {"step": "next"}))["now"] == "2026-09-04T09:00:00+00:00"
        await stage.post("/sim/clock", {"step": "day"})
        assert stage.clock() == NOON + timedelta(hours=29)
        async with stage.http.post(
            f"{stage.base}/sim/tap", json={"phone": key, "bubble": 1, "choice": "没有"}
        ) as no:
            assert no.status == 409


async def test_events_beat_when_something_changes(stage: Stage) -> None:
    async with stage.http.get(f"{stage.base}/sim/events") as stream:
        assert (await stream.content.readline()).startswith(b"data: ")
        await stream.content.readline()
        await stage.member("xiaolin").says("在吗")
        assert (await stream.content.readline()).startswith(b"data: ")


async def test_the_page_needs_nothing_from_outside(stage: Stage) -> None:
    for name in ("", "page/page.css", "page/phones.css", "page/page.js", "page/slot.js", "page/paint.js"):
        async with stage.http.get(f"{stage.base}/{name}") as answer:
            assert answer.status == 200
            text = (await answer.text()).replace("http://www.w3.org/2000/svg", "")
            assert "http://" not in text
            assert "https://" not in text
