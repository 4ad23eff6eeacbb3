"""Horizontal stacked bars as SVG: for the chat as a picture, for pages and documents as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from itertools import accumulate, takewhile
from typing import Final

from bot.duties.rules import Ask, ProofKind
from bot.duties.wording import moment
from bot.people.rules import leaf
from bot.reports.rules import Tally, by_unit, is_small, merged, percent
from bot.reports.wording import WHOLE_SCHOOL, chart_of_several, main_campaign, segments

WIDTH: Final = 600  # drawn for a phone: letters stay readable at a third of it
MAX_UNITS: Final = 12
_FONT: Final = "Noto Sans CJK SC"
_COLOURS: Final = ("#1f7a4d", "#8cc9a1", "#f2c879", "#d9dce1")  # strongest proof to nothing at all
_INK, _SOFT, _GRID = "#1d2733", "#66707d", "#e8eaee"
_LEFT, _BAR, _TOP, _ROW, _HEIGHT = 158, 230, 174, 44, 24
_EDGE: Final = WIDTH - 30  # where what stands on the right ends
_LETTERS: Final = 8  # of a unit's name in front of its bar


@dataclass(frozen=True, slots=True)
class Bar:
    """One unit: how many people stand at each of the four levels, strongest first; each person once."""

    label: str
    levels: tuple[int, int, int, int]
    hidden: bool = False  # too few people to show how they stand

    @property
    def total(self) -> int:
        return sum(self.levels)


def campaign(tallies: Sequence[Tally], where: str) -> str:
    """One campaign by unit. Units stand in the order of the roster, so that the picture ranks nobody."""
    first = tallies[0]
    bars = [Bar(_name(unit), levels(merged(own, unit))) for unit, own in by_unit(tallies).items()]
    return draw(
        first.title, f"{where}，截至 {moment(max(t.as_of for t in tallies))}", segments(first.ask), bars
    )


def overview(tallies: Sequence[Tally], now: datetime) -> str:
    """The campaign to look at first, by unit; empty when there are not two units to set side by side."""
    main = [t for t in tallies if t.occurrence == main_campaign(tallies)]
    units = sorted({t.unit for t in main})
    if len(units) < 2:
        return ""
    # Sorted paths: what the first and the last share, all share.
    pairs = zip(units[0].split("/"), units[-1].split("/"), strict=False)
    shared = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return campaign([replace(t, as_of=now) for t in main], _name("/".join(shared)))


def levels(tally: Tally) -> tuple[int, int, int, int]:
    """Every person who is due at exactly one level: done, half done, told, not reached."""
    if not tally.asked:
        return (0, 0, tally.told, tally.due - tally.told)
    half = {ProofKind.MASTERED, ProofKind.CONFIRMED} & set(map(ProofKind, tally.tiers))
    reached = (
        max([tally.done, *(tally.tiers[kind] for kind in half)]) if segments(tally.ask)[1] else tally.done
    )
    return (tally.done, reached - tally.done, tally.told - reached, tally.due - tally.told)


def several(
    units: Mapping[str, Sequence[Tally]], where: str, as_of: datetime, *, asked: bool, hidden: Set[str]
) -> str:
    """Many campaigns by unit, in 人次: those that must be done, or without ``asked`` who was told.

    The shares are the 完成率 or 告知率 of the tables beside it; ``hidden`` units have too few to be shown.
    """
    bars = []
    for unit, tallies in units.items():
        shown = [t for t in tallies if t.asked and t.ask is not Ask.CONFIRM] if asked else tallies
        due, told = sum(t.due for t in shown), sum(t.told for t in shown)
        done = sum(t.done for t in shown) if asked else 0
        few = unit in hidden if asked else is_small(due)
        bars.append(Bar(_name(unit), (done, 0, told - done, due - told), few))
    legend = ("完成", "", "已告知", "未达")
    return draw(chart_of_several(asked), f"{where}，截至 {moment(as_of)}", legend, bars)


def draw(title: str, subtitle: str, legend: Sequence[str], bars: Sequence[Bar]) -> str:
    """The SVG; beyond twelve units the rest is one bar 其他."""
    rows = _at_most(bars)
    height = _TOP + len(rows) * _ROW + 62
    bottom = _TOP + len(rows) * _ROW
    used = [i for i, name in enumerate(legend) if name and any(bar.levels[i] for bar in bars)]
    whole = Bar("", _added(bars))
    measure = next((i for i, name in enumerate(legend) if name and i < 3 and whole.levels[i]), 2)
    share = f"{whole.levels[measure]:,}（{percent(whole.levels[measure], whole.total)}）"
    facts = f"应到 {whole.total:,}，{legend[measure]} {share}"
    body = [
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<rect x="40" y="33" width="6" height="30" rx="3" fill="{_COLOURS[0]}"/>',
        _text(58, 58, title[:20], 26, _INK),
        _text(40, 91, subtitle, _fitting(subtitle, 15, _EDGE - 40), _SOFT),
        _text(40, 115, facts, 15, _SOFT),
        *_legend(legend, used),
        *_grid(bottom),
        *(part for number, bar in enumerate(rows) for part in _bar(bar, measure, _TOP + number * _ROW)),
        _text(_EDGE, 149, f"{legend[measure]}/应到", 13, _SOFT, "end"),
        _text(40, height - 20, "单位按名称顺序排列，不作排名。", 13, _SOFT),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{"".join(body)}</svg>'
    )


def _bar(bar: Bar, measure: int, top: int) -> list[str]:
    y = top + (_ROW - _HEIGHT) // 2
    base = y + _HEIGHT - 6
    label = bar.label if len(bar.label) <= _LETTERS else bar.label[: _LETTERS - 1] + "…"
    out = [_text(_LEFT - 14, base, label, 16, _INK, "end")]
    if not bar.total:
        return [*out, _text(_LEFT, base, "无应到人员", 13, _SOFT)]
    if bar.hidden:
        return [*out, _text(_LEFT, base, "不单列", 13, _SOFT)]
    edges = [round(_BAR * part / bar.total, 1) for part in accumulate(bar.levels)]
    for colour, start, end in zip(_COLOURS, [0.0, *edges], edges, strict=False):
        if end > start:
            out.append(
                f'<rect x="{_LEFT + start:.1f}" y="{y}" width="{end - start:.1f}" height="{_HEIGHT}" '
                f'fill="{colour}"/>'
            )
    shown = bar.levels[measure]
    share, figures = percent(shown, bar.total), f"{shown:,}/{bar.total:,}"
    start = _LEFT + _BAR + 14
    size = _fitting(figures, 15, _EDGE - _width(share, 15) - 8 - start)
    return [*out, _text(start, base, figures, size, _INK), _text(_EDGE, base, share, 15, _SOFT, "end")]


def _width(text: str, size: float) -> float:
    """About how wide a text is; rather too wide."""
    return sum(1.0 if ord(letter) > 255 else 0.6 for letter in text) * size


def _fitting(text: str, size: int, room: float) -> float:
    """The size, or a smaller one with which the text has room."""
    return min(size, int(10 * room / _width(text, 1)) / 10)


def _legend(names: Sequence[str], used: Sequence[int]) -> list[str]:
    out, x = [], 40
    for i in used:
        out.append(f'<rect x="{x}" y="136" width="14" height="14" rx="2" fill="{_COLOURS[i]}"/>')
        out.append(_text(x + 21, 149, names[i], 15, _INK))
        x += 21 + 15 * len(names[i]) + 28
    return out


def _grid(bottom: int) -> list[str]:
    out = []
    for tenth in (0, 25, 50, 75, 100):
        x = _LEFT + _BAR * tenth / 100
        out.append(f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}" stroke="{_GRID}"/>')
        out.append(_text(x, bottom + 16, f"{tenth}%", 12, _SOFT, "middle"))
    return out


def _text(x: float, y: float, text: str, size: float, colour: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="{_FONT}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _at_most(bars: Sequence[Bar]) -> list[Bar]:
    if len(bars) <= MAX_UNITS:
        return list(bars)
    rest = bars[MAX_UNITS - 1 :]
    return [*bars[: MAX_UNITS - 1], Bar(f"其他{len(rest)}个单位", _added(rest))]


def _added(bars: Sequence[Bar]) -> tuple[int, int, int, int]:
    one, two, three, four = (sum(bar.levels[i] for bar in bars) for i in range(4))
    return (one, two, three, four)


def _name(unit: str) -> str:
    return leaf(unit) or WHOLE_SCHOOL
