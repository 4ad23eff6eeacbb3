"""What goes wrong on the way to a page is said in Chinese, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestServer
from web_cast import Browser, Campus

from bot.receipts.tables import message_code

New = Callable[[], Browser]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What is told here does not hang on the engine."""
    return f"sqlite+aiosqlite:///{tmp_path / 'web.db'}"


@pytest.mark.parametrize("path", ["/", "/a", "/nowhere", "/console/x", "/a/ABC234/x", "/screen/"])
async def test_an_address_that_leads_nowhere(browser: New, path: str) -> None:
    page = await browser().opens(path)
    assert page.status == 404
    assert "没有这个页面" in page.words


@pytest.mark.parametrize(
    ("kind", "body", "status", "said"),
    [
        ("application/x-www-form-urlencoded; charset=nonsense", b"csrf=1", 403, "页面放久了"),
        ("multipart/form-data", b"csrf=1", 403, "页面放久了"),
        ("application/x-www-form-urlencoded", b"x" * 70_000, 413, "内容太大"),
    ],
)
async def test_a_form_that_is_none(browser: New, kind: str, body: bytes, status: int, said: str) -> None:
    reader = browser()
    answer = await reader.client.post("/a/ABC234/open", data=body, headers={"Content-Type": kind})
    assert answer.status == status
    assert said in await answer.text()


async def test_an_error_of_ours_is_a_sentence_and_no_secret(
    browser: New, campus: Campus, server: TestServer
) -> None:
    async with campus.database.begin() as tx:
        await tx.execute(sa.schema.DropTable(message_code))
    page = await browser().opens("/verify/ABC234")
    assert page.status == 500
    assert "刚才出了点小问题" in page.words
    assert "message_code" not in page.text
    assert page.answer.headers["Content-Security-Policy"]
