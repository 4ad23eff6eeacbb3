"""Data files keep their text as it was typed, and every complaint can be jumped to."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from bot.errors import BadFile
from bot.marked_yaml import load, parse


class _Cat(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["cat"]
    lives: int


class _Dog(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["dog"]
    barks: bool = True


class _Home(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    pets: list[Annotated[_Cat | _Dog, Field(discriminator="kind")]] = []
    size: int | Literal["small"] = 1
    rooms: dict[str, _Dog] = {}


_YAML = "tag:yaml.org,2002:"
_ONE_DOCUMENT = "expected a single document in the stream, but found another document"
_TAGS = "Input tag 'cow' found using 'kind' does not match any of the expected tags: 'cat', 'dog'"


def refused(text: str, model: type[BaseModel] | None = None) -> list[str]:
    with pytest.raises(BadFile) as caught:
        _ = parse(text, "f.yaml", model) if model else load(text, "f.yaml")
    return [str(complaint) for complaint in caught.value.complaints]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("10:30", "10:30"),
        ("00123", "00123"),
        ("no", "no"),
        ("on", "on"),
        ("2026-09-01", "2026-09-01"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("1e5", "1e5"),
        (".inf", ".inf"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("-12", -12),
        ("0", 0),
        ("3.5", 3.5),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_a_word_means_what_a_teacher_typed(word: str, value: object) -> None:
    assert load(f"a: {word}\n", "f.yaml").value == {"a": value}


def test_lines_of_values_and_keys_are_kept() -> None:
    marked = load("a: 1\nb:\n  - x: 1\n  - x:\n      2\n", "f.yaml")
    assert marked.line(("b", 1)) == 4
    assert marked.line(("b", 1, "x")) == 5
    assert marked.line(("b", 1, "x"), key=True) == 4
    assert marked.line(("b", 1, "nothing", 7)) == 4
    assert marked.line(("nothing",)) == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: a stands here twice; first in line 1"),
        ("a: &x 1\nb: *x\n", "f.yaml:2: an alias (*name) is not read here: write the value out"),
        ("a: !!set {x}\n", "f.yaml:1: the tag tag:yaml.org,2002:set is not read here"),
        ("a: !!python/name:os 1\n", f"f.yaml:1: the tag {_YAML}python/name:os is not read here"),
        ("? [1]\n: 2\n", "f.yaml:1: a key must be a word, not a list or a mapping"),
        ("ok: 1\nbad: \x07\n", "f.yaml:2: a character that no text file should hold"),
        ("ok: 1\nbad: \ud800\n", "f.yaml:2: a character that no text file should hold"),
        ("a: [1\nb: 2\n", "f.yaml:2: while parsing a flow sequence, did not find expected ',' or ']'"),
        ("a: 1\n---\nb: 1\n", f"f.yaml:2: {_ONE_DOCUMENT}"),
        ("[" * 60 + "]" * 60, "f.yaml:1: nested too deeply"),
    ],
)
def test_what_is_refused_and_where(text: str, complaint: str) -> None:
    assert refused(text) == [complaint]


def test_all_repeated_keys_are_told_at_once() -> None:
    assert len(refused("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n")) == 2


def test_complaints_of_a_model_reach_inside_unions() -> None:
    text = "name: 家\npets:\n  - kind: cat\n    lives: many\n  - kind: dog\n    bark: true\n  - kind: cow\n"
    assert refused(text, _Home) == [
        "f.yaml:4: lives: Input should be a valid integer, unable to parse string as an integer",
        "f.yaml:6: bark is not known here; did you mean barks?",
        f"f.yaml:7: item 3: {_TAGS}",
    ]


def test_members_of_a_plain_union_make_one_complaint() -> None:
    (complaint,) = refused("name: 家\nsize: big\n", _Home)
    assert complaint.startswith("f.yaml:2: size: Input should be a valid integer")
    assert complaint.endswith("or size: Input should be 'small'")


def test_missing_and_unknown_keys_name_themselves() -> None:
    assert refused("rooms:\n  hall:\n    kind: dog\n    zzz: 1\n", _Home) == [
        "f.yaml:1: name is missing",
        "f.yaml:4: zzz is not known here; known: barks, kind",
    ]
    assert refused("- 1\n", _Home) == [
        "f.yaml:1: Input should be a valid dictionary or instance of _Home",
    ]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadFile):
        load(text, "f.yaml")
