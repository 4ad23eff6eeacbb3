"""The materials that are shipped have nothing to mend."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bot.materials.check import check_materials
from bot.materials.files import read_folder
from bot.materials.loader import Reading, read_materials

MATERIALS = Path(__file__).parents[2] / "materials"
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
