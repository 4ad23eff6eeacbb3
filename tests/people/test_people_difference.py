"""What would change, and that a second time nothing does."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bot.people.difference import Difference, difference
from bot.people.roster_rows import Corp, Known, RosterFile, RosterRow
from bot.people.rules import PersonKind, RoleHeld, RoleName, Stage
from bot.people.wording import too_many_leavers

STUDENT, STAFF, PARENT = PersonKind.STUDENT, PersonKind.STAFF, PersonKind.PARENT


def row(
    code: str, unit: str = "甲班", name: str = "张三", kind: PersonKind = STUDENT, **more: object
) -> RosterRow:
    return RosterRow(line=int(code) + 2, code=code, name=name, kind=kind, unit=unit, stage=None, **more)  # type: ignore[arg-type]


def known(
    code: str, unit: str = "甲班", name: str = "张三", kind: PersonKind = STUDENT, **more: object
) -> Known:
    return Known(int(code), code, name, kind, unit, **more)  # type: ignore[arg-type]


def file_of(*rows: RosterRow, held: frozenset[str] = frozenset()) -> RosterFile:
    return RosterFile("x.csv", rows, held=held)


def people(*those: Known) -> dict[str, Known]:
    return {one.code: one for one in those}


def applied(current: Mapping[str, Known], found: Difference) -> dict[str, Known]:
    """What the store is expected to make of a difference."""
    after = dict(current)
    for one in found.leavers:
        after[one.code] = known_like(one, left=True, roles=frozenset(), userid="")
    for change in found.changes:
        after[change.after.code] = from_row(change.after, change.before)
    for new in found.new:
        after[new.code] = from_row(new, None)
    gone = {code for code, one in after.items() if one.left}
    return {code: known_like(one, children=one.children - gone) for code, one in after.items()}


def known_like(one: Known, **changes: object) -> Known:
    values = {name: getattr(one, name) for name in Known.__dataclass_fields__}
    return Known(**(values | changes))


def from_row(new: RosterRow, before: Known | None) -> Known:
    old = before or Known(0, new.code, new.name, new.kind, new.unit)
    return Known(
        old.id, new.code, new.name, new.kind, new.unit, new.stage,
        old.roles if new.roles is None else new.roles,
        old.children if new.children is None else new.children,
        old.userid if new.userid is None else new.userid,
    )  # fmt: skip


def test_each_fate_has_its_place() -> None:
    current = people(*map(known, "1234789"), known("5", left=True), known("6", kind=STAFF))
    found = difference(
        current,
        file_of(
            row("1"),
            row("2", unit="乙班"),
            row("3", name="李四"),
            row("5"),
            row("10"),
            row("7"),
            row("8"),
            row("9"),
        ),
    )
    assert [one.code for one in found.new] == ["10"]
    assert [change.after.code for change in found.transferred] == ["2"]
    assert [change.after.code for change in found.changed] == ["3"]
    assert [change.after.code for change in found.returned] == ["5"]
    assert [one.code for one in found.leavers] == ["4"]
    assert found.unchanged == 4
    assert (found.base, found.many_leavers) == (7, False)


def test_a_list_of_students_says_nothing_about_staff() -> None:
    found = difference(people(known("1"), known("2", kind=STAFF)), file_of(row("1")))
    assert found.empty


def test_more_than_a_fifth_leaving_is_suspicious() -> None:
    current = people(*(known(str(n)) for n in range(10)))
    assert not difference(current, file_of(*(row(str(n)) for n in range(8)))).many_leavers
    assert difference(current, file_of(*(row(str(n)) for n in range(7)))).many_leavers


def test_the_missing_teachers_are_not_hidden_among_the_pupils() -> None:
    pupils = [str(n) for n in range(100)]
    teachers = [str(n) for n in range(100, 110)]
    current = people(*map(known, pupils), *(known(code, kind=STAFF) for code in teachers))
    rows = [row(code) for code in pupils]

    def left(count: int) -> Difference:
        return difference(current, file_of(*rows, *(row(code, kind=STAFF) for code in teachers[:count])))

    assert left(1).emptied == {STAFF: 9}
    said = too_many_leavers(left(1))
    assert "教职工9人离校（现有10人）" in said
    assert "学生" not in said
    assert left(7).many_leavers
    assert not left(8).many_leavers
    assert left(0).empty, "a list of students says nothing about staff"


@given(st.tuples(*[st.integers(0, 30)] * 4))
def test_what_is_too_many_of_all_is_too_many_of_some_kind(counts: tuple[int, int, int, int]) -> None:
    """Counting by kind never lets pass what counting all together refused."""
    here, gone, staff, staff_gone = counts
    pupils = [known(str(n)) for n in range(here + gone)]
    others = [known(str(100 + n), kind=STAFF) for n in range(staff + staff_gone)]
    teachers = [row(str(100 + n), kind=STAFF) for n in range(staff)]
    found = difference(people(*pupils, *others), file_of(*(row(str(n)) for n in range(here)), *teachers))
    if len(found.leavers) > 0.20 * found.base:
        assert found.many_leavers


def test_a_missing_column_leaves_things_alone_and_an_empty_cell_clears_them() -> None:
    held = frozenset({RoleHeld(RoleName.HOMEROOM, "甲班")})
    current = people(known("1", kind=STAFF, roles=held, userid="t1"))
    assert difference(current, file_of(row("1", kind=STAFF))).empty
    cleared = difference(current, file_of(row("1", kind=STAFF, roles=frozenset(), userid="")))
    assert cleared.changed[0].what == ("roles", "userid")


def test_one_name_in_one_class_is_worth_a_look() -> None:
    found = difference({}, file_of(row("1"), row("2"), row("3", unit="乙班")))
    assert found.same_names == (("张三", ("1", "2")),)


def test_userids_may_be_exchanged_but_not_taken() -> None:
    current = people(known("1", userid="a"), known("2", userid="b"), known("3", kind=STAFF, userid="c"))
    swap = difference(current, file_of(row("1", userid="b"), row("2", userid="a")))
    assert len(swap.changed) == 2
    chain = difference(current, file_of(row("1", userid="b"), row("2", userid="c")))
    assert chain.empty
    assert chain.taken == (3, 4)


def test_the_same_userid_in_two_corps_is_two_people() -> None:
    corps = {"一中": Corp("a", "ww1"), "二中": Corp("b", "ww2")}
    current = people(known("1", unit="一中", userid="a", kind=STAFF))
    found = difference(current, file_of(row("2", unit="二中", userid="a")), corps)
    assert found.new[0].userid == "a"


def test_a_userid_nobody_serves_is_not_kept() -> None:
    found = difference({}, file_of(row("1", userid="a")), {"二中": Corp("b", "ww2")})
    assert found.new[0].userid == ""
    assert found.unserved == 1


codes = st.sampled_from([str(n) for n in range(8)])
kinds, units = st.sampled_from(list(PersonKind)), st.sampled_from(["甲班", "乙班", "院/丙班"])
names, userids = st.sampled_from(["张三", "李四"]), st.sampled_from(["", "a", "b", "c", "d"])
roles = st.frozensets(st.builds(RoleHeld, st.sampled_from(list(RoleName)), units), max_size=2)
stages = st.none() | st.sampled_from(list(Stage))


@st.composite
def schools(draw: st.DrawFn) -> dict[str, Known]:
    found: dict[str, Known] = {}
    taken: set[tuple[bool, str]] = set()
    for code in draw(st.lists(codes, unique=True)):
        kind, userid, left = draw(kinds), draw(userids), draw(st.booleans())
        if left or (kind is PARENT, userid) in taken:
            userid = ""
        taken.add((kind is PARENT, userid))
        found[code] = Known(
            int(code), code, draw(names), kind, draw(units), draw(stages),
            frozenset() if left else draw(roles), userid=userid, left=left,
        )  # fmt: skip
    return found


@st.composite
def files(draw: st.DrawFn) -> RosterFile:
    with_roles, with_userids = draw(st.booleans()), draw(st.booleans())
    rows: list[RosterRow] = []
    taken: set[tuple[bool, str]] = set()
    for code in draw(st.lists(codes, unique=True)):
        kind, userid = draw(kinds), draw(userids)
        if (kind is PARENT, userid) in taken:
            userid = ""
        taken.add((kind is PARENT, userid))
        rows.append(
            RosterRow(
                int(code) + 2,
                code,
                draw(names),
                kind,
                draw(units),
                draw(stages),
                draw(roles) if with_roles else None,
                None,
                userid if with_userids else None,
            )
        )
    return file_of(*rows, held=frozenset(draw(st.lists(codes, max_size=2))))


@given(schools(), files())
def test_applied_twice_nothing_changes_the_second_time(current: dict[str, Known], file: RosterFile) -> None:
    first = difference(current, file)
    after = applied(current, first)
    second = difference(after, file)
    assert second.empty
    assert second.unchanged == len(file.rows)
    owners = [(one.kind is PARENT, one.userid) for one in after.values() if one.userid]
    assert len(owners) == len(set(owners))


def test_a_parent_who_becomes_a_student_leaves_the_parents_userid_behind() -> None:
    """家校通讯录 and the members' directory are two id spaces, and the file names no userid."""
    current = people(known("1", userid="c", kind=STUDENT), known("5", userid="c", kind=PARENT))
    found = difference(current, file_of(row("1", kind=STUDENT), row("5", kind=STUDENT)))
    assert [change.after.userid for change in found.changed] == [""]
