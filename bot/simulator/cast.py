"""Invented schools for the demonstration and the tests, as rows of a roster file. Nobody here exists."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import Final

import xlsxwriter

SCHOOL: Final = "示例职业技术学院"
COLUMNS: Final = ("编号", "姓名", "身份", "单位", "学段", "企业微信账号", "职责", "负责单位", "监护")

_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_FIRST: Final = "子思雨佳欣梓一浩俊明晓宇嘉文诗若书语星景安乐知亦清"
_SECOND: Final = "涵怡轩然琪宁辰阳泽航妍瑶彤睿博婷悦哲远桐楠菲铭岚帆薇"

# unit, first 编号, students
_CLASSES: Final = (
    ("护理学院/2023级/护理2301", 2301001, 41),
    ("护理学院/2024级/护理2402", 2402001, 39),
    ("信息工程学院/2023级/软件2301", 2301101, 40),
    ("信息工程学院/2024级/网络2402", 2402101, 40),
)
_NURSING, _COMPUTING = "护理学院", "信息工程学院"

# 单位, 职责, 负责单位; the numbers follow the order
_STAFF: Final = (
    ("学生处", "管理员;审批", "全校"),
    ("学生处", "反诈联络员", "全校"),
    ("保卫处", "管理员;值班", "全校"),
    ("保卫处", "值班", "全校"),
    (_NURSING, "辅导员;值班", ";".join(unit for unit, _, _ in _CLASSES[:2])),
    (_COMPUTING, "辅导员", ";".join(unit for unit, _, _ in _CLASSES[2:])),
    (_NURSING, "班主任", _CLASSES[0][0]),
    (_NURSING, "班主任", _CLASSES[1][0]),
    (_COMPUTING, "班主任", _CLASSES[2][0]),
    (_COMPUTING, "班主任", _CLASSES[3][0]),
    ("学校办公室", "审批", "全校"),
    (_NURSING, "反诈联络员", _NURSING),
    (_COMPUTING, "反诈联络员", _COMPUTING),
    ("教务处", "", ""),
    ("教务处", "", ""),
    ("财务处", "", ""),
    ("后勤处", "", ""),
    ("图书馆", "", ""),
)

Row = dict[str, str]


def college(seed: int = 7) -> list[Row]:
    """示例职业技术学院: 160 students in four classes, 18 staff, 30 parents (one has two children)."""
    names = _names(Random(seed))
    students = [
        _row(str(first + number), next(names), "学生", unit)
        for unit, first, count in _CLASSES
        for number in range(count)
    ]
    students[16]["姓名"] = students[28]["姓名"] = "李婷"  # one class, one name: the 编号 tells them apart
    staff = [
        _row(f"T{1001 + number}", next(names), "教职工", unit, roles=roles, covers=covers)
        for number, (unit, roles, covers) in enumerate(_STAFF)
    ]
    children = [*students[:10], *students[41:48], *students[80:88], *students[120:125]]
    parents = [_parent(child, next(names), "大学") for child in children]
    sibling = students[130]
    parents[0]["监护"] += f";{sibling['编号']}"
    there = {row["姓名"] for row in students}
    related = (children[0]["姓名"][0] + name[1:] for name in names)
    sibling["姓名"] = next(name for name in related if name not in there)
    return [*students, *staff, *parents]


def school(seed: int = 11) -> list[Row]:
    """附属中学: two classes of 初一 with ten pupils each, their teachers and eight parents."""
    names = _names(Random(seed))
    pupils = [
        _row(f"7{klass}{number:03}", next(names), "学生", f"附属中学/初一/初一{klass}班", stage="初中")
        for klass in (1, 2)
        for number in range(1, 11)
    ]
    staff = [
        _row("F01", next(names), "教职工", "附属中学", roles="管理员;审批", covers="附属中学"),
        _row("F02", next(names), "教职工", "附属中学", roles="班主任", covers="附属中学/初一/初一1班"),
        _row("F03", next(names), "教职工", "附属中学", roles="班主任", covers="附属中学/初一/初一2班"),
    ]
    parents = [_parent(pupil, next(names), "初中") for pupil in [*pupils[:4], *pupils[10:14]]]
    return [*pupils, *staff, *parents]


def to_xlsx(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    """A workbook in which everything is text: zeros in front stay, and nothing is a formula or a link."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet("花名册")
        sheet.set_column(0, len(columns) - 1, 18, workbook.add_format({"num_format": "@"}))
        sheet.write_row(0, 0, columns, workbook.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                sheet.write_string(number, place, row.get(column, ""))
    return buffer.getvalue()


def to_csv(rows: Iterable[Row], columns: Sequence[str] = COLUMNS, encoding: str = "utf-8-sig") -> bytes:
    """CSV for a spreadsheet; a cell that would run as a formula gets an apostrophe in front."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([_harmless(row.get(column, "")) for column in columns] for row in rows)
    return buffer.getvalue().encode(encoding)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _row(
    code: str, name: str, kind: str, unit: str, *, stage: str = "", roles: str = "", covers: str = ""
) -> Row:
    userid = f"s{code}" if kind == "学生" else code.lower()
    values = (code, name, kind, unit, stage, userid, roles, covers, "")
    return dict(zip(COLUMNS, values, strict=True))


def _parent(child: Row, name: str, stage: str) -> Row:
    """A parent who has, as most do, the child's family name."""
    row = _row(f"P{child['编号']}", child["姓名"][0] + name[1:], "家长", child["单位"], stage=stage)
    return row | {"监护": child["编号"]}


def _names(rng: Random) -> Iterator[str]:
    """Names without repetition, of two or three characters."""
    seen: set[str] = set()
    while True:
        given = rng.choice(_SECOND) if rng.random() < 0.25 else rng.choice(_FIRST) + rng.choice(_SECOND)
        name = rng.choice(_SURNAMES) + given
        if name not in seen:
            seen.add(name)
            yield name
