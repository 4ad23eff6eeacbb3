"""我的记录 is read by people: every act and every figure of the log has its Chinese word."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from web_cast import NURSES, Browser, Campus, enters

from bot.web import wording_audit

New = Callable[[], Browser]
REPO = Path(__file__).parents[2]


def _logged() -> Iterator[ast.Call]:
    for folder in ("bot", "handlers"):
        for path in sorted((REPO / folder).rglob("*.py")):
            if path.parent.name == "cli":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "audit":
                    yield node


def test_every_act_has_a_word() -> None:
    acts = {
        call.args[1].value
        for call in _logged()
        if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and not _is_nobody(call.args[0])
    }
    assert len(acts) > 20
    assert sorted(act for act in acts if wording_audit.audit(str(act)) == act) == []


def test_every_figure_has_a_word() -> None:
    names = {
        key.value
        for call in _logged()
        for detail in call.args
        if isinstance(detail, ast.Dict)
        for key in detail.keys
        if isinstance(key, ast.Constant)
    }
    assert len(names) > 10
    assert sorted(name for name in names if wording_audit.detail(str(name)) == name) == []


async def test_the_page(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("parents-letter")
    admin = await enters(browser(), campus, "A1")
    await admin.opens(f"/console/unfinished?id={campaign}&unit={NURSES}")
    page = await admin.opens("/console/audit")
    assert f"活动{campaign}；单位{NURSES}" in page.words
    await admin.opens("/console/cases")
    assert "查看案件列表单位全校" in (await admin.opens("/console/audit")).words


def _is_nobody(who: ast.expr) -> bool:
    return isinstance(who, ast.Constant) and who.value is None
