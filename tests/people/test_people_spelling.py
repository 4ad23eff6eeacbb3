from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.spelling import (
    ancestors,
    called_for_short,
    matching_units,
    skeleton,
    tidy,
    tidy_code,
    tidy_unit,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("张　三", "张三"),
        (" 张 三\u200b", "张三"),
        ("John  Smith", "John Smith"),
        ("Ｔ１００１", "T1001"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("初一（1）班", "初一(1)班"),
    ],
)
def test_a_name_has_one_spelling(written: str, kept: str) -> None:
    assert tidy(written) == kept


def test_zeros_in_front_of_a_code_stay() -> None:
    assert tidy_code(" 00 12 ") == "0012"


def test_a_path_has_no_empty_parts() -> None:
    assert tidy_unit(" /护理学院／ 2023级 //护理 2301/") == "护理学院/2023级/护理2301"


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy_unit(tidy_unit(text)) == tidy_unit(text)


@pytest.mark.parametrize("other", ["护理23O1", "护理23o1", "护理23〇1", "护理230l", "护理230I", "护理2３01"])
def test_a_reader_takes_them_for_the_same(other: str) -> None:
    assert skeleton(tidy(other)) == skeleton("护理2301")


@pytest.mark.parametrize("other", ["护理2302", "护理2311", "护理2301A", "护士2301"])
def test_a_reader_tells_them_apart(other: str) -> None:
    assert skeleton(other) != skeleton("护理2301")


@given(st.lists(st.sampled_from("甲乙丙1"), min_size=1, max_size=5))
def test_the_nearest_unit_comes_first(parts: list[str]) -> None:
    unit = "/".join(parts)
    found = ancestors(unit)
    assert found[0] == unit
    assert found[-1] == parts[0]
    assert len(found) == len(parts)


def test_a_leaf_or_more_of_the_path_names_a_unit() -> None:
    units = ["护理学院", "护理学院/2023级", "信息工程学院/2023级"]
    assert matching_units("护理学院", units) == ["护理学院"]
    assert matching_units("护理学院/2023级", units) == ["护理学院/2023级"]
    assert matching_units("2023级", units) == ["信息工程学院/2023级", "护理学院/2023级"]
    assert matching_units("学院", units) == []
    assert matching_units(" ", units) == []


@pytest.mark.parametrize("said", ["三2", "三（2）班", "三年级二班", "3年级2班", "三2班", "三年级 2班"])
def test_a_class_is_called_for_short(said: str) -> None:
    units = ["小学/三年级/三年级2班", "小学/三年级/三年级12班", "小学/二年级/二年级3班", "小学/三年级"]
    assert called_for_short(said, units) == ["小学/三年级/三年级2班"]


def test_what_has_no_number_is_short_for_nothing() -> None:
    units = ["护理学院", "护理学院/护理2301", "小学/三年级"]
    assert called_for_short("护理2301班", units) == ["护理学院/护理2301"]
    assert [called_for_short(said, units) for said in ("护理", "三", "", " ", "2301", "班")] == [[]] * 6
