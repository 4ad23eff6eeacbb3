"""``bot questions`` as its makers use it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from quiz_cast import REFUND
from typer.testing import CliRunner, Result

from bot.cli.questions import app
from bot.db import Database, insert, metadata
from bot.people.tables import person, unit
from bot.quiz.files import load_bank
from bot.quiz.tables import answer, sitting

GIFT = "$CATEGORY: 刷单\n\n先垫钱的兼职能做吗？{=不能 ~能####垫钱就停。}\n\n几点？{#8}\n"
GIVEN = ["--point", "垫钱就停", "--audience", "大学", "--difficulty", "1", "--source", "公安部",
         "--review-by", "2027-09-01", "--slug", "brush"]  # fmt: skip


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOT_SETTINGS", raising=False)
    (tmp_path / "question_bank").mkdir()
    (tmp_path / "question_bank" / "refund.yaml").write_text(
        REFUND.replace("2027-09-01", "2099-09-01"), encoding="utf-8"
    )
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_good_bank_passes(school: Path) -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "错误 0" in result.stdout
    assert "三年内重复" in result.stdout


def test_a_bad_bank_is_told_with_file_and_line(school: Path) -> None:
    (school / "question_bank" / "bad.yaml").write_text("topic: 坏\nquestions: 没有\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert "question_bank/bad.yaml:2: " in result.stderr


def test_a_missing_folder_is_told(school: Path) -> None:
    result = run("check", "--bank", "nowhere")
    assert result.exit_code == 1
    assert "nowhere:1: 没有这个文件夹" in result.stderr


@pytest.mark.parametrize("name", ["bank.gift", "bank.xlsx"])
def test_out_and_in_again(school: Path, name: str) -> None:
    assert run("export", name).exit_code == 0
    (school / "empty").mkdir()
    result = run("import", name, "--bank", "empty", "--into", "again")
    assert result.exit_code == 0, result.output
    assert load_bank(school / "again").items == load_bank(school / "question_bank").items


def test_nothing_is_written_while_something_cannot_be_carried(school: Path) -> None:
    (school / "moodle.gift").write_text(GIFT, encoding="utf-8")
    result = run("import", "moodle.gift", "--into", "question_bank", *GIVEN)
    assert result.exit_code == 1
    assert "moodle.gift:5: 不能转入：数值题" in result.stderr
    assert "brush-001" in result.stdout  # the preview
    assert [path.name for path in (school / "question_bank").iterdir()] == ["refund.yaml"]

    assert run("import", "moodle.gift", "--into", "question_bank", "--skip", *GIVEN).exit_code == 0
    assert load_bank(school / "question_bank").items["brush-001"].topic == "刷单"


def test_what_the_file_lacks_is_asked_for(school: Path) -> None:
    (school / "moodle.gift").write_text(GIFT, encoding="utf-8")
    result = run("import", "moodle.gift")
    assert result.exit_code == 1
    assert "moodle.gift:3: 缺知识点" in result.stderr


def test_an_id_of_the_bank_is_not_taken_twice(school: Path) -> None:
    assert run("export", "bank.gift").exit_code == 0
    result = run("import", "bank.gift", "--into", "again")
    assert result.exit_code == 1
    assert "编号 refund-001 已经用过" in result.stderr
    assert not (school / "again").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("export", "bank.doc"),
        ("export", "nowhere/bank.gift"),
        ("import", "nowhere.gift"),
        ("import", "question_bank/refund.yaml", "--audience", "火星人"),
    ],
)
def test_wrong_usage_has_its_own_exit_code(school: Path, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


SETTINGS = (
    "school: {name: 示例职业技术学院, plan: college-generic}\npublic_url: https://fanzha.example.edu.cn\n"
    "secret_key: 0123456789abcdef0123\ndatabase: sqlite+aiosqlite:///bot.db\n"
)
START = datetime(2026, 9, 7, 8, tzinfo=UTC)


def test_analysing_without_a_database_is_refused(school: Path) -> None:
    assert run("analyse").exit_code == 1
    (school / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    result = run("analyse")
    assert result.exit_code == 1
    assert "bot.db 还没有建立" in result.stderr
    assert not (school / "bot.db").exists()


async def six_students_answer(url: str) -> None:
    """All know the first question; half know the second."""
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.begin() as tx:
        new_person, new_sitting, new_answer = insert(person), insert(sitting), insert(answer)
        for path in ("护理学院", "护理学院/护理2301"):
            tx.write(insert(unit), path=path)
        for id_ in range(1, 7):
            tx.write(
                new_person, id=id_, code=str(id_), name="示例", kind="学生", unit="护理学院/护理2301",
                joined_at=START,
            )  # fmt: skip
            tx.write(
                new_sitting, id=id_, person_id=id_, task_id=1, state="asking", open=True, kept={},
                started_at=START, touched_at=START,
            )  # fmt: skip
            for step, (question, right) in enumerate((("refund-001", True), ("refund-002", id_ % 2 == 0))):
                tx.write(
                    new_answer, sitting_id=id_, step=step, person_id=id_, question=question,
                    chosen="B" if right else "A", right=right, first_try=True, practice=False, at=START,
                )  # fmt: skip
    await database.close()


def test_analysing_names_what_to_review_and_the_weakest_topic(school: Path) -> None:
    (school / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    asyncio.run(six_students_answer("sqlite+aiosqlite:///bot.db"))
    result = run("analyse", "--unit", "护理学院", "--since", "2026-09-01")
    assert result.exit_code == 0, result.output
    assert "12 次首答，2 题有统计" in result.stdout
    assert "太容易" in result.stdout
    assert "refund-002" not in result.stdout
    assert "75%" in result.stdout
    assert "refund-002" in run("analyse", "--all").stdout
    assert "0 次首答" in run("analyse", "--since", "2026-10-01").stdout
    assert run("analyse", "--since", "昨天").exit_code == 2
    assert "12 次首答" in run("analyse", "--unit", "护理2301").stdout
    result = run("analyse", "--unit", "护里学院")
    assert (result.exit_code, result.stderr) == (1, "花名册里没有单位「护里学院」。\n")
