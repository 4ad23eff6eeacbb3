"""What to call units: short, told apart, and understood when it is typed back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.people.rules import labels, several
from bot.people.spelling import matching_units

_parts = st.sampled_from(["一中", "二中", "初一", "1班", "2班"])
paths = st.lists(_parts, min_size=1, max_size=4).map("/".join)


@given(st.lists(paths, min_size=1, max_size=12, unique=True))
def test_each_is_called_by_something_that_means_no_other_of_them(units: list[str]) -> None:
    called = labels(units)
    assert list(called) == units
    assert len(set(called.values())) == len(units)
    for unit, name in called.items():
        assert unit == name or unit.endswith("/" + name)
        assert unit in matching_units(name, units) or name in units


def test_a_name_is_no_longer_than_it_must_be() -> None:
    assert labels(["护理学院/2023级/护理2301", "护理学院/2023级/护理2302"]) == {
        "护理学院/2023级/护理2301": "护理2301",
        "护理学院/2023级/护理2302": "护理2302",
    }
    assert list(labels(["一中/初一/1班", "二中/初一/1班", "二中/初一/2班"]).values()) == [
        "一中/初一/1班", "二中/初一/1班", "2班",
    ]  # fmt: skip
    assert labels([""]) == {"": "全校"}


@given(st.lists(st.text("护理班", min_size=1, max_size=60), min_size=1, max_size=80, unique=True))
def test_many_names_are_one_short_sentence(units: list[str]) -> None:
    said = several(units)
    assert len(said) <= 150
    assert (f"等{len(units)}个单位" in said) == (said.count("、") + 1 < len(units))
