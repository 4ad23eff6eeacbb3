"""Into whose groups somebody forwards, who reads there, and how many links one message holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.duties.audience import Audience, roles_named
from bot.duties.audience_parser import parse_audience
from bot.duties.readers import OF_OFFICE, groups_of, of_class
from bot.people.rules import Person, PersonKind, RoleHeld, RoleName, Stage
from bot.publishing.wording import FORWARDED, as_many

_UNITS = st.sampled_from(["护理学院", "护理学院/护理2301", "附属小学/一年级1班", "教务处"])
_PEOPLE = st.builds(
    Person,
    id=st.just(1),
    code=st.just("T1"),
    name=st.just("苏晴"),
    kind=st.sampled_from(PersonKind),
    unit=_UNITS,
    roles=st.lists(st.builds(RoleHeld, st.sampled_from(RoleName), _UNITS), max_size=4).map(tuple),
)
_TO = st.sampled_from([
    "role 班主任", "role 班主任 or role 辅导员", "role 反诈联络员", "role 班主任 or role 反诈联络员",
    "教职工", "教职工 except role 班主任", "unit 护理学院",
]).map(parse_audience)  # fmt: skip
_LINES = st.lists(st.tuples(st.text("群 a", min_size=1, max_size=9), st.booleans()), min_size=1, max_size=12)


@given(_TO, _PEOPLE)
def test_nobody_forwards_into_nothing_and_no_unit_twice(to: Audience, person: Person) -> None:
    classes, offices = groups_of(to, person)
    assert classes or offices
    assert not set(classes) & set(offices)
    held = {role.unit for role in person.roles}
    assert set(classes) | set(offices) <= held | {person.unit}


def test_a_liaison_with_a_class_forwards_each_duty_to_those_it_means() -> None:
    roles = (RoleHeld(RoleName.HOMEROOM, "初一1班"), RoleHeld(RoleName.LIAISON, "初一"))
    person = Person(1, "T1", "苏晴", PersonKind.STAFF, "初一", roles=roles)
    said = {
        "role 班主任": (("初一1班",), ()),
        "role 反诈联络员": ((), ("初一",)),
        "role 班主任 or role 反诈联络员": (("初一1班",), ("初一",)),
        "教职工": (("初一1班",), ()),
        "教职工 except role 反诈联络员": (("初一1班",), ()),
        "role 值班": ((), ("初一",)),
    }
    assert {to: groups_of(parse_audience(to), person) for to in said} == said
    assert roles_named(parse_audience("role 值班 except role 班主任")) == {RoleName.DUTY}


def test_who_reads_in_a_group() -> None:
    """Each has every word, so that what the forwarder is told is what opens, whatever texts there are."""
    assert (of_class(Stage.COLLEGE).group, of_class(Stage.COLLEGE).words[0]) == ("班级群", "大学")
    for stage in (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR):
        assert of_class(stage).group == "班级家长群"
        assert of_class(stage).words[:2] == (f"家长/{stage}", "家长")
    assert (OF_OFFICE.group, OF_OFFICE.words[0]) == ("工作群", "教职工")
    groups = [OF_OFFICE, *map(of_class, Stage)]
    assert len({frozenset(one.words) for one in groups}) == 1
    assert all(len(set(one.words)) == len(one.words) == 10 for one in groups)


@given(_LINES, st.integers(150, 400))
def test_what_does_not_fit_is_counted(lines: list[tuple[str, bool]], most: int) -> None:
    said = as_many(lines, most, lambda n: f"还有{n}个")
    assert len(said.encode()) <= most
    assert said.endswith(FORWARDED)
    shown = said.split("\n")[:-1]
    links = sum(is_link for _, is_link in lines)
    left = 0
    if shown and shown[-1].startswith("还有"):
        left = int(shown.pop().removeprefix("还有").removesuffix("个"))
    assert shown == [line for line, _ in lines[: len(shown)]]
    assert sum(is_link for _, is_link in lines[: len(shown)]) + left == links
    assert len(shown) in (0, len(lines)) or lines[len(shown) - 1][1], "no head stands without a link"
