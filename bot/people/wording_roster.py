"""What an administrator reads about a roster file: complaints (each stands beside its line) and notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.people.rules import PersonKind, RoleName, Stage

ROUNDED: Final = "（数字超过15位，已被表格软件四舍五入）"

_KINDS: Final = "、".join(PersonKind)
_STAGES: Final = "、".join(Stage)
_ROLES: Final = "、".join(RoleName)


def empty_file() -> str:
    return "文件是空的。"


def too_large() -> str:
    return "文件太大。请只保留花名册一张表，并删去表外的空白行列。"


def old_or_locked() -> str:
    return "这是旧的 .xls 文件，或者有密码。请取消密码，另存为 .xlsx 再传。"


def broken_file() -> str:
    return "文件打不开，可能已损坏或不是表格。请另存为 .xlsx 或 .csv 再传。"


def unreadable_text() -> str:
    return "文字编码认不出。请另存为 .xlsx，或 UTF-8、GB18030 编码的 .csv。"


def cell_too_long() -> str:
    return "有一格内容过长，这一行没有读入。"


def unclosed_quote(until: int) -> str:
    return f"引号没有配对，一直连到第{until:,}行，这几行没有读入。"


def missing_columns(names: Iterable[str]) -> str:
    return f"表头缺少：{'、'.join(names)}。第一行应写列名，例如：编号、姓名、身份、单位。"


def repeated_column(name: str) -> str:
    return f"表头「{name}」出现了两次，不知道用哪一列。"


def private_key_column(name: str, what: str) -> str:
    return f"「{name}」一列是{what}，不能作编号，整份文件没有读入。请换成学号、工号或自编的号。"


def no_rows() -> str:
    return "表头下面没有一行内容。"


def missing(fields: Iterable[str]) -> str:
    return f"缺{'、'.join(fields)}。"


def too_long(field: str) -> str:
    return f"{field}太长。"


def bad_code(code: str) -> str:
    return f"编号「{code[:20]}」里有不能用的字符；只用字母、数字和 - _ .。"


def rounded(field: str) -> str:
    return f"{field}超过15位且存成了数字，已被表格软件改掉尾数。请把这一列设为文本后重填。"


def private_value(field: str, what: str) -> str:
    return f"{field}像是{what}，不收。"


def bad_name() -> str:
    return "姓名里有数字、公式或符号，请核对。"


def repeated_code(code: str, first: int) -> str:
    return f"编号 {code} 与第{first:,}行重复，只留前一行。"


def unknown_kind(text: str) -> str:
    return f"身份「{text[:20]}」不认识；应是{_KINDS}。"


def unknown_stage(text: str) -> str:
    return f"学段「{text[:20]}」不认识；应是{_STAGES}。"


def unknown_role(text: str) -> str:
    return f"职责「{text[:20]}」不认识；应是{_ROLES}。"


def role_for_staff_only() -> str:
    return "只有教职工可以有职责。"


def covers_without_role() -> str:
    return "填了负责单位却没有职责。"


def unknown_cover(text: str) -> str:
    return f"负责单位「{text[:40]}」不在本校的单位里。"


def ambiguous_cover(text: str, units: list[str]) -> str:
    return f"负责单位「{text[:40]}」有{len(units)}个，请写完整路径，例如「{units[0]}」。"


def children_for_parents_only() -> str:
    return "只有家长可以填监护。"


def unknown_child(code: str) -> str:
    return f"监护的编号 {code[:32]} 不是名单里的学生。"


def bad_userid() -> str:
    return "企业微信账号的写法不对：1至64个字母、数字或 _ - @ .，以字母或数字开头。"


def repeated_userid(first: int) -> str:
    return f"企业微信账号与第{first:,}行相同。"


def look_alike(unit: str, meant: str) -> str:
    return f"单位「{unit}」疑为「{meant}」。"


def deep_unit() -> str:
    return "单位层级太多或某一级名称太长。"


def ignored_columns(names: Iterable[str]) -> str:
    return f"没有用到的列：{'、'.join(names)}。"


def refused_column(name: str, what: str) -> str:
    return f"「{name}」一列是{what}，按规定不收，没有保存。"


def one_letter_apart(unit: str, near: str, lines: list[int]) -> str:
    where = "、".join(f"{line:,}" for line in lines)
    return f"第{where}行的单位「{unit}」与「{near}」只差一个字，请核对（已照原样保留）。"


def unreached_units(count: int) -> str:
    return f"{count:,}人填了企业微信账号，但没有企业微信应用服务他们的单位，账号没有保存。"


def taken_userids(lines: list[int]) -> str:
    shown = "、".join(f"{line:,}" for line in lines[:10])
    return f"第{shown}行{'等' if len(lines) > 10 else ''}的企业微信账号现在属于名单外的另一个人，没有改动。"
