"""A reminder whose text has marks and gaps: bold where that is shown, plain words everywhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.materials.page import plain
from tests.delivery.files_cast import arrive, folder, opened
from tests.delivery.post import CAMPUS

__all__ = ["folder"]  # the fixture


@pytest.fixture
def marked(folder: Path) -> Path:
    """Every reminder says something in bold, quotes, links, and names the school."""
    for text in (folder / "materials/weekly").glob("*.md"):
        head, fence, _ = text.read_text(encoding="utf-8").rpartition("---\n")
        words = "**先停手**，再问老师。\n> {{ school }}不收费\n[96110](https://example.edu.cn/96110)\n"
        text.write_text(f"{head}{fence}{words}", encoding="utf-8")
    return folder


async def test_a_member_sees_it_in_bold(database_url: str, marked: Path) -> None:
    async with opened(CAMPUS, database_url, marked) as post:
        await post.launched("staff-reminder")
        await arrive(post)
        bubble = post.member("su").received("**先停手**")
        assert bubble.kind == "markdown"
        assert f"> {post.stage.bot.school.name}不收费" in bubble.seen
        assert f"[查看]({post.stage.bot_url}/a/" in bubble.text
        chen = post.member("chen")
        await chen.says("/push staff-reminder 试发")
        await arrive(post)
        tried = [b for b in chen.bubbles if "试发" in b.seen and b.kind == "markdown"]
        assert len(tried) == 1
        assert "[查看](" in tried[0].text
        assert tried[0].text.rstrip().endswith(")")


async def test_inside_wechat_and_from_the_official_account_the_marks_are_gone(
    database_url: str, marked: Path
) -> None:
    async with opened(replace(CAMPUS, cards=False), database_url, marked) as post:
        await post.launched("staff-reminder")
        await post.launched("weekly-reminder")
        await arrive(post)
        for phone in (post.member("su"), post.lin):
            bubble = phone.received("先停手，再问老师。")
            assert f"{post.stage.bot.school.name}不收费" in bubble.seen
            assert "96110 https://example.edu.cn/96110" in bubble.seen
            assert not any(mark in bubble.seen for mark in ("**", "{{", "> ", "]("))


@given(st.text(alphabet="*>[]()` #a好\nhttps:/.-", max_size=60))
def test_only_marks_go(text: str) -> None:
    def words(of: str) -> str:
        return "".join(sign for sign in of if sign not in "*>[]()`# ")

    assert words(plain(text)) == words(text)
    assert len(plain(text)) <= len(text)


@pytest.mark.parametrize("text", ["3 * 4 ** 2", "a > b", "#反诈", "[注意] (见下)", "1. 先停\n- 再问", "5**"])
def test_signs_that_are_no_marks_stay(text: str) -> None:
    assert plain(text) == text
