"""Pages for everybody: verification, the classroom screen, health."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import Counter
from web_cast import Browser, Campus

from bot.web.pages import Pages

New = Callable[[], Browser]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is told here does not hang on the engine."""
    return f"sqlite+aiosqlite:///{tmp_path / 'web.db'}"


async def test_a_code_of_ours_and_one_that_is_not(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("parents-letter")
    reader = browser()
    page = await reader.opens(f"/verify?code={slug[:3].lower()}-{slug[3:]}")
    assert page.path == f"/verify/{slug}"
    assert "是示例职业技术学院9月17日发布的「给家长的一封信」。" in page.words
    assert "没有这个编号" in (await reader.opens("/verify/ABC234")).words
    assert "<script>" not in (await reader.opens("/verify/%3Cscript%3E")).text


async def test_codes_cannot_be_tried_out(browser: New, campus: Campus) -> None:
    reader = browser()
    answers = [(await reader.opens("/verify/ABC234")).status for _ in range(31)]
    assert answers == [200] * 30 + [429]
    other = await reader.opens("/verify/ABC234", **{"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert other.status == 200
    campus.clock.passes(minutes=1)
    assert (await reader.opens("/verify/ABC234")).status == 200


async def test_the_screen_shows_a_script_by_id_and_by_code(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("weekly")
    for ref in ("scene", slug):
        page = await browser().opens(f"/screen/{ref}")
        assert page.status == 200
        assert "扫码送皮肤" in page.words
        assert "白送还要扫码就是红旗" in page.words
    _, letter = await campus.launches("parents-letter")
    for ref in ("letter", letter, "ZZZZZZ", "。"):
        assert (await browser().opens(f"/screen/{ref}")).status == 404


async def test_health(browser: New, pages: Pages) -> None:
    Counter("pages_test", "a number", registry=pages.registry).inc()
    reader = browser()
    assert (await reader.opens("/healthz")).text == "ok"
    assert (await reader.opens("/readyz")).status == 200
    pages.is_fresh = lambda: False
    page = await reader.opens("/readyz")
    assert page.status == 503
    assert '"scheduler": false' in page.text
    assert "pages_test_total 1.0" in (await reader.opens("/metrics")).text


async def test_static_files_are_ours_alone(browser: New) -> None:
    reader = browser()
    assert (await reader.opens("/static/page.css")).status == 200
    for name in ("..%2Fpages.py", "nothing.css", "%2e%2e/pages.py"):
        assert (await reader.opens(f"/static/{name}")).status == 404
