"""The tables of ``bot questions``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.quiz.analysis import ItemStatistics, Review, Weakest, unused_distractors
from bot.quiz.bank import Reading
from bot.quiz.items import AUDIENCES, Bank, ItemType
from bot.quiz.overlap import Overlap, topic_coverage

EVERYBODY: Final = "全部"
MOST_TOPICS: Final = 10
PLAIN_WIDTH: Final = 160  # where no terminal says how wide it is
_REASONS: Final = {Review.TOO_EASY: "太容易", Review.TOO_BLUNT: "分不出"}


def summary(reading: Reading) -> Table:
    """Points and questions of each kind by audience."""
    table = _table("题库", "对象", "知识点", "题目", "单选", "多选", "判断")
    items = [placed.item for placed in reading.placed]
    for audience in (*AUDIENCES, EVERYBODY):
        of = [item for item in items if audience == EVERYBODY or audience in item.audience]
        kinds = [str(sum(item.type is kind for item in of)) for kind in ItemType]
        table.add_row(audience, str(len({item.point for item in of})), str(len(of)), *kinds)
    return table


def coverage(bank: Bank) -> Table:
    """Knowledge points by topic and audience."""
    table = _table("各主题的知识点数", "主题", *AUDIENCES)
    for topic, counts in topic_coverage(bank).items():
        table.add_row(topic, *(str(counts.get(audience, 0) or "") for audience in AUDIENCES))
    return table


def overlap(title: str, lines: Iterable[Overlap]) -> Table:
    """How often one person meets a question again in three years."""
    table = _table(title, "对象", "知识点", "题目", "每人答题", "重复", "比例")
    for line in lines:
        table.add_row(
            line.audience, str(line.points), str(line.questions), f"{line.asked:.1f}", f"{line.repeats:.1f}",
            f"{line.share:.1%}",
        )  # fmt: skip
    return table


def items(lines: Iterable[ItemStatistics], bank: Bank, everything: bool) -> Table:
    """The statistics of each question."""
    table = _table(
        "全部题目" if everything else "需要复核的题目",
        "编号", "人数", "见过", "正确率", "猜中", "区分度", "效率", "各选项", "没人选", "复核",
    )  # fmt: skip
    for line in lines:
        table.add_row(
            line.question, str(line.people), str(line.exposed), f"{line.facility:.0%}", f"{line.guess:.0%}",
            _index(line.discrimination), _index(line.efficiency),
            " ".join(f"{letter}{count}" for letter, count in line.choices.items()),
            "".join(unused_distractors(line, bank.items[line.question])),
            "、".join(_REASONS[reason] for reason in line.review),
        )  # fmt: skip
    return table


def weakest(result: Weakest) -> Table:
    """The topics of a unit with the fewest right first tries."""
    table = _table("最弱的主题", "主题", "人数", "作答", "首答正确率")
    for line in result.topics[:MOST_TOPICS]:
        table.add_row(line.topic, f"{line.people:,}", f"{line.tries:,}", f"{line.facility:.0%}")
    return table


def _index(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def show(*tables: Table) -> None:
    """Print to the terminal, or as plain lines where there is none."""
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    console = Console(width=width)
    for table in tables:
        console.print(table)
