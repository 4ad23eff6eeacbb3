"""Web login: only the platform says who somebody is, and a login leads only where we let it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from web_cast import Browser, Campus

from bot.messages import Address
from bot.people.tables import person
from bot.work import Work

New = Callable[[], Browser]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is told here does not hang on the engine."""
    return f"sqlite+aiosqlite:///{tmp_path / 'web.db'}"


async def test_who_may_be_two_is_asked_first(browser: New) -> None:
    page = await browser().opens("/oauth/campus?next=/a/ABC234")
    assert "我是家长" in page.words
    assert "我是学生或老师" in page.words
    assert "next=%2Fa%2FABC234" in page.text
    assert (await browser().opens("/oauth/nobody")).status == 404


async def test_a_stranger_learns_nothing(browser: New) -> None:
    reader = browser()
    page = await reader.logs_in("stranger")
    assert page.status == 403
    assert "没有认出您的家长身份" in page.words
    page = await reader.logs_in("p999")
    assert page.status == 403
    assert "没有在学校名单里找到您" in page.words
    assert "session" not in {cookie.key for cookie in reader.client.session.cookie_jar if cookie.value}


async def test_a_spent_code_is_told_kindly(browser: New) -> None:
    assert "登录没有成功" in (await browser().logs_in("spent")).words


@pytest.mark.parametrize("how", ["other browser", "made up", "late", "other account", "twice"])
async def test_a_state_that_is_not_ours_is_refused(browser: New, campus: Campus, how: str) -> None:
    mine = browser()
    out = await mine.client.get("/oauth/campus?as=parent&next=/verify", allow_redirects=False)
    query = parse_qs(urlsplit(out.headers["Location"]).query)
    state, account = query["state"][0], "campus"
    assert state.isalnum()
    match how:
        case "other browser":
            mine = browser()
        case "made up":
            state = state[:8] + "0" * 24
        case "late":
            campus.clock.passes(minutes=10, seconds=1)
        case "twice":
            assert (await mine.opens(f"/oauth/campus?code=p1&state={state}")).status == 200
    page = await mine.opens(f"/oauth/{account if how != 'other account' else 'nobody'}?code=p2&state={state}")
    assert page.status in (403, 404)
    if how != "twice":
        assert "session" not in {cookie.key for cookie in mine.client.session.cookie_jar}


@pytest.mark.parametrize(
    "next_",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
     "/oauth/campus", "a/b", "/x\r\nSet-Cookie: a=b", "/callback/campus"],
)  # fmt: skip
async def test_a_login_never_leads_away(browser: New, next_: str) -> None:
    reader = browser()
    out = await reader.client.get(
        "/oauth/campus", params={"as": "parent", "next": next_}, allow_redirects=False
    )
    state = parse_qs(urlsplit(out.headers["Location"]).query)["state"][0]
    back = await reader.client.get(f"/oauth/campus?code=p1&state={state}", allow_redirects=False)
    assert back.headers["Location"] == "/console/"


async def test_cookies_are_out_of_reach_of_scripts(browser: New) -> None:
    reader = browser()
    await reader.logs_in("p1")
    session = next(c for c in reader.client.session.cookie_jar if c.key == "session")
    assert session["httponly"]
    assert session["samesite"] == "Lax"


async def test_who_left_or_was_unbound_is_logged_out_everywhere(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("parents-letter")
    father, mother = browser(), browser()
    await father.logs_in("p1", next_=f"/a/{slug}")
    await mother.logs_in("p2", next_=f"/a/{slug}")
    async with campus.database.begin() as tx:
        await tx.execute(sa.update(person).where(person.c.code == "P1").values(left_at=campus.clock.now))
        Work(tx).people.unbind(Address.parent("ww0000000000000001", "p2"))
    for one in (father, mother):
        page = await one.opens(f"/a/{slug}")
        assert "登录后签收" in page.words
        assert (await one.posts(f"/a/{slug}/sign", task="all")).status == 403


async def test_a_session_ends_after_thirty_days_and_cannot_be_forged(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("parents-letter")
    father = browser()
    await father.logs_in("p1", next_=f"/a/{slug}")
    assert "一起签收" in (await father.opens(f"/a/{slug}")).words
    campus.clock.passes(days=30, seconds=1)
    assert "登录后签收" in (await father.opens(f"/a/{slug}")).words
    thief = browser()
    thief.client.session.cookie_jar.update_cookies({"session": "WzE4MDAwMDAwMDAsMSwiIl0.forged"})
    assert "登录后签收" in (await thief.opens(f"/a/{slug}")).words
