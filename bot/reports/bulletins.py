"""Weekly and monthly bulletins, half-year and annual reports: one composition, sums of tallies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.duties.wording import moment
from bot.people.rules import leaf
from bot.reports import cases, chart, wording_cases
from bot.reports import wording_documents as wording
from bot.reports.documents import Block, Cell, Document, Figure, Paragraph, Table
from bot.reports.records import Filing, Period
from bot.reports.rules import (
    SHANGHAI,
    SMALL,
    ReportKind,
    Sums,
    Tally,
    by_unit,
    fold_small,
    for_bulletin,
    grouped,
    is_small,
    kept_back,
    percent,
    reasons,
)
from bot.reports.wording import chart_of_several

_LONG = frozenset({ReportKind.HALF_YEAR, ReportKind.ANNUAL})
_SUMS_WIDTHS = (2.4, 0.8, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5)


def bulletin(period: Period) -> Document:
    """The document of a period; late ones say so in the first line."""
    tallies = for_bulletin(period.tallies, period.red_line)
    units = fold_small(by_unit(tallies), wording.SMALL_UNITS)
    folded = wording.SMALL_UNITS in units
    named = {_name(unit, period.unit): own for unit, own in units.items()}
    sections: list[tuple[str, list[Block]]] = [(wording.OVERALL, _overall(period, tallies, named))]
    if tallies:
        sections.append((wording.DUTIES, [_by_duty(tallies)]))
        sections.append((wording.UNITS, [_sums(wording.BY_UNIT, named)]))
        if period.kind in _LONG:
            sections.append((wording.MONTHS, [_sums(wording.BY_MONTH, _by_month(tallies))]))
    if period.cases is not None:
        long = period.kind in _LONG
        before = period.cases_before if long else None
        sections.append((wording_cases.CASES, cases.section(period.cases, before, by_month=long)))
    if period.filings:
        sections.append((wording.FILINGS, [_filings(period)]))
    notes = wording.notes(period, reasons(tallies), folded)
    notes += [wording_cases.note()] if period.cases is not None else []
    sections.append((wording.NOTES, [Paragraph(note, "note") for note in notes]))
    blocks: list[Block] = []
    if period.deadline is not None and period.as_of > period.deadline:
        blocks.append(Paragraph(wording.late(period.deadline, period.as_of)))
    for number, (heading, body) in enumerate(sections):
        blocks += [Paragraph(wording.numbered(number, heading), "heading"), *body]
    title = wording.TITLES[period.kind]
    return Document(period.school + title, wording.subtitle(period), tuple(blocks), period.school, title)


def _overall(period: Period, tallies: Sequence[Tally], units: Mapping[str, Sequence[Tally]]) -> list[Block]:
    if not tallies:
        return [Paragraph(wording.nothing(period.kind))]
    duties = len({t.duty for t in tallies})
    body: list[Block] = [Paragraph(wording.overall(period.kind, Sums.of(tallies), duties))]
    if len(units) > 1:
        where = leaf(period.unit) or period.school
        asked, few = Sums.of(tallies).owed >= SMALL, _few(units)
        shown = {
            name: "" if asked and name in few else _share(Sums.of(own), asked) for name, own in units.items()
        }
        words = wording.chart_in_words(chart_of_several(asked), shown)
        body.append(Figure(chart.several(units, where, period.as_of, asked=asked, hidden=few), words))
    return body


def _by_duty(tallies: Sequence[Tally]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for own in grouped(
        sorted(tallies, key=lambda t: (t.planned_at or t.as_of, t.occurrence)), _duty
    ).values():
        sums = Sums.of(own)
        if is_small(sums.due):
            rows.append((own[0].title, sums.campaigns, wording.hidden(sums.due), *["—"] * 7))
            continue
        must: tuple[Cell, ...] = (sums.done, percent(sums.done, sums.owed)) if sums.owed else ("—", "—")
        may: tuple[Cell, ...] = (
            (sums.confirmed, percent(sums.confirmed, sums.invited)) if sums.invited else ("—", "—")
        )
        rows.append(
            (
                own[0].title,
                sums.campaigns,
                sums.due,
                wording.hidden(sums.exempt),
                sums.told,
                percent(sums.told, sums.due),
                *must,
                *may,
            )
        )
    return Table(wording.BY_DUTY, tuple(rows), (2.6, 0.7, 0.9, 0.8, 1.0, 1.0, 0.9, 1.0, 1.2, 1.0))


def _few(groups: Mapping[str, Sequence[Tally]]) -> frozenset[str]:
    """The units, or months, of which too few must do something."""
    return kept_back({name: Sums.of(own).owed for name, own in groups.items()})


def _share(sums: Sums, asked: bool) -> str:
    return percent(sums.done, sums.owed) if asked else percent(sums.told, sums.due)


def _sums(head: tuple[str, ...], groups: Mapping[str, Sequence[Tally]]) -> Table:
    """A row for each; where too few must do something it does not say what they did."""
    rows: list[tuple[Cell, ...]] = []
    few = _few(groups)
    for name, own in groups.items():
        s = Sums.of(own)
        if is_small(s.due):
            rows.append((name, s.campaigns, wording.hidden(s.due), *["—"] * 6))
            continue
        must: tuple[Cell, ...] = (s.owed, s.done, percent(s.done, s.owed))
        rows.append(
            (
                name,
                s.campaigns,
                s.due,
                s.told,
                percent(s.told, s.due),
                *((wording.few(s.owed), "—", "—") if name in few else must),
                "—" if is_small(s.invited) else percent(s.confirmed, s.invited),
            )
        )
    return Table(head, tuple(rows), _SUMS_WIDTHS)


def _by_month(tallies: Sequence[Tally]) -> dict[str, list[Tally]]:
    return dict(sorted(grouped(tallies, _month).items()))


def _filings(period: Period) -> Table:
    if period.kind not in _LONG:
        each = tuple(
            (
                f.title,
                _name(f.unit, period.unit),
                _moment(f.due_at),
                _moment(f.filed_at),
                wording.filing_state(f, period.as_of),
            )
            for f in period.filings
        )
        return Table(wording.EACH_FILING, each, (2.4, 1.8, 1.6, 1.6, 0.9))
    units: dict[str, list[Filing]] = {}
    for filing in sorted(period.filings, key=lambda f: f.unit):
        units.setdefault(_name(filing.unit, period.unit), []).append(filing)
    rows: list[tuple[Cell, ...]] = []
    for name, own in units.items():
        states = [wording.filing_state(f, period.as_of) for f in own]
        rows.append((name, len(own), *(states.count(state) for state in wording.FILINGS_BY_UNIT[2:])))
    return Table(wording.FILINGS_BY_UNIT, tuple(rows), (2.4, 1, 1, 1, 1, 1))


def _duty(tally: Tally) -> str:
    return tally.duty


def _month(tally: Tally) -> str:
    return f"{(tally.planned_at or tally.as_of).astimezone(SHANGHAI):%Y-%m}"


def _name(unit: str, top: str) -> str:
    """A unit as the report's readers call it: from the report's own unit on."""
    if unit == top:
        return wording.OWN_LEVEL
    return unit.removeprefix(top + "/") if top else unit


def _moment(at: datetime | None) -> str:
    return moment(at) if at else "—"
