"""Cases and calls in a bulletin: totals of the unit alone, never unit by unit, and no figure under five."""

from __future__ import annotations

from bot.cases.figures import Figures, Record, is_small
from bot.cases.rules import yuan
from bot.reports import wording_cases as wording
from bot.reports.documents import Block, Cell, Paragraph, Table
from bot.reports.rules import percent
from bot.reports.wording_documents import hidden

_WIDTHS = (1.2, 1.2, 1.4, 1.0, 1.6, 1.6)


def section(now: Record, before: Record | None, *, by_month: bool) -> list[Block]:
    """``before`` is the same span a year ago."""
    body: list[Block] = [Paragraph(wording.calls(_calls(now.whole))), Paragraph(_cases(now.whole))]
    if before is not None:
        body.append(Paragraph(wording.a_year_ago(hidden(before.whole.cases), _sum(before.whole, "lost"))))
    if by_month and now.months:
        rows = tuple(_month(name, one, name in now.hidden) for name, one in now.months)
        body.append(Table(wording.BY_MONTH, rows, _WIDTHS))
    return body


def _calls(one: Figures) -> dict[str, Cell]:
    others = one.calls - one.police
    split = not (is_small(one.police) or is_small(others))
    return {
        "calls": hidden(one.calls),
        "police": one.police if split and not is_small(one.calls) else "",
        "minutes": _minutes(one),
        "share": _share(one),
    }


def _cases(one: Figures) -> str:
    return wording.cases(hidden(one.cases), _sum(one, "lost"), _sum(one, "prevented"))


def _month(name: str, one: Figures, is_hidden: bool) -> tuple[Cell, ...]:
    if is_hidden:
        return (name, *[wording.NOT_SHOWN] * 5)
    sums = (_sum(one, "lost"), _sum(one, "prevented"))
    return (name, hidden(one.calls), _minutes(one), hidden(one.cases), *sums)


def _minutes(one: Figures) -> str:
    """A middle of fewer than five waits is nearly one of them."""
    return wording.NOT_SHOWN if one.minutes is None or is_small(one.answered) else f"{one.minutes:g}"


def _share(one: Figures) -> str:
    failed = one.tried - one.dissuaded
    if not one.tried or any(map(is_small, (one.tried, one.dissuaded, failed))):
        return wording.NOT_SHOWN
    return percent(one.dissuaded, one.tried)


def _sum(one: Figures, name: str) -> str:
    if is_small(one.cases):
        return wording.NOT_SHOWN
    fen: int = getattr(one, name)
    return yuan(fen)
