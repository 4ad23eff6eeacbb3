"""Which class of the 家校通讯录 is which of our units: by names, one to one, and never guessed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.people.directory import ClassThere, Department, Fit, Level, classes, fitted

ROOT = Department(1, "示例附属中学", 0, Level.SCHOOL)


def tree(*paths: str) -> list[ClassThere]:
    """Classes by paths such as ``初中:3/初一:2/1班``, a class where no level is given, below the school."""
    rows, ids = [ROOT], {"": 1}
    for path in paths:
        way = ""
        for part in path.split("/"):
            name, _, level = part.partition(":")
            above, way = way, f"{way}/{name}"
            if way not in ids:
                ids[way] = len(ids) + 1
                rows.append(Department(ids[way], name, ids[above], int(level or 1)))
    return classes(rows)


def units(there: list[ClassThere], ours: list[str]) -> dict[str, str | None]:
    found = fitted(there, ours)
    return {one.path.partition("/")[2]: found[one.id].unit for one in there}


def test_the_school_and_its_stages_may_be_missing_on_our_side() -> None:
    there = tree("初中:3/初一:2/1班", "初中:3/初二:2/1班")
    assert units(there, ["附属中学/初一/1班", "附属中学/初二/1班"]) == {
        "初中/初一/1班": "附属中学/初一/1班",
        "初中/初二/1班": "附属中学/初二/1班",
    }


def test_a_class_by_its_name_alone_where_there_is_one_of_it() -> None:
    assert units(tree("护理2301"), ["护理学院/2023级/护理2301"]) == {"护理2301": "护理学院/2023级/护理2301"}
    assert fitted(tree("护理2301"), ["护理学院/护理2301", "药学院/护理2301"])[2] == Fit(None, 2)


def test_another_campus_or_grade_is_another_class() -> None:
    assert units(tree("东校区:4/一年级:2/1班"), ["西校区/一年级/1班", "二年级/1班"]) == {
        "东校区/一年级/1班": None
    }


def test_two_classes_that_want_one_unit_get_neither() -> None:
    found = fitted(tree("初一:2/1班", "初二:2/1班"), ["1班"])
    assert set(found.values()) == {Fit(None, 2)}


def test_the_same_path_goes_before_a_likeness() -> None:
    there = tree("初一:2/1班", "分部:4/初一:2/1班")
    assert units(there, ["初一/1班", "分部/初一/1班"]) == {
        "初一/1班": "初一/1班",
        "分部/初一/1班": "分部/初一/1班",
    }


def test_spellings_that_look_alike_are_alike() -> None:
    assert units(tree("七（1）班"), ["七年级/七(1)班"]) == {
        "七（1）班".translate(str.maketrans("（）", "()")): "七年级/七(1)班"
    }


def test_graduates_and_loops() -> None:
    gone = [ROOT, Department(2, "2020级", 1, Level.GRADE, graduated=True), Department(3, "1班", 2)]
    assert classes(gone) == []
    loop = [Department(1, "a", 2), Department(2, "b", 1)]
    assert {one.path for one in classes(loop)} == {"b/a", "a/b"}


NAMES = st.sampled_from(["初一", "初二", "1班", "2班", "东", "西"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


@given(st.lists(PATHS, max_size=6, unique=True), st.lists(PATHS, max_size=6, unique=True))
def test_nobody_is_given_twice_and_the_leaf_is_the_same(there: list[str], ours: list[str]) -> None:
    found = fitted(tree(*there), ours)
    given_ = [fit.unit for fit in found.values() if fit.unit is not None]
    assert len(given_) == len(set(given_))
    assert set(given_) <= set(ours)
    for one in tree(*there):
        fit = found[one.id]
        if fit.unit is not None:
            assert fit.unit.rpartition("/")[2] == one.way[-1].name
            assert fit.rivals == 0
