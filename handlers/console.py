"""/login, 花名册, /report, /export: one-time links into the console."""

from __future__ import annotations

from bot.messages import Choice, Say
from bot.routing import Router, Turn, Who
from bot.web.rules import console_link

router = Router("console")


@router.says("login", "登录", who=Who.ADMIN, help="/login  打开控制台（一次性链接）")
async def login(turn: Turn) -> Say:
    return _link(turn, "控制台", "")


@router.says("login", "登录", who=Who.DUTY, help="/login  打开案件台（一次性链接）")
async def cases(turn: Turn) -> Say:
    """For who is on duty and nothing else; administrators come in above."""
    return _link(turn, "案件台", "cases")


@router.says("花名册", "roster", who=Who.ADMIN, help="花名册  上传名单，先看差异再应用")
async def roster(turn: Turn) -> Say:
    return _link(turn, "上传花名册", "roster")


@router.says("report", "报告", who=Who.ADMIN, help="/report  周报、月报、年报")
async def report(turn: Turn) -> Say:
    return _link(turn, "报告", "reports")


@router.says("export", "导出", who=Who.ADMIN, help="/export  导出表格（留有记录）")
async def export(turn: Turn) -> Say:
    return _link(turn, "导出", "exports")


def _link(turn: Turn, label: str, page: str) -> Say:
    base = turn.school.accounts.url_at(turn.inbound.account)
    path = console_link(turn.school.key, turn.someone.id, turn.now, page)
    turn.work.people.audit(turn.someone.id, "console link", turn.now, {"page": page})
    return Say("链接10分钟内有效，只能用一次，请勿转发。", (Choice(label, label, f"{base}{path}"),))
