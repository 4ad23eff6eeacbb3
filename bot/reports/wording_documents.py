"""What stands in the documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.duties.rules import ProofKind
from bot.duties.wording import NO_GUARDIAN, PROOFS, moment
from bot.people.rules import leaf
from bot.receipts.rules import Level
from bot.receipts.wording import LEVELS
from bot.reports.records import Filing, OwnTask, PastLine, Period, SheetLine
from bot.reports.rules import SHANGHAI, SMALL, RedLine, ReportKind, Sums, is_small, percent
from bot.reports.wording import HIDDEN, WHOLE_SCHOOL, exempt_reasons

TITLES: Final = {
    ReportKind.WEEKLY: "反诈工作周通报",
    ReportKind.MONTHLY: "反诈工作月通报",
    ReportKind.HALF_YEAR: "反诈工作半年总结",
    ReportKind.ANNUAL: "反诈工作年度考核材料",
}
SPANS: Final = {
    ReportKind.WEEKLY: "本周",
    ReportKind.MONTHLY: "本月",
    ReportKind.HALF_YEAR: "本半年",
    ReportKind.ANNUAL: "本年度",
}
SMALL_UNITS: Final = f"其他（含{HIDDEN}的单位）"
OWN_LEVEL: Final = "本级"
OVERALL: Final = "总体情况"
DUTIES: Final = "活动情况"
UNITS: Final = "各单位情况"
MONTHS: Final = "逐月情况"
FILINGS: Final = "报送情况"
NOTES: Final = "说明"
BY_DUTY: Final = ("活动", "次数", "应到", "豁免", "已告知", "告知率", "完成", "完成率", "自愿确认", "确认率")
BY_UNIT: Final = ("单位", "次数", "应到", "已告知", "告知率", "须完成", "完成", "完成率", "自愿确认率")
BY_MONTH: Final = ("月份", "次数", "应到", "已告知", "告知率", "须完成", "完成", "完成率", "自愿确认率")
EACH_FILING: Final = ("报送事项", "单位", "截止时间", "报送时间", "情况")
FILINGS_BY_UNIT: Final = ("单位", "应报", "按时", "迟报", "未报", "未到期")
SHEET: Final = ("序号", "编号", "姓名", "完成时间", "方式", "回执编号", "签名")
PAST: Final = ("序号", "日期", "活动", "依据", "材料", "所在单位", "本人", "校验")
PAST_OF_UNIT: Final = (*PAST[:6], PAST[7])
_NUMBERS: Final = "一二三四五六七八九"
_RED_LINE: Final = (
    "减负红线：本材料不含个人名单，不对单位或个人排名，不通报安装率和关注率，不以照片、留痕材料作为评价依据；"
    "安装、关注、开启等自愿事项只报告知率，其他自愿确认不设目标。"
)


def numbered(number: int, heading: str) -> str:
    return f"{_NUMBERS[number]}、{heading}"


def day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def subtitle(period: Period) -> str:
    where = leaf(period.unit) or WHOLE_SCHOOL
    return f"{where}　{day(period.since)}至{_last_day(period.until)}　数据截至 {moment(period.as_of)}"


def _last_day(until: datetime) -> str:
    return day(until - timedelta(milliseconds=1))


def late(deadline: datetime, made_at: datetime) -> str:
    return f"【迟报】应于 {moment(deadline)} 前报送，实际形成于 {moment(made_at)}。"


def lifted(red_line: RedLine) -> str:
    who = "、".join(red_line.approvers)
    return f"【减负红线已解除】依据文号 {red_line.document}，批准人 {who}。本材料含自愿事项的确认数。"


def nothing(kind: ReportKind) -> str:
    return f"{SPANS[kind]}没有开展活动。"


def overall(kind: ReportKind, sums: Sums, duties: int) -> str:
    text = f"{SPANS[kind]}开展活动{duties}项、{sums.campaigns}次，应到"
    if is_small(sums.due):
        return f"{text}{HIDDEN}，完成情况不单列。"
    text += f"{sums.due:,}人次，已告知{sums.told:,}人次，告知率{percent(sums.told, sums.due)}。"
    if is_small(sums.owed):
        text += f"其中须完成的{HIDDEN}，不单列。"
    elif sums.owed:
        text += f"其中须完成{sums.owed:,}人次，完成{sums.done:,}人次，完成率{percent(sums.done, sums.owed)}。"
    if sums.invited and not is_small(sums.invited):
        text += (
            f"另有自愿确认事项{sums.invited:,}人次，确认{sums.confirmed:,}人次，"
            f"确认率{percent(sums.confirmed, sums.invited)}，不设目标。"
        )
    return text


def exempted(why: Mapping[str, int]) -> str:
    """The line that keeps the denominator honest."""
    if not why:
        return "无豁免。"
    if is_small(sum(why.values())):
        return f"豁免{HIDDEN}，原因不单列。"
    return f"豁免{sum(why.values()):,}人次：{exempt_reasons(why, own=False)}。"


def notes(period: Period, why: Mapping[str, int], folded: bool) -> list[str]:
    lines = [
        "口径：应到为花名册人数减豁免；已告知指平台已接受发送或本人已有操作；同一孩子的多位监护人只计一次；"
        "各表均为人次，次数为活动开展次数。",
        exempted(why),
        lifted(period.red_line) if period.red_line.lifted else _RED_LINE,
    ]
    if folded:
        lines.append(f"{HIDDEN}的单位并入「其他」，不单独显示。")
    return lines


def hidden(count: int) -> int | str:
    """A figure in a table that others read too."""
    return f"<{SMALL}" if is_small(count) else count


def few(count: int) -> str:
    """Instead of a figure that is not shown: under five, or one that would tell another under five."""
    return f"<{SMALL}" if is_small(count) else "—"


def filing_state(filing: Filing, now: datetime) -> str:
    if filing.filed_at is not None:
        return "迟报" if filing.late(now) else "按时"
    return "未报" if filing.late(now) else "未到期"


def chart_in_words(chart: str, units: Mapping[str, str]) -> str:
    """``units`` has each one's share, empty when it is not shown."""
    lines = [f"{name}{share or '不单列'}" for name, share in units.items()]
    return f"{chart}：{'、'.join(lines)}。"


def sheet_title(unit: str) -> str:
    return f"{leaf(unit) or WHOLE_SCHOOL} 签名回收表"


def sheet_subtitle(school: str, campaign: str, as_of: datetime) -> str:
    return f"{school}　{campaign}　截至 {moment(as_of)}"


def sheet_counts(lines: Sequence[SheetLine]) -> str:
    exempt = sum(1 for line in lines if line.exempt)
    done = sum(1 for line in lines if line.done_at and not line.exempt)
    due = len(lines) - exempt
    share = percent(done, due)
    return f"在册{len(lines)}，豁免{exempt}，应到{due}，已完成{done}（{share}），未完成{due - done}。"


def sheet_name(line: SheetLine) -> str:
    return f"{line.name}（家长）" if line.family else line.name


def sheet_way(line: SheetLine) -> str:
    if line.exempt:
        return f"豁免：{line.exempt}"
    if line.level is not None:
        return f"L{int(line.level)} {LEVELS[line.level]}"
    if line.done_at and line.proof is ProofKind.CHECKED:
        return f"L{int(Level.PAPER)} {PROOFS[ProofKind.CHECKED]}"
    if line.unguarded:
        return NO_GUARDIAN
    return PROOFS[line.proof] if line.proof else ""


def sheet_note() -> str:
    return (
        "已有回执编号的不必再签。仅供本班归档，请勿张贴或发到群里。回执编号可在核验页查验，或发「验 编号」。"
    )


def past_title() -> str:
    return "履职情况回溯材料"


def past_subtitle(who: str, since: datetime, until: datetime, as_of: datetime) -> str:
    return f"{who}　{day(since)}至{_last_day(until)}　形成于 {moment(as_of)}"


def past_summary(who: str, titles: Iterable[tuple[str, int, int | None]]) -> str:
    """Titles with how often each was offered and how often the person did it."""
    parts = [
        f"{title} {count}次" + (f"（本人完成{done}次）" if done else "") for title, count, done in titles
    ]
    return f"这段时间对{who}：" + ("、".join(parts) or "没有开展活动") + "。"


def past_unit(line: PastLine) -> str:
    tally = line.tally
    if tally is None:
        return "—"
    done = f" 完成{tally.done}" if tally.asked else ""
    exempt = f" 豁免{tally.exempt}" if tally.exempt else ""
    return f"应到{tally.due}{exempt} 已告知{tally.told}{done}"


def past_own(tasks: Sequence[OwnTask]) -> str:
    return "；".join(map(_own, tasks)) or "—"


def _own(task: OwnTask) -> str:
    who = "家长" if task.by_guardian else ""
    if task.exempt:
        return f"{who}豁免：{task.exempt}"
    if task.done_at and task.proof:
        return f"{who}{PROOFS[task.proof]} {_date(task.done_at)}"
    if task.declined:
        return f"{who}暂不"
    if task.proof:
        return f"{who}{PROOFS[task.proof]}"
    return f"{who}已告知 {_date(task.told_at)}" if task.told_at else f"{who}未达"


def _date(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%m-%d")


def past_notes(seal: str) -> list[str]:
    return [
        "每行的校验码由上一行的校验码与本行内容算出（SHA-256），改动任何一行，其后各行都会不同。",
        f"末行校验码：{seal}",
        "答题内容、对话内容不在其中。",
    ]


def unknown_ending(name: str) -> str:
    return f"{name}：文件名要以 .docx、.xlsx 或 .pdf 结尾。"


def unknown_unit(text: str) -> str:
    return f"花名册里没有单位「{text}」。"


def ambiguous_unit(text: str, found: Sequence[str]) -> str:
    return f"「{text}」不止一个：{'、'.join(found[:5])}。请写完整路径。"


def unknown_person(code: str) -> str:
    return f"花名册里没有编号「{code}」。"


def unknown_campaign(id_: str) -> str:
    return f"没有活动「{id_}」，或者它与该单位无关。"


def needs_campaign() -> str:
    return "签名回收表要写明是哪一项活动：--campaign 编号；编号见 stats --json 的 campaign。"


def badly_timed(text: str) -> str:
    return f"「{text}」不是日期，请写成 2026-11-22 或 2026-11-22T16:40。"


def backwards(since: str) -> str:
    return f"起始「{since}」不早于截止时间，这段时间是空的。"


def cannot_write(name: str, reason: str) -> str:
    return f"写不了 {name}：{reason}"
