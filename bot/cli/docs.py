"""``bot docs``: the pages that are made from the code and the plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from bot.cli import common


def docs() -> None:
    """重新生成 docs/plans.md 和 schedules.schema.json。"""
    from bot.cli import wording

    for path in common.run(_write(Path(__file__).parents[2])):
        typer.echo(wording.written(path))


async def _write(root: Path) -> list[str]:
    """Raises BadFile when the plan is unsound; then nothing is written."""
    texts = generated(root)
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return list(texts)


def generated(root: Path) -> Mapping[str, str]:
    """File name -> text. Raises BadFile."""
    import json

    from bot.cli.examining import shipped_clauses
    from bot.duties.plan import json_schema, parse_plan
    from bot.duties.plans_page import plans_markdown
    from bot.duties.statutory import china

    plan = parse_plan((root / "schedules.yaml").read_text(encoding="utf-8"), "schedules.yaml", china())
    return {
        "docs/plans.md": plans_markdown(plan, shipped_clauses()),
        "schedules.schema.json": json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n",
    }
