"""尽职免责包: after a case, what had been offered and done, with dates and versions, sealed line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from bot.duties.wording import moment
from bot.reports import wording_documents as wording
from bot.reports.documents import Cell, Document, Paragraph, Table
from bot.reports.records import PastLine

_SHOWN = 10  # letters of a line's hash in the table; the last one is printed in full


def chain(start: str, lines: Sequence[str]) -> list[str]:
    """One SHA-256 for each line, over the hash before it (first: of ``start``) and the line itself."""
    hashes, last = [], hashlib.sha256(start.encode()).hexdigest()
    for line in lines:
        last = hashlib.sha256(f"{last}\n{line}".encode()).hexdigest()
        hashes.append(last)
    return hashes


def look_back(
    school: str,
    who: str,
    lines: Sequence[PastLine],
    since: datetime,
    until: datetime,
    as_of: datetime,
    *,
    one_person: bool,
    clock: Sequence[str] = (),
) -> Document:
    """``who`` is a unit, or a person by masked name; their own tasks are a column then. No quiz answers.

    ``clock`` are lines about the case itself, sealed with the rest.
    """
    cells = [_cells(number, line, one_person) for number, line in enumerate(lines, 1)]
    title, subtitle = wording.past_title(), wording.past_subtitle(who, since, until, as_of)
    start = "\n".join([school, title, subtitle, *clock])
    hashes = chain(start, ["\t".join(map(str, row)) for row in cells])
    rows = tuple((*row, hash_[:_SHOWN]) for row, hash_ in zip(cells, hashes, strict=True))
    head = wording.PAST if one_person else wording.PAST_OF_UNIT
    widths = (0.6, 1.3, 1.9, 1.3, 1.3, 2.0, 1.7, 1.5) if one_person else (0.6, 1.3, 2.2, 1.4, 1.4, 2.4, 1.5)
    notes = wording.past_notes(hashes[-1] if hashes else "—")
    return Document(
        school + title,
        subtitle,
        (
            *(Paragraph(line) for line in clock),
            Paragraph(wording.past_summary(who, _offered(lines, one_person))),
            *([Table(head, rows, widths)] if rows else []),
            *(Paragraph(note, "note") for note in notes),
        ),
        school,
        title,
    )


def _cells(number: int, line: PastLine, one_person: bool) -> tuple[Cell, ...]:
    own = (wording.past_own(line.own),) if one_person else ()
    return (
        number,
        moment(line.planned_at)[:10],
        line.title,
        "、".join(line.clause) or "—",
        line.material or "—",
        wording.past_unit(line),
        *own,
    )


def _offered(lines: Sequence[PastLine], one_person: bool) -> list[tuple[str, int, int | None]]:
    counts: dict[str, tuple[int, int]] = {}
    for line in lines:
        times, done = counts.get(line.title, (0, 0))
        counts[line.title] = (times + 1, done + any(task.done_at for task in line.own))
    return [(title, times, done if one_person else None) for title, (times, done) in counts.items()]
