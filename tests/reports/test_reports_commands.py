"""``bot stats`` and ``bot report`` against the college."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from reports_cast import NOW, SCHOOL, TEST, Cast, autumn, empty_school
from typer.testing import CliRunner

from bot.cli.report import Asked, Kind, report, report_file
from bot.cli.stats import stats_text
from bot.db import Database
from bot.errors import Refusal
from bot.people.tables import audit


async def said(college: Database, unit: str = "", campaign: str = "", *, as_json: bool = False) -> str:
    return await stats_text(college, SCHOOL, unit, campaign, NOW, as_json=as_json, depth=0)


async def test_the_command_says_what_the_chat_says(college: Database) -> None:
    assert "完成12（66.7%）" in await said(college, campaign=TEST)
    assert (await said(college, "护理2301", TEST)).startswith("护理2301｜秋季反诈测试")
    assert "4项活动" in await said(college, "全校")


async def test_json_for_other_programs(college: Database) -> None:
    (line,) = json.loads(await said(college, "护理2301", TEST, as_json=True))
    assert (line["unit"], line["due"], line["done"]) == ("护理学院/2023级/护理2301", 5, 3)
    assert json.loads(await said(college, as_json=True))[0]["campaign"].startswith("weekly-reminder@")


async def test_unknown_units_and_campaigns_are_named(college: Database) -> None:
    with pytest.raises(Refusal, match="护理9999"):
        await said(college, "护理9999")
    with pytest.raises(Refusal, match="nothing@"):
        await said(college, campaign="nothing@2026-01-01T00:00")


@pytest.mark.parametrize(
    ("asked", "ending"),
    [
        (Asked(Kind.WEEKLY), "docx"),
        (Asked(Kind.MONTHLY, "护理学院"), "xlsx"),
        (Asked(Kind.HALF_YEAR, since="2026-09-01", until="2026-11-22"), "pdf"),
        (Asked(Kind.ANNUAL), "pdf"),
        (Asked(Kind.CLASS_SHEET, "护理2301", TEST), "xlsx"),
        (Asked(Kind.LOOK_BACK, person="N101"), "pdf"),
        (Asked(Kind.LOOK_BACK, "护理2301"), "docx"),
    ],
)
async def test_every_report_is_written_and_the_export_is_on_record(
    tmp_path: Path, asked: Asked, ending: str
) -> None:
    async with empty_school(tmp_path) as database:
        async with database.begin() as tx:
            await autumn(Cast(tx))
        out = await report_file(database, SCHOOL, tmp_path / f"report.{ending}", asked, NOW)
        async with database.reading() as tx:
            assert await tx.scalar(sa.select(audit.c.what)) == f"report {asked.kind}"
    assert out.read_bytes()[:4] in (b"PK\x03\x04", b"%PDF")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Asked(Kind.CLASS_SHEET, "护理2301"), "--campaign"),
        (Asked(Kind.LOOK_BACK, person="X999"), "X999"),
        (Asked(Kind.WEEKLY, since="neulich"), "neulich"),
        (Asked(Kind.MONTHLY, since="2026-11-22", until="2026-11-21"), "是空的"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_is_left_behind(
    college: Database, tmp_path: Path, asked: Asked, reason: str
) -> None:
    with pytest.raises(Refusal, match=reason):
        await report_file(college, SCHOOL, tmp_path / "a.pdf", asked, NOW)
    assert not list(tmp_path.iterdir())


async def test_a_folder_that_is_not_there(college: Database, tmp_path: Path) -> None:
    async with empty_school(tmp_path) as database:
        with pytest.raises(Refusal, match="写不了"):
            await report_file(database, SCHOOL, tmp_path / "none" / "a.pdf", Asked(Kind.WEEKLY), NOW)


def test_exit_codes_on_the_command_line() -> None:
    app = typer.Typer()
    app.command()(report)
    refused = CliRunner().invoke(app, ["weekly", "--out", "a.txt"])
    assert refused.exit_code == 1
    assert ".docx" in refused.stderr
    assert CliRunner().invoke(app, ["daily", "--out", "a.pdf"]).exit_code == 2
    assert CliRunner().invoke(app, ["weekly"]).exit_code == 2
