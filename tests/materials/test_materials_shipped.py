"""The materials that are shipped have nothing to mend."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bot.loading import load_plan
from bot.materials.check import SCRIPT, check_materials, length, missing_weeks
from bot.materials.files import read_folder
from bot.materials.loader import Reading, read_materials
from bot.materials.rules import pick

TOP = Path(__file__).parents[2]
MATERIALS = TOP / "materials"
SHIPPED = date(2026, 11, 22)


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read_materials(read_folder(MATERIALS))


def test_the_checker_finds_no_error(shipped: Reading) -> None:
    assert check_materials(shipped, SHIPPED).errors == ()


def test_a_teaching_year_is_covered(shipped: Reading) -> None:
    counts = Counter(placed.text.kind for placed in shipped.placed)
    assert counts["weekly"] >= 120
    assert counts["sixty_seconds"] >= 80
    assert counts["alerts"] >= 10
    for kind in ("weekly", "sixty_seconds"):
        assert all(placed.text.scene for placed in shipped.placed if placed.text.kind == kind)


def test_what_is_forwarded_to_parents_is_written_to_them(shipped: Reading) -> None:
    assert missing_weeks([placed.text for placed in shipped.placed], "家长") == []


def test_a_script_takes_about_a_minute(shipped: Reading) -> None:
    """180 characters at the pace of a classroom, with the pause before the last question."""
    scripts = {p.text.id: length(p.text.body) for p in shipped.placed if p.text.kind == "sixty_seconds"}
    assert {id_: n for id_, n in scripts.items() if not 180 <= n <= SCRIPT} == {}


def test_no_warning_is_called_by_the_name_of_a_flag(shipped: Reading) -> None:
    """A red flag is no warning in Chinese: pupils salute it, and three of them are a slogan of 1958."""
    for placed in shipped.placed:
        scene = placed.text.scene
        words = [placed.text.body, *([scene.stem, scene.why] if scene else []), str(placed.text.extra)]
        assert "红旗" not in "".join(words), placed.file


def test_what_is_for_the_summer_leaves_before_it(shipped: Reading) -> None:
    calendar = load_plan(TOP / "schedules.yaml").calendar
    weekly = [placed.text for placed in shipped.placed if placed.text.kind == "weekly"]
    for term in calendar.terms:
        if term.is_autumn:
            continue
        week = calendar.school_year_week(term.last)
        for audience, id_ in {"小学": "school-40", "大学": "college-40", "教职工": "staff-40"}.items():
            best = pick([text for text in weekly if audience in text.audience], week, {})
            assert best is not None
            assert best.id == id_, (term.name, audience)
