"""What is wrong with a row, said by line; the good rows stay."""

from __future__ import annotations

import pytest

from bot.errors import BadFile
from bot.people.columns import is_identity_card
from bot.people.difference import difference
from bot.people.roster import read_roster
from bot.people.roster_rows import Corp, Known, RosterFile
from bot.people.rules import PersonKind, RoleHeld, RoleName, Stage
from bot.simulator.cast import COLUMNS, Row, to_csv

GOOD: Row = {"编号": "1", "姓名": "张三", "身份": "学生", "单位": "护理学院/护理2301"}
CARD = "110105" + "19491231" + "002X"  # the specimen number of GB 11643
PHONE = "138" + "0" * 8  # belongs to nobody


def read(*rows: Row, columns: tuple[str, ...] = COLUMNS, **more: object) -> RosterFile:
    return read_roster(to_csv(rows, columns), "x.csv", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"编号": ""}, "缺编号"),
        ({"姓名": ""}, "缺姓名"),
        ({"身份": "", "单位": ""}, "缺身份、单位"),
        ({"编号": "2 号?"}, "不能用的字符"),
        ({"编号": CARD}, "身份证号"),
        ({"编号": PHONE, "身份": "家长"}, "手机号"),
        ({"姓名": "李四2"}, "姓名"),
        ({"姓名": "@SUM(A1)"}, "姓名"),
        ({"身份": "校友"}, "身份「校友」"),
        ({"学段": "研究生"}, "学段「研究生」"),
        ({"身份": "教职工", "职责": "班主任;校长"}, "职责「校长」"),
        ({"职责": "管理员"}, "只有教职工"),
        ({"身份": "教职工", "负责单位": "全校"}, "没有职责"),
        ({"身份": "教职工", "职责": "班主任", "负责单位": "护理2309"}, "不在本校"),
        ({"身份": "教职工", "职责": "班主任", "负责单位": "护理23O1"}, "疑为"),
        ({"身份": "家长", "监护": "999"}, "999"),
        ({"监护": "1"}, "只有家长"),
        ({"企业微信账号": "张三"}, "企业微信账号"),
        ({"单位": "/".join("abcdefghi")}, "层级太多"),
        ({"单位": "护理学院/护理23O1"}, "疑为「护理2301」"),
    ],
)
def test_a_bad_row_is_reported_by_line_and_the_others_stay(wrong: Row, said: str) -> None:
    file = read(GOOD, GOOD | {"编号": "2", "姓名": "李四"} | wrong, GOOD | {"编号": "3", "姓名": "王五"})
    assert [row.code for row in file.rows] == ["1", "3"]
    assert [c.line for c in file.complaints] == [3]
    assert said in file.complaints[0].message


def test_a_code_twice_keeps_the_first() -> None:
    file = read(GOOD | {"编号": "P1"}, GOOD | {"编号": "p1", "姓名": "李四"})
    assert [row.name for row in file.rows] == ["张三"]
    assert "第2行" in file.complaints[0].message


def test_a_userid_twice_is_two_people_only_in_two_corps() -> None:
    two = (
        GOOD | {"企业微信账号": "Zhang", "单位": "一中/甲班"},
        GOOD | {"编号": "2", "企业微信账号": "zhang", "单位": "二中/乙班"},
    )
    assert len(read(*two).rows) == 1
    assert len(read(*two, corps={"一中": Corp("a", "ww1"), "二中": Corp("b", "ww2")}).rows) == 2


def test_columns_in_any_order_and_two_names_for_the_code() -> None:
    columns = ("单位", "姓名", "工号", "身份", "学号*")
    file = read(
        {"学号*": "0001", "姓名": "张三", "身份": "学生", "单位": "甲班"},
        {"工号": "T1", "姓名": "李四", "身份": "教职工", "单位": "教务处"},
        columns=columns,
    )
    assert [row.code for row in file.rows] == ["0001", "T1"]
    assert [(row.roles, row.children, row.userid) for row in file.rows] == [(None, None, None)] * 2


def test_a_column_twice_or_a_missing_one_refuses_the_file_with_every_complaint() -> None:
    with pytest.raises(BadFile) as bad:
        read_roster("编号,姓名,姓名,单位\n1,张三,张三,甲班".encode(), "x.csv")
    assert [c.line for c in bad.value.complaints] == [1, 1]


def test_unknown_columns_are_named_and_ignored() -> None:
    file = read(GOOD | {"爱好": "足球"}, columns=(*COLUMNS, "爱好"))
    assert len(file.rows) == 1
    assert "爱好" in file.notes[0]


@pytest.mark.parametrize(
    ("header", "value"), [("联系电话", "无无"), ("备注", PHONE), ("身份证号", ""), ("备注", CARD)]
)
def test_private_columns_are_refused_by_name_and_not_kept(header: str, value: str) -> None:
    file = read(GOOD | {header: value}, columns=(*COLUMNS, header))
    assert any(header in note and "不收" in note for note in file.notes)
    assert not value or value not in repr(file)


def test_private_numbers_as_codes_refuse_the_file() -> None:
    phones = [GOOD | {"编号": f"1{number}"} for number in (3812345678, 5987654321, 8811112222)]
    with pytest.raises(BadFile, match="手机号"):
        read(*phones)


def test_student_numbers_of_2019_are_no_telephones() -> None:
    assert len(read(*(GOOD | {"编号": f"19010203{number:03}"} for number in range(40))).rows) == 40


def test_the_check_digit_decides() -> None:
    assert is_identity_card(CARD)
    assert not is_identity_card(CARD[:-1] + "1")


def test_a_stage_comes_from_the_row_then_the_units_then_is_college() -> None:
    file = read(
        GOOD | {"单位": "附中/初一/一班", "学段": "初中"},
        GOOD | {"编号": "2", "单位": "附中/初二/二班"},
        GOOD | {"编号": "3", "单位": "护理学院"},
        GOOD | {"编号": "4", "身份": "教职工", "单位": "附中"},
        GOOD | {"编号": "5", "身份": "家长", "单位": "别处", "监护": "2"},
    )
    assert [row.stage for row in file.rows] == [Stage.JUNIOR, Stage.JUNIOR, Stage.COLLEGE, None, Stage.JUNIOR]
    assert file.units["附中"] is Stage.JUNIOR
    assert read(GOOD, units={"护理学院": Stage.SENIOR}).rows[0].stage is Stage.SENIOR


def test_duties_cover_paths_leaves_or_the_whole_school() -> None:
    def held(covers: str) -> set[RoleHeld]:
        staff = GOOD | {
            "编号": "T1",
            "身份": "教职工",
            "单位": "护理学院",
            "职责": "班主任",
            "负责单位": covers,
        }
        return set().union(*(row.roles or () for row in read(GOOD, staff).rows))

    assert held("") == {RoleHeld(RoleName.HOMEROOM, "护理学院")}
    assert held("护理2301；全校") == {
        RoleHeld(RoleName.HOMEROOM, "护理学院/护理2301"),
        RoleHeld(RoleName.HOMEROOM, ""),
    }


def test_an_ambiguous_leaf_is_asked_for() -> None:
    staff = GOOD | {"编号": "T1", "身份": "教职工", "职责": "班主任", "负责单位": "2023级"}
    file = read(GOOD | {"单位": "甲/2023级"}, GOOD | {"编号": "2", "单位": "乙/2023级"}, staff)
    assert "完整路径" in file.complaints[0].message


def test_the_unit_the_school_knows_is_the_one_meant() -> None:
    many = [GOOD | {"编号": str(n), "单位": "护理学院/护理23O1"} for n in range(5)]
    file = read(*many, units={"护理学院/护理2301": None})
    assert file.rows == ()
    assert len(file.complaints) == 5


def test_one_character_apart_is_worth_a_note_and_nothing_more() -> None:
    many = [GOOD | {"编号": str(n)} for n in range(12)]
    file = read(
        *many,
        GOOD | {"编号": "x1", "单位": "护理学院/护里2301"},
        GOOD | {"编号": "x2", "单位": "护理学院/护理2302"},
    )
    assert len(file.rows) == 14
    assert len(file.notes) == 1
    assert "护里2301" in file.notes[0]


def test_who_stands_in_a_bad_row_does_not_leave() -> None:
    known = {
        code: Known(id_, code, name, PersonKind.STUDENT, "甲班", Stage.COLLEGE)
        for id_, (code, name) in enumerate([("1", "张三"), ("2", "李四"), ("3", "王五"), ("4", "赵六")])
    }
    file = read(GOOD, GOOD | {"编号": "2", "身份": "?"}, GOOD | {"编号": "", "姓名": "王五"}, known=known)
    found = difference(known, file)
    assert [leaver.code for leaver in found.leavers] == ["4"]
    assert found.kept == 2
