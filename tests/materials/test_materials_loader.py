"""Markdown with front matter becomes a library; a slip is told at its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from material_cast import CARD, SCRIPT, WEEKLY

from bot.errors import BadFile
from bot.materials.files import load_library
from bot.materials.loader import read_library, read_materials, weeks

NAME = "weekly/college-06.md"


def told(text: str, name: str = NAME) -> list[str]:
    return [str(complaint) for complaint in read_materials({name: text}).complaints]


def test_a_file_becomes_a_text() -> None:
    library = read_library({NAME: WEEKLY, "sixty_seconds/sixty-01.md": SCRIPT, "cards/card-t01.md": CARD})
    weekly, script, card = library.texts.values()
    assert (weekly.kind, weekly.review_by) == ("weekly", date(2027, 9, 1))
    assert weekly.season == {6, 8, 9, 10}
    assert weekly.scene is not None
    assert weekly.scene.options == (("A", "停手不垫"), ("B", "再做一单"), ("C", "找同学一起"))
    assert weekly.body.startswith("先返几元")
    assert weekly.body.endswith("打110。")
    assert script.scene is not None
    assert (dict(script.scene.options), script.scene.answer) == ({"A": "对", "B": "错"}, "B")
    assert len(script.season) == 40
    assert card.extra["keywords"] == ["垫付", "返利"]
    assert card.extra["believed"] == [{"wrong": "到账了就是真的", "right": "那是诱饵"}]


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("season: [6, 8-10]", "season: [6, 10-8]", 8, "10-8"),
        ("season: [6, 8-10]", "season: [41]", 8, "41"),
        ("season: [6, 8-10]\n", "", 2, "缺少 season"),
        ("season: [6, 8-10]", "season: []", 8, "season"),
        ("  answer: A", "  answer: D", 10, "answer"),
        ("  answer: A", "  answer: true", 10, "answer"),
        ("id: college-06", "id: College 06", 2, "小写"),
        ("audience: [大学]", "audience: [大专]", 4, "audience"),
        ("topic: 刷单返利", "topik: 刷单返利\ntopic: 刷单返利", 5, "是不是 topic"),
        ("review_by: 2027-09-01", "review_by: 明年", 7, "2027-09-01 的样子"),
        ("---\nid", "id", 1, "第一行"),
        ("title: 刷单", "title: [刷单", 4, "第 3 行的 [ 开始"),
        (WEEKLY[WEEKLY.index("\n先返") :], "", 14, "没有正文"),
    ],
)
def test_a_slip_is_told_at_its_line(old: str, new: str, line: int, part: str) -> None:
    assert old in WEEKLY
    found = told(WEEKLY.replace(old, new, 1))
    assert any(one.startswith(f"{NAME}:{line}: ") and part in one for one in found), found


def test_all_complaints_of_all_files_come_at_once(tmp_path: Path) -> None:
    for name, text in {
        "weekly/college-06.md": WEEKLY,
        "weekly/again.md": WEEKLY,
        "alerts/bad.md": "no front matter",
        "poems/one.md": SCRIPT,
    }.items():
        path = tmp_path / "materials" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        load_library(tmp_path / "materials")
    assert [str(c).split(": ")[0] for c in refused.value.complaints] == [
        "materials/alerts/bad.md:1",
        "materials/poems/one.md:1",
        "materials/weekly/college-06.md:2",
    ]


def test_windows_line_ends_and_marks_change_nothing() -> None:
    odd = read_library({NAME: "\ufeff" + WEEKLY.replace("\n", "\r\n")})
    assert odd == read_library({NAME: WEEKLY})


@given(st.integers(1, 40), st.integers(1, 40))
def test_ranges_of_weeks(first: int, last: int) -> None:
    if first <= last:
        assert list(weeks(f"{first}-{last}")) == list(range(first, last + 1))
    else:
        with pytest.raises(ValueError, match="读不懂"):
            weeks(f"{first}-{last}")


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert told(text)
