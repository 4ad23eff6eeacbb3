"""签名回收表: who of a class has signed, how, and room to sign on paper for everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.duties.wording import moment
from bot.reports import wording_documents as wording
from bot.reports.documents import Cell, Document, Paragraph, Table
from bot.reports.records import SheetLine


def class_sheet(
    school: str, unit: str, campaign: str, lines: Sequence[SheetLine], as_of: datetime
) -> Document:
    """One line a person, in the order of their 编号."""
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            line.code,
            wording.sheet_name(line),
            moment(line.done_at) if line.done_at else "",
            wording.sheet_way(line),
            line.receipt,
            "",
        )
        for number, line in enumerate(lines, 1)
    ]
    return Document(
        wording.sheet_title(unit),
        wording.sheet_subtitle(school, campaign, as_of),
        (
            Paragraph(wording.sheet_counts(lines)),
            Table(wording.SHEET, tuple(rows), (0.6, 1.5, 1.1, 1.7, 1.5, 1.2, 1.6), tall=True),
            Paragraph(wording.sheet_note(), "note"),
        ),
        school,
        wording.sheet_note().split("。")[1] + "。",
    )
