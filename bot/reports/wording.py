"""What people read about numbers: always numerator, denominator, exemptions, and as of when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.duties.rules import Ask, Do, ProofKind
from bot.duties.wording import PROOFS
from bot.people.rules import WHOLE, labels, leaf, several
from bot.reports.rules import SHANGHAI, SMALL, Tally, by_campaign, by_unit, is_small, merged, percent, reasons
from bot.wording import LIMIT, within

WHOLE_SCHOOL: Final = WHOLE
_OTHER: Final = "其他"
_REASONS: Final = 8  # of exemptions, in one message
_IN_FULL: Final = 6  # classes; of more there is one line each
HIDDEN: Final = f"不足{SMALL}人"
_WITHIN: Final = "口径：应到=在册−豁免；已告知=平台已接受或本人已操作；同一孩子的多位监护人只计一次。"
_STRONGEST: Final = {
    Ask.FULL_MARKS: (ProofKind.MASTERED, ProofKind.SIGNED, ProofKind.CHECKED),
    Ask.SIGN: (ProofKind.CONFIRMED, ProofKind.SIGNED, ProofKind.CHECKED),
}
_DONE: Final[dict[Ask, str]] = {
    Ask.TAP: "已点选",
    Ask.CONFIRM: "已确认",
    Ask.SIGN: "签收",
    Ask.FULL_MARKS: "满分签收",
    Ask.FORWARD: "已转发",
    Ask.TICK: "已办",
    Ask.FILE: "已交",
}


def clock(at: datetime) -> str:
    """``11-22 08:00`` in China."""
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def stats(tallies: Sequence[Tally], scope: Sequence[str], now: datetime, school: str) -> str:
    """The answer to /stats: one campaign in full, or a line for each of several. At most 2048 bytes."""
    called = labels(scope)
    where = "、".join(called[unit] if unit else school for unit in scope[:3])
    where += f"等{len(scope)}个单位" if len(scope) > 3 else ""
    campaigns = by_campaign(tallies)
    if not campaigns:
        return f"{where}｜还没有可统计的活动。"
    if len(campaigns) == 1:
        return within(_one(where, tallies, now), [_WITHIN])
    lines = [f"{where}｜{len(campaigns)}项活动｜截至{clock(now)}"]
    lines += [_line(merged(own, "")) for own in campaigns.values()]
    tail = [_exempt(reasons(tallies), "人次"), _WITHIN, "看一项：/stats 单位 活动"]
    return within(lines, [line for line in tail if line], "项")


def no_figures(scope: Sequence[str], school: str, was_named: bool) -> str:
    """``was_named``: a campaign was asked for that nobody of these units takes part in."""
    if not was_named:
        return "还没有可统计的活动。"
    return f"{several(scope) if any(scope) else school}没有人参加这项活动。"


def not_yet(title: str) -> str:
    return f"「{title}」还没有发过，没有数字。"


def own_class(
    tallies: Sequence[Tally], now: datetime, more: Sequence[str] = (), limit: int = LIMIT
) -> str:
    """本班: for each class what is going on, newest first; nobody is named. ``more`` stands at the end."""
    if not tallies:
        return within(["您的班还没有活动。"], more, limit=limit)
    units = by_unit(tallies)
    called = labels(units)
    if len(units) > _IN_FULL:
        lines = [f"{called[unit]}：{_class_total(own)}" for unit, own in units.items()]
        head, tail = f"截至{clock(now)}，{len(units)}个班：", ["看一个班：未完成 班级", *more]
        return within([head, *lines], tail, "个班", limit)
    lines = [f"截至{clock(now)}："]
    for unit, own in units.items():
        lines.append(f"【{called[unit]}】")
        open_ = [t for t in own if t.open]
        lines += [_class_line(t) for t in open_[:4]]
        if len(open_) > 4:
            lines.append(f"还有{len(open_) - 4}项未完成。")
        finished = [t for t in own if not t.open]
        if finished:
            lines.append(f"其余{len(finished)}项已完成或只需知晓，最近：{finished[0].title}。")
        if why := _exempt(reasons(own), "人次"):
            lines.append(why)
    return within(lines, ["名单只发给您本人：未完成 班级", *more], limit=limit)


def _class_total(own: Sequence[Tally]) -> str:
    """One line for a class of many; what is voluntary is no debt, nor is a tap on a card."""
    open_ = [t for t in own if t.open and t.do is not Do.CONFIRM and t.ask is not Ask.TAP]
    return f"{len(open_)}项没做完，{sum(t.open for t in open_)}人次" if open_ else "都做完了"


def which(name: str, units: int) -> str:
    """Several units are called so."""
    return f"有{units}个「{name}」，要哪一个？"


def beyond(scope: Sequence[str], total: Tally | None) -> str:
    """For who asks beyond their units: only the total, when it is large enough."""
    own = several(scope)
    if total is None:
        return f"您的范围是{own}。"
    name = leaf(total.unit) or WHOLE_SCHOOL
    rate = percent(total.told, total.due) if _told_only(total) else percent(total.done, total.due)
    word = "已告知" if _told_only(total) else "完成"
    return f"您的范围是{own}。{name}只显示合计：{total.title}{word}{rate}。"


def main_campaign(tallies: Sequence[Tally]) -> str:
    """The campaign a picture should show: of those that ask for something the one with most people."""
    asking = [t for t in tallies if t.asked and t.do is not Do.CONFIRM] or list(tallies)
    people: Counter[str] = Counter()
    for tally in asking:
        people[tally.occurrence] += tally.due
    return people.most_common(1)[0][0] if people else ""


def cell(count: int, own: bool) -> str:
    """A figure, or that it is too small to be shown to others."""
    return HIDDEN if not own and is_small(count) else f"{count:,}"


def exempt_reasons(why: Mapping[str, int], own: bool = True) -> str:
    """``休学9、出国3``; small ones are put together where others read."""
    shown = [f"{reason}{count:,}" for reason, count in why.items() if own or not is_small(count)]
    rest = sum(why.values()) - sum(c for c in why.values() if own or not is_small(c))
    if rest:
        shown.append(f"{_OTHER}{cell(rest, own)}")
    return "、".join(shown)


def chart_of_several(asked: bool) -> str:
    """The title of a picture over many campaigns."""
    return "须完成事项的完成情况（人次）" if asked else "告知情况（人次）"


def segments(ask: Ask) -> tuple[str, str, str, str]:
    """What the four colours of a bar mean, strongest first."""
    return (_DONE.get(ask, "已点按"), _halfway(ask), "已告知", "未达")


def _halfway(ask: Ask) -> str:
    return {Ask.FULL_MARKS: "满分待签", Ask.SIGN: "已确认"}.get(ask, "")


def _told_only(tally: Tally) -> bool:
    return not tally.asked or (tally.do is Do.CONFIRM and not tally.own)


def _one(where: str, tallies: Sequence[Tally], now: datetime) -> list[str]:
    all_ = merged(tallies, "")
    lines = [
        f"{where}｜{all_.title}｜截至{clock(now)}",
        f"在册{all_.audience:,} 豁免{cell(all_.exempt, all_.own)} 应到{all_.due:,}",
        f"已告知{all_.told:,}（{percent(all_.told, all_.due)}）",
    ]
    if not _told_only(all_):
        word = "自愿确认" if all_.do is Do.CONFIRM else "完成"
        lines.append(f"{word}{all_.done:,}（{percent(all_.done, all_.due)}）")
        tiers = [k for k in _STRONGEST.get(all_.ask, ()) if all_.tiers.get(k)]
        if tiers:
            lines.append("其中" + "、".join(f"{PROOFS[k]}{all_.tiers[k]:,}" for k in tiers) + "（逐级累计）")
        if all_.declined:
            lines.append(f"暂不{cell(all_.declined, all_.own)}")
    if all_.do is Do.CONFIRM:
        lines.append("自愿事项：只供本单位了解，不作考核，不上通报。")
    if why := _exempt(reasons(tallies), ""):
        lines.append(why)
    units = by_unit(tallies)
    if len(units) > 1 and not _told_only(all_):
        left = sum(1 for own in units.values() if any(t.open for t in own))
        lines.append(f"单位{len(units)}个：全部完成{len(units) - left}个，未完成{left}个。")
    return lines


def _line(tally: Tally) -> str:
    day = f"{tally.planned_at.astimezone(SHANGHAI):%m-%d} " if tally.planned_at else ""
    if _told_only(tally):
        return f"· {day}{tally.title} 已告知{tally.told:,}/{tally.due:,}（{percent(tally.told, tally.due)}）"
    word = "自愿确认" if tally.do is Do.CONFIRM else "完成"
    return f"· {day}{tally.title} {word}{tally.done:,}/{tally.due:,}（{percent(tally.done, tally.due)}）"


def _class_line(tally: Tally) -> str:
    due = f"，{tally.due_at.astimezone(SHANGHAI):%m-%d}截止" if tally.due_at else ""
    if tally.do is Do.CONFIRM:
        return f"· {tally.title}（自愿）：{tally.due}人，已告知{tally.told}，确认{tally.done}"
    return f"· {tally.title}：{tally.due}人，完成{tally.done}，还有{tally.open}{due}"


def _exempt(why: Mapping[str, int], counted_in: str) -> str:
    """The most frequent reasons; every teacher writes their own, and a message is short."""
    often = sorted(why.items(), key=lambda item: (-item[1], item[0]))
    shown = dict(often[:_REASONS])
    if rest := sum(count for _, count in often[_REASONS:]):
        shown[_OTHER] = shown.get(_OTHER, 0) + rest
    return f"豁免{counted_in}：{exempt_reasons(shown)}。" if shown else ""
