"""Data files keep their text as it was typed, and every complaint can be jumped to."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, create_model

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


_NO_TAG = "以 ! 开头的写法（tag:yaml.org,2002:{}）这里不用，文字请加引号"
_ONE_DOCUMENT = "一个文件只写一份，请删掉多出的 --- 和它后面的内容"


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
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: a 写了两次，第一次在第 1 行"),
        ("a: &x 1\nb: *x\n", "f.yaml:2: 不能用 *名字 引用别处，请把内容写全（以 * 开头的文字请加引号）"),
        ("a: !!set {x}\n", f"f.yaml:1: {_NO_TAG.format('set')}"),
        ("a: !!python/name:os 1\n", f"f.yaml:1: {_NO_TAG.format('python/name:os')}"),
        ("? [1]\n: 2\n", "f.yaml:1: 冒号前要写一个词，不能是列表"),
        ("ok: 1\nbad: \x07\n", "f.yaml:2: 有看不见的特殊字符，请删掉这一行重新输入"),
        ("ok: 1\nbad: \ud800\n", "f.yaml:2: 有看不见的特殊字符，请删掉这一行重新输入"),
        ("a: [1\nb: 2\n", "f.yaml:2: 第 1 行的 [ 开始，方括号没有收尾：列表各项之间用半角逗号，最后写 ]"),
        ("a: 1\n---\nb: 1\n", f"f.yaml:2: {_ONE_DOCUMENT}"),
        ("[" * 60 + "]" * 60, "f.yaml:1: 括号或缩进套得太深"),
    ],
)
def test_what_is_refused_and_where(text: str, complaint: str) -> None:
    assert refused(text) == [complaint]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nwhen：friday\nb: 1\n", 2, "冒号用半角"),
        ("a: 1\nwhen:friday\nb: 1\n", 2, "后面空一格"),
        ("a: 1\n\tb: 1\n", 2, "Tab"),
        ("a:\n  b: 1\n c: 1\n", 3, "对齐"),
        ("a:\n  - 1\n b: 1\n", 3, "对齐"),
        ("a: 学生: 提醒\n", 1, "加引号"),
        ('a: 1\nb: "提醒\nc: 1\nd: 1\n', 2, "引号没有收尾"),
        ("a: 1\nb: '提醒\n---\nc: 1\n", 2, "引号没有收尾"),
        ('a: "学生"提醒\n', 1, "引号后面"),
        ("a: @学生\n", 1, "用引号包起来"),
        ("a: &学生 1\n", 1, "以 & 开头"),
        ("a: |学生\n", 1, "另起一行"),
        ("a: - 学生\n", 1, "另起一行"),
        ('a: "C:\\学生"\n', 1, "反斜杠"),
        ('a: "C:\\x"\n', 1, "反斜杠"),
        ("a: {b: 1\nc: 1\n", 2, "第 1 行的 { 开始"),
        ("a: [1,,2]\n", 1, "多了一个逗号"),
        ("%a\n", 1, "以 % 开头"),
        ("a: 1\n...\nb: 1\n", 3, "多出来的内容"),
    ],
)
def test_a_slip_of_grammar_is_told_in_chinese(text: str, line: int, part: str) -> None:
    (complaint,) = refused(text)
    assert complaint.startswith(f"f.yaml:{line}: ")
    assert part in complaint
    assert "读不懂" not in complaint, "libyaml's own words are left to what nobody types"


def test_all_repeated_keys_are_told_at_once() -> None:
    assert len(refused("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n")) == 2


def test_complaints_of_a_model_reach_inside_unions() -> None:
    text = "name: 家\npets:\n  - kind: cat\n    lives: many\n  - kind: dog\n    bark: true\n  - kind: cow\n"
    assert refused(text, _Home) == [
        "f.yaml:4: lives：要写整数，不加引号和单位",
        "f.yaml:6: 不认识 bark；是不是 barks？",
        "f.yaml:7: pets 第 3 项：kind 只能写 cat、dog，不是 cow",
    ]


def test_members_of_a_plain_union_make_one_complaint() -> None:
    (complaint,) = refused("name: 家\nsize: big\n", _Home)
    assert complaint == "f.yaml:2: size：要写整数，不加引号和单位；或者只能写 small"


def test_of_a_union_only_the_member_that_was_meant_complains() -> None:
    model = create_model("_Yard", gate=(Literal["none"] | _Home, ...))
    assert refused("gate: {name: 门, szie: 3}\n", model) == ["f.yaml:1: 不认识 szie；是不是 size？"]
    assert refused("gate:\n", model) == ["f.yaml:1: gate：没有填"]


def test_missing_and_unknown_keys_name_themselves() -> None:
    assert refused("rooms:\n  hall:\n    kind: dog\n    zzz: 1\n", _Home) == [
        "f.yaml:1: 缺少 name",
        "f.yaml:4: 不认识 zzz；可以写：barks、kind",
    ]
    assert refused("- 1\n", _Home) == [
        "f.yaml:1: 下面要写「名称: 内容」，冒号后空一格",
    ]
    assert refused("", _Home) == ["f.yaml:1: 文件里没有内容"]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadFile):
        load(text, "f.yaml")
