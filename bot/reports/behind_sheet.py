"""未完成名单: everybody who is behind, class by class, for the teachers who talk to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.duties.behind import OpenLine
from bot.duties.wording import NO_GUARDIAN, moment
from bot.people.rules import masked
from bot.reports import wording_behind as wording
from bot.reports.documents import Cell, Document, Paragraph, Table


def behind_sheet(
    school: str, lines: Sequence[OpenLine], titles: Mapping[str, str], as_of: datetime
) -> Document:
    """One row a person, by unit and 编号; names are masked, as in every list of who is behind."""
    open_: dict[tuple[str, str], list[OpenLine]] = {}
    for line in lines:
        if line.occurrence in titles:
            open_.setdefault((line.unit, line.code), []).append(line)
    rows: list[tuple[Cell, ...]] = [
        (unit, masked(some[0].name, code), "、".join(_named(one, titles) for one in some))
        for (unit, code), some in sorted(open_.items())
    ]
    counts = wording.sheet_counts(len(rows), len({unit for unit, _ in open_}))
    return Document(
        wording.TITLE,
        f"{school}　截至 {moment(as_of)}",
        (
            Paragraph(counts),
            Table(wording.TABLE, tuple(rows), (3, 1.5, 4)),
            Paragraph(wording.sheet_note(), "note"),
        ),
        school,
    )


def _named(line: OpenLine, titles: Mapping[str, str]) -> str:
    """The campaign, and why nobody could be told of it where the roster has nobody."""
    title = titles[line.occurrence]
    return f"{title}（{NO_GUARDIAN}）" if line.unguarded else title
