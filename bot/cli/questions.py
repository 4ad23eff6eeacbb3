"""``bot questions check | import | export | analyse``: the bank's makers at work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli import common

if TYPE_CHECKING:
    from datetime import datetime

    from bot.errors import Complaint
    from bot.quiz.analysis import Tried
    from bot.quiz.items import Bank, Item

app = typer.Typer(help="题库：检查、转入、转出、统计", no_args_is_help=True)

BankFolder = Annotated[Path | None, typer.Option("--bank", help="题库文件夹；默认按设置文件")]


@app.command()
def check(
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
    bank: BankFolder = None,
    notes: Annotated[bool, typer.Option("--notes", help="也列出卡片放不下的题")] = False,
) -> None:
    """检查全部题目，逐条列出文件和行号；有错误时退出码为 1。"""
    from datetime import date
    from random import Random

    from bot.cli import questions_tables as tables
    from bot.quiz.bank import read_questions
    from bot.quiz.check import check_bank
    from bot.quiz.overlap import overlaps

    reading = read_questions(_files(settings, bank))
    findings = check_bank(reading, date.today())
    _tell("错误", findings.errors)
    _tell("提醒", findings.warnings)
    if notes:
        _tell("文字版", findings.notes)
    bank_read = reading.bank
    tables.show(
        tables.summary(reading),
        tables.coverage(bank_read),
        tables.overlap("三年内重复（每次都对）", overlaps(bank_read, Random(1))),
        tables.overlap("三年内重复（每四题错一题）", overlaps(bank_read, Random(1), missed=0.25)),
    )
    counts = len(findings.errors), len(findings.warnings), len(findings.notes)
    _say("错误 {}，提醒 {}，卡片放不下、用文字版 {}".format(*counts))
    if findings.errors:
        raise typer.Exit(1)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(callback=common.existing, help="GIFT、Aiken、.xlsx 或 .csv")],
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
    bank: BankFolder = None,
    into: Annotated[Path | None, typer.Option(help="写入这个文件夹；不写则只预览")] = None,
    skip: Annotated[bool, typer.Option("--skip", help="不能转入的题跳过，其余照转")] = False,
    slug: Annotated[str, typer.Option(help="没有编号的题从 SLUG-001 起编")] = "imported",
    topic: str = "",
    point: str = "",
    audience: Annotated[str, typer.Option(help="例如 高中、大学")] = "",
    difficulty: Annotated[int, typer.Option(min=0, max=3)] = 0,
    source: str = "",
    review_by: Annotated[str, typer.Option(help="例如 2027-09-01")] = "",
) -> None:
    """转入别的题库；文件里没有的项用选项统一给出。"""
    from bot.errors import BadFile
    from bot.quiz.bank import read_bank
    from bot.quiz.exchange import Draft, settle
    from bot.quiz.exchange_columns import audience_of, day_of
    from bot.quiz.exchange_read import read_exchange
    from bot.quiz.exchange_yaml import write_files
    from bot.quiz.items import ItemType

    try:
        whom, day = audience_of(audience) if audience else (), day_of(review_by) if review_by else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    given = Draft(
        0, ItemType.SINGLE, "", (), frozenset(), topic=topic, point=point, audience=whom,
        difficulty=difficulty, source=source, review_by=day,
    )  # fmt: skip
    try:
        carried = read_exchange(file.read_bytes(), file.name)
        present = _files(settings, bank)
        settled = settle(carried.drafts, given, slug, read_bank(present).items, file.name)
        files = write_files(settled.items, [Path(name).name for name in present])
        read_bank(files)
    except BadFile as bad:
        _refuse(bad.complaints)
    _tell("没有带过来", carried.notes)
    _tell("不能转入", (*carried.refused, *settled.complaints))
    unfinished = bool(settled.complaints or carried.refused)
    if into is None or (unfinished and not skip):
        for name, text in files.items():
            _say(f"# {name}\n{text}")
    else:
        _write(into, files)
    left_out = {complaint.line for complaint in (*carried.refused, *settled.complaints)}
    _say(f"可转入 {len(settled.items)} 题，不能转入 {len(left_out)} 处")
    if unfinished and not skip:
        raise typer.Exit(1)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help=".gift、.txt 或 .xlsx")],
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
    bank: BankFolder = None,
    audience: Annotated[str, typer.Option(help="只要这一类人的题")] = "",
) -> None:
    """转出为 Moodle GIFT 或 Excel；再转入时什么都不丢。"""
    from bot.quiz.exchange_gift_write import write_gift
    from bot.quiz.exchange_sheet_write import write_sheet

    chosen: list[Item] = [
        item for item in _bank(settings, bank).items.values() if not audience or audience in item.audience
    ]
    if file.suffix.lower() == ".xlsx":
        data = write_sheet(chosen)
    elif file.suffix.lower() in (".gift", ".txt"):
        data = write_gift(chosen).encode()
    else:
        raise typer.BadParameter("文件名以 .gift、.txt 或 .xlsx 结尾")
    if not file.parent.is_dir():
        raise typer.BadParameter(f"没有文件夹 {file.parent}")
    file.write_bytes(data)
    _say(f"已写出 {len(chosen)} 题：{file}")


@app.command()
def analyse(
    unit: Annotated[str, typer.Option(help="单位，写路径或最后一段；不写为全校")] = "",
    since: Annotated[str, typer.Option(help="从这一天起，例如 2026-09-01")] = "",
    settings: common.SettingsFile = common.DEFAULT_SETTINGS,
    bank: BankFolder = None,
    everything: Annotated[bool, typer.Option("--all", help="列出全部题目，不只需要复核的")] = False,
) -> None:
    """题目统计：只看正式测试的第一次作答。少于 5 人的不显示。"""
    from bot.cli import questions_tables as tables
    from bot.quiz.analysis import statistics, weakest_topics

    whole = _bank(settings, bank)
    tries, exposed = common.run(_answers(settings, unit, _start(since)))
    lines = statistics(tries, whole, exposed)
    shown = lines if everything else [line for line in lines if line.review]
    weakest = weakest_topics(tries, whole)
    tables.show(tables.items(shown, whole, everything), tables.weakest(weakest))
    _say(f"{len(tries):,} 次首答，{len(lines)} 题有统计；主题不足 5 人未显示：{weakest.hidden} 个")


async def _answers(settings: Path, unit: str, start: datetime) -> tuple[list[Tried], dict[str, int]]:
    from bot.app import database_url
    from bot.db import Database
    from bot.errors import Refusal
    from bot.people.store import People
    from bot.quiz.store_analysis import QuizStatistics
    from bot.reports.actions import the_unit

    database = Database(database_url(common.settings_of(settings).database, common.base_of(settings)))
    kept_in = database.url.database if database.is_sqlite else None
    if kept_in and not Path(kept_in).exists():
        raise Refusal(f"数据库 {kept_in} 还没有建立")
    try:
        async with database.reading() as tx:
            stats, path = QuizStatistics(tx), await the_unit(People(tx), unit)
            return await stats.first_tries(path, start), await stats.exposed(path)
    finally:
        await database.close()


def _start(since: str) -> datetime:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.db import EPOCH
    from bot.quiz.exchange_columns import day_of

    try:
        day = day_of(since) if since else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return datetime.combine(day, datetime.min.time(), ZoneInfo("Asia/Shanghai")) if day else EPOCH


def _files(settings: Path, bank: Path | None) -> dict[str, str]:
    """The question files. A bank can be made before there is any settings file."""
    from bot.errors import BadFile
    from bot.quiz.files import read_folder

    try:
        if bank is None and settings.exists():
            bank = common.base_of(settings) / common.settings_of(settings).question_bank
        return read_folder(bank or Path("question_bank"))
    except BadFile as bad:
        _refuse(bad.complaints)


def _bank(settings: Path, folder: Path | None) -> Bank:
    from bot.errors import BadFile
    from bot.quiz.bank import read_bank

    try:
        return read_bank(_files(settings, folder))
    except BadFile as bad:
        _refuse(bad.complaints)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    from bot.errors import Complaint

    if there := [name for name in files if (folder / name).exists()]:
        _refuse([Complaint(str(folder / name), 1, "已有这个文件，什么都没有写") for name in there])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(text)
        _say(f"已写入 {folder / name}")


def _say(text: str) -> None:
    typer.echo(text)


def _tell(kind: str, complaints: Iterable[Complaint]) -> None:
    for complaint in complaints:
        typer.echo(f"{complaint}（{kind}）", err=True)


def _refuse(complaints: Iterable[Complaint]) -> NoReturn:
    _tell("错误", complaints)
    raise typer.Exit(1)
