"""The header of a question sheet as Chinese schools lay it out, and the words found under it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.people.sheet import Line
from bot.quiz import wording_exchange as say
from bot.quiz.items import AUDIENCES, ItemType

_NAMES: Final = {
    "编号": "编号 题目编号 试题编号 id",
    "题型": "题型 试题类型 题目类型 类型",
    "主题": "主题 章节 分类 类别 试题分类",
    "知识点": "知识点 考点 考查点",
    "题干": "题干 题目 题目内容 试题内容 试题题干 试题 问题",
    "答案": "答案 正确答案 标准答案 参考答案 正确选项",
    "解析": "解析 答案解析 试题解析 题目解析 说明",
    "难度": "难度 难易度 难易程度 难度等级",
    "适用对象": "适用对象 对象 适用人群 人群 学段",
    "来源": "来源 出处 依据",
    "复核日期": "复核日期 复核 复审日期 有效期",
}
_ALIASES: Final = {alias: name for name, aliases in _NAMES.items() for alias in aliases.split()}
_OPTION: Final = re.compile(r"(?:选项|备选项|备选答案|答案选项)?([A-Z])(?:选项|项)?", re.I)
_DECORATION: Final = re.compile(r"\(.*?\)|[*:\s]")
WITHIN: Final = 10  # lines; a title may stand above the header

TYPES: Final = {ItemType.SINGLE: "单选题", ItemType.MULTIPLE: "多选题", ItemType.JUDGE: "判断题"}
_TYPE_WORDS: Final = {
    ItemType.SINGLE: "单选 单选题 单项选择 单项选择题 选择题 single",
    ItemType.MULTIPLE: "多选 多选题 多项选择 多项选择题 不定项选择题 multiple",
    ItemType.JUDGE: "判断 判断题 是非题 对错题 judge",
}
_TYPES: Final = {word: type_ for type_, words in _TYPE_WORDS.items() for word in words.split()}
_DIFFICULTIES: Final = {
    word: level
    for level, words in (
        (1, "1 易 容易 较易 简单 低"),
        (2, "2 中 中等 一般 适中"),
        (3, "3 难 较难 困难 高"),
    )
    for word in words.split()
}
_AUDIENCE_WORDS: Final = {
    "小学": "小学 小学生", "初中": "初中 初中生", "高中": "高中 高中生 中职",
    "大学": "大学 大学生 高校 高职 本科",
    "教职工": "教职工 教师 老师 教职员工", "家长": "家长",
}  # fmt: skip
_AUDIENCES: Final = {word: name for name, words in _AUDIENCE_WORDS.items() for word in words.split()}
_EVERYBODY: Final = frozenset({"全体", "全部", "所有人", "通用"})
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column stands; ``notes`` tell of columns left out, ``wrong`` of what forbids reading."""

    places: dict[str, int]
    notes: tuple[str, ...]
    wrong: tuple[str, ...]

    def cell(self, line: Line, name: str) -> str:
        place = self.places.get(name, len(line.cells))
        text = line.cells[place] if place < len(line.cells) else ""
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def column(cell: str) -> str:
    """Our name for a header cell: one of ours, ``选项A`` to ``选项Z``, or nothing."""
    bare = _DECORATION.sub("", unicodedata.normalize("NFKC", cell))
    if found := _OPTION.fullmatch(bare):
        return f"选项{found[1].upper()}"
    return _ALIASES.get(bare.casefold(), "")


def layout_of(line: Line) -> Layout | None:
    """The layout when this line is a header: it has 题干, and 答案 or options."""
    names = [column(cell) for cell in line.cells]
    if "题干" not in names or not {"答案", "选项A"} & set(names):
        return None
    wrong = [say.repeated_column(name) for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if "答案" not in names:
        wrong.append(say.missing_columns(["答案"]))
    ignored = [
        cell.strip() for cell, name in zip(line.cells, names, strict=True) if cell.strip() and not name
    ]
    places = {name: place for place, name in enumerate(names) if name}
    return Layout(places, tuple(map(say.lost_column, ignored)), tuple(wrong))


def type_of(text: str) -> ItemType | None:
    return _TYPES.get(text.casefold())


def difficulty_of(text: str) -> int:
    """1 to 3; raises ValueError."""
    if text not in _DIFFICULTIES:
        raise ValueError(say.bad_tag("难度", text))
    return _DIFFICULTIES[text]


def audience_of(text: str) -> tuple[str, ...]:
    """The audiences named, in our order; raises ValueError."""
    words = [word for word in re.split(r"[、,，;；/|\s]+", text) if word]
    if set(words) & _EVERYBODY:
        return AUDIENCES
    if not words or any(word not in _AUDIENCES for word in words):
        raise ValueError(say.bad_tag("适用对象", text))
    return _ordered([_AUDIENCES[word] for word in words])


def _ordered(named: Sequence[str]) -> tuple[str, ...]:
    return tuple(audience for audience in AUDIENCES if audience in named)


def day_of(text: str) -> date:
    """A date as people and spreadsheets write it; raises ValueError."""
    found = _DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise ValueError(say.bad_tag("复核日期", text))
