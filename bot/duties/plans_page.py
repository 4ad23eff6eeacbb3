"""docs/plans.md: the packs of schedules.yaml as tables that a school can read and print."""

from __future__ import annotations

from collections.abc import Iterator

from bot.duties.cadence_wording import ask_words, audience_words, do_words, length_words, when_words
from bot.duties.coverage import Clause
from bot.duties.plan_values import Duty, Pack, Plan


def plans_markdown(plan: Plan, clauses: tuple[Clause, ...] = ()) -> str:
    """One chapter for each pack: its duties, and clause by clause which duty serves it."""
    return "\n".join([*_head(plan), *(line for pack in plan.packs.values() for line in _pack(pack, clauses))])


def _head(plan: Plan) -> Iterator[str]:
    yield "# 四套方案\n"
    yield "本页由 `schedules.yaml` 生成，不要手改；写法见 [schedules.md](schedules.md)。\n"
    yield "学期：" + "；".join(f"{t.name}（{t.first} 至 {t.last}）" for t in plan.calendar.terms) + "。\n"
    quiet = "、".join(f"{q.first:%H:%M}–{q.last:%H:%M}" for q in plan.quiet_hours)
    yield f"免打扰：{quiet}。\n"


def _pack(pack: Pack, clauses: tuple[Clause, ...]) -> Iterator[str]:
    yield f"## {pack.title}（{pack.id}）\n"
    yield "| 任务 | 条款 | 负责 | 时间 | 对象 | 做什么 | 完成凭据 | 期限 |"
    yield "|---|---|---|---|---|---|---|---|"
    for duty in pack.duties:
        yield _duty(duty)
    yield ""
    wanted = [clause for clause in clauses if pack.clauses and clause.id.startswith(f"{pack.clauses}-")]
    if wanted:
        yield f"### {pack.title}：逐条落实\n"
        yield "| 条款 | 内容 | 由谁落实 |"
        yield "|---|---|---|"
        for clause in wanted:
            duties = "、".join(duty.title for duty in pack.duties if clause.id in duty.clause)
            served = duties or f"不做：{pack.left_out.get(clause.id, '缺')}"
            yield f"| {clause.id} | {_cell(clause.title)} | {_cell(served)} |"
        yield ""


def _duty(duty: Duty) -> str:
    due = length_words(duty.due) if duty.due else "—"
    title = f"{duty.title}<br>`{duty.id}`" + (f"<br>{duty.note}" if duty.note else "")
    cells = (
        title,
        " ".join(duty.clause) or "—",
        duty.owner,
        when_words(duty.when),
        audience_words(duty.to),
        do_words(duty.do),
        ask_words(duty.ask) + (f"，至多提醒{duty.remind}次" if duty.remind else ""),
        due,
    )
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
