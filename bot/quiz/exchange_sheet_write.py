"""Questions -> .xlsx in the layout that Chinese schools use."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import xlsxwriter

from bot.quiz.bank import LETTERS
from bot.quiz.exchange_columns import TYPES
from bot.quiz.items import Item, ItemType

_OPTIONS: Final = [f"选项{letter}" for letter in LETTERS]
HEADER: Final = (
    "编号", "题型", "主题", "知识点", "题干", *_OPTIONS, "答案", "解析", "难度", "适用对象", "来源",
    "复核日期",
)  # fmt: skip
_WIDTHS: Final = {"题干": 48, "解析": 48, "知识点": 24, "来源": 24}
_CREATED: Final = datetime(2026, 1, 1)  # the same questions give the same file


def write_sheet(items: Iterable[Item]) -> bytes:
    """One workbook; every cell is text, so that nothing in it can run as a formula."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet("题库")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for place, name in enumerate(HEADER):
        sheet.set_column(place, place, _WIDTHS.get(name, 14))
        sheet.write_string(0, place, name, bold)
    for number, item in enumerate(items, 1):
        for place, text in enumerate(_cells(item)):
            if text:
                sheet.write_string(number, place, text, wrapped)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _cells(item: Item) -> Sequence[str]:
    judge = item.type is ItemType.JUDGE
    texts = {} if judge else dict(item.options)
    answer = dict(item.options)[min(item.answer)] if judge else "".join(sorted(item.answer))
    return (
        item.id, TYPES[item.type], item.topic, item.point, item.stem,
        *(texts.get(letter, "") for letter in LETTERS),
        answer, item.why, str(item.difficulty), "、".join(item.audience), item.source,
        item.review_by.isoformat(),
    )  # fmt: skip
