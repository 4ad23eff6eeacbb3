from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.audience import (
    Audience,
    Both,
    Either,
    Except,
    HasRole,
    InUnit,
    OfKind,
    OfStage,
    Standing,
    Without,
    kinds_named,
    matches,
)
from bot.duties.audience_parser import parse_audience
from bot.duties.rules import Ask, ProofKind
from bot.people.rules import Person, PersonKind, RoleHeld, RoleName, Stage

_LEAVES: st.SearchStrategy[Audience] = st.one_of(
    st.builds(OfKind, st.sampled_from(PersonKind)),
    st.builds(OfStage, st.sampled_from(Stage)),
    st.builds(InUnit, st.sampled_from(["", "护理学院", "护理学院/2023级", "初 一", "and", "a(b)"])),
    st.builds(HasRole, st.sampled_from(RoleName)),
    st.builds(Without, st.sampled_from(ProofKind), st.sampled_from(["term-test", "parent-letter"])),
)
_AUDIENCES: st.SearchStrategy[Audience] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Both, inner, inner), st.builds(Either, inner, inner), st.builds(Except, inner, inner)
    ),
    max_leaves=8,
)
ASKS = {"term-test": Ask.FULL_MARKS, "parent-letter": Ask.SIGN}

XIAO_LIN = Person(1, "2301001", "林晓", PersonKind.STUDENT, "护理学院/2023级/护理2301", Stage.COLLEGE)
TEACHER_GU = Person(
    id=2,
    code="T1001",
    name="顾明",
    kind=PersonKind.STAFF,
    unit="护理学院",
    roles=(RoleHeld(RoleName.COUNSELLOR, "护理学院/2023级"),),
)
MOTHER_LIN = Person(3, "P2301001", "周兰", PersonKind.PARENT, "护理学院/2023级/护理2301")


def meant(text: str, standing: Standing | None = None) -> list[str]:
    audience = parse_audience(text)
    cast = (XIAO_LIN, TEACHER_GU, MOTHER_LIN)
    return [p.name for p in cast if matches(audience, p, ASKS, standing or Standing())]


@given(_AUDIENCES)
def test_the_normal_form_reads_back_as_itself(audience: Audience) -> None:
    assert parse_audience(str(audience)) == audience


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("学生", ["林晓"]),
        ("学生 or 家长", ["林晓", "周兰"]),
        ("大学", ["林晓"]),
        ("unit 护理学院", ["林晓", "顾明", "周兰"]),
        ("unit 护理学院/2023", []),
        ("unit 护理学院/2023级 except 家长", ["林晓"]),
        ("role 辅导员 or role 班主任", ["顾明"]),
        ("学生 or 教职工 and unit 信息学院", ["林晓"]),
        ("（学生 or 教职工） and unit 信息学院", []),
        ("学生 or 家长 except 大学 or 家长", []),
        ("unit 护理学院 except 大学", ["顾明", "周兰"]),
    ],
)
def test_who_is_meant(text: str, names: list[str]) -> None:
    assert meant(text) == names


def test_without_counts_stronger_proof_a_no_and_an_exemption() -> None:
    text = "学生 and without mastered of term-test"

    def proof(kind: ProofKind) -> Standing:
        return Standing(frozenset({("term-test", kind)}))

    assert meant(text) == ["林晓"]
    assert meant(text, proof(ProofKind.STARTED)) == ["林晓"]
    assert meant(text, proof(ProofKind.MASTERED)) == []
    assert meant(text, proof(ProofKind.CHECKED)) == []
    assert meant(text, proof(ProofKind.DECLINED)) == []
    assert meant(text, Standing(exempt=frozenset({"term-test"}))) == []
    assert meant(text, Standing(frozenset({("parent-letter", ProofKind.SIGNED)}))) == ["林晓"]


def test_who_has_left_is_never_meant() -> None:
    gone = replace(XIAO_LIN, left_at=datetime(2026, 9, 1, tzinfo=UTC))
    assert not matches(parse_audience("学生"), gone, ASKS)
    assert not matches(parse_audience("教职工 or unit 护理学院"), gone, ASKS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "没有写完，后面还要写人群或学段"),
        ("学僧", "「学僧」不是人群或学段"),
        ("role 班猪任", "「班猪任」不是职责；是不是 班主任？"),
        ("学生 and", "没有写完，后面还要写人群或学段"),
        ("学生 教职工", "「教职工」前面少了 and、or 或 except"),
        ("(学生", "括号没有收尾"),
        ("学生)", "「)」前面少了 and、or 或 except"),
        ("unit", "没有写完，后面还要写单位"),
        ("unit and 学生", "「and」的位置应写单位"),
        ('unit "护理', "引号没有成对"),
        ("without signet of parent-letter", "「signet」不是凭据；是不是 signed？"),
        ("without signed parent-letter", "写成 without 凭据 of 任务的 id"),
        ("(" * 50 + "学生" + ")" * 50, "括号太多"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_audience(text)
    assert reason in str(caught.value)


@given(st.text(alphabet='学生家长 andorexcept()"（）unitrole/', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        parse_audience(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("学生 and 大学", {PersonKind.STUDENT}),
        ("role 班主任", {PersonKind.STAFF}),
        ("学生 or 家长 except 小学", {PersonKind.STUDENT, PersonKind.PARENT}),
        ("unit 护理学院 and 教职工", {PersonKind.STAFF}),
        ("高中", {PersonKind.STUDENT}),
    ],
)
def test_kinds_named(text: str, kinds: set[PersonKind]) -> None:
    assert kinds_named(parse_audience(text)) == kinds
