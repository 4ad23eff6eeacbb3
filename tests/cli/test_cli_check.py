"""``check`` names every fault of every file with its line; the shipped files have none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.cli.docs import generated
from bot.loading import load_settings
from tests.cli.office import SECRETS, Office


async def test_a_sound_school_has_only_remarks(office: Office) -> None:
    found = await office.types("check")
    assert (found.code, found.err) == (0, "")
    assert "方案 college：没有条款清单" in found.out
    assert "question_bank:1: 小学只有 0 个知识点，一份 20 题的卷子出不满（提醒）" in found.out
    assert "题目 3 道，材料 1 篇；错误 0，提醒 " in found.out


async def test_every_complaint_of_every_file_at_once(office: Office) -> None:
    office.change("settings.yaml", "plan: college}", "plan: colege}")
    office.change("settings.yaml", "thing1: title", "thing1: titel")
    office.change("schedules.yaml", "owner: 班主任", "ovner: 班主任")
    office.change("question_bank/refund.yaml", "answer: B", "answer: E")
    office.change("materials/weekly/college-01.md", "review_by: 2099-09-01", "review_by: 1999-09-01")
    found = await office.types("check")
    assert found.code == 1
    places = set(re.findall(r"(settings|schedules|refund|college-01)\.(?:yaml|md):(\d+): ", found.err))
    assert {name for name, _ in places} == {"settings", "schedules", "refund", "college-01"}
    assert ("schedules", "23") in places
    assert "titel" in found.err
    assert not [line for line in found.err.splitlines() if not re.match(r".+:\d+: .+", line)]


async def test_an_unknown_pack_is_named_where_it_stands(office: Office) -> None:
    office.change("settings.yaml", "plan: college}", "plan: colege}")
    found = await office.types("check")
    assert "settings.yaml:1: 没有方案 colege；schedules.yaml 里有 college" in found.err


async def test_a_missing_secret_is_named_and_the_other_faults_too(office: Office) -> None:
    office.environment["CAMPUS_SECRET"] = None
    office.change("schedules.yaml", "when: every friday", "when: evry friday")
    found = await office.types("check")
    assert "settings.yaml:11: 环境变量 CAMPUS_SECRET 没有设置" in found.err
    assert "schedules.yaml:18" in found.err


async def test_nothing_is_said_of_a_secret_that_is_only_missing(office: Office) -> None:
    office.environment["CAMPUS_AES_KEY"] = None
    office.change("settings.yaml", "${CAMPUS_SECRET}", "${campus_secret}")
    found = await office.types("check")
    about = [line for line in found.err.splitlines() if "settings.yaml" in line]
    assert len(about) == 2
    assert "环境变量 CAMPUS_AES_KEY 没有设置" in found.err
    assert "环境变量 campus_secret 没有设置" in found.err


@pytest.mark.parametrize(
    "secret", ["@long-enough-secret", "long enough: #secret", '"long-enough-secret', "1234567890123456.50"]
)
def test_a_secret_is_one_value_whatever_signs_it_holds(office: Office, secret: str) -> None:
    found = load_settings(office.settings, {**SECRETS, "BOT_SECRET_KEY": secret, "CAMPUS_SECRET": secret})
    assert found.secret_key.get_secret_value() == secret


def test_a_password_of_the_database_may_hold_any_sign(office: Office) -> None:
    url = "postgresql+asyncpg://bot:${DATABASE_PASSWORD}@127.0.0.1:5432/bot"
    office.change("settings.yaml", "sqlite+aiosqlite:///data/bot.db", url)
    found = load_settings(office.settings, {**SECRETS, "DATABASE_PASSWORD": "p@ss: #w/rd%41"})
    made = make_url(found.database)
    assert (made.password, made.host, made.database) == ("p@ss: #w/rd%41", "127.0.0.1", "bot")


async def test_settings_that_no_process_could_live_with(office: Office) -> None:
    office.change("settings.yaml", "listen: 127.0.0.1:0", "listen: localhost\nretention: {answers: 0}")
    office.change("settings.yaml", "sqlite+aiosqlite:", "sqlite:")
    office.change("settings.yaml", "api_base_url: http://", "api_base_url: ")
    found = await office.types("check")
    told = {line.split("：")[0].rpartition(" ")[2] for line in found.err.splitlines()}
    assert {"listen", "answers", "database", "api_base_url"} <= told


async def test_a_missing_secret_has_the_same_words_in_every_command(office: Office) -> None:
    office.environment["CAMPUS_SECRET"] = None
    found = await office.types("stats")
    assert found.code == 1
    assert found.err.endswith("settings.yaml:11: 环境变量 CAMPUS_SECRET 没有设置\n")


@pytest.mark.parametrize(
    "name", ["settings.yaml", "schedules.yaml", "question_bank/refund.yaml", "materials/weekly/college-01.md"]
)
async def test_a_file_saved_in_the_encoding_of_old_editors_is_told_once(office: Office, name: str) -> None:
    path = office.folder / name
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    for command in ("check", "stats"):
        found = await office.types(command)
        assert found.code == 1
        about = [line for line in found.err.splitlines() if name.rpartition("/")[2] in line]
        assert len(about) == 1, found.err
        assert about[0].endswith("不是 UTF-8 编码：请在编辑器里另存为 UTF-8")


async def test_no_secret_is_ever_printed(office: Office) -> None:
    office.environment |= {"CAMPUS_AES_KEY": "too-short-a-key-5577", "BOT_SECRET_KEY": "short-key-99"}
    office.change("settings.yaml", "listen: 127.0.0.1:0", "lisen: 127.0.0.1:0")
    found = await office.types("check")
    assert found.code == 1
    assert "43" in found.err
    assert "不认识 lisen" in found.err
    printed = found.out + found.err
    assert [value for value in office.environment.values() if value and value in printed] == []


async def test_without_settings_the_data_files_are_checked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.settings.unlink()
    assert "settings.yaml:1" in (await office.types("check")).err  # asked for by name
    monkeypatch.chdir(office.folder)
    office.environment["BOT_SETTINGS"] = None
    found = await office.types("check")
    assert "没有设置文件 settings.yaml，只检查数据文件。" in found.out
    assert "settings.yaml" not in found.err


async def test_a_dropped_clause_is_an_error(office: Office) -> None:
    office.change("schedules.yaml", "  college:\n", "  college:\n    clauses: S4\n")
    found = await office.types("check")
    assert found.code == 1
    assert "条款 S4-01「" in found.err
    assert "没有条款 S1-16" in found.err


async def test_missing_folders_are_complaints(office: Office) -> None:
    office.change("settings.yaml", "listen:", "question_bank: nowhere\nschedules: no.yaml\nlisten:")
    found = await office.types("check")
    assert "nowhere:1: 没有这个文件夹" in found.err
    assert "no.yaml:1: " in found.err


async def test_the_shipped_files_are_sound(office: Office) -> None:
    found = await office.types("check", "--shipped")
    assert (found.code, found.err) == (0, "")
    assert "错误 0" in found.out
    for pack in ("college-generic", "city-bureau", "college-campaign-year", "college-medical"):
        assert f"方案 {pack}：" in found.out


def test_the_made_pages_are_up_to_date(root: Path) -> None:
    stale = [name for name, text in generated(root).items() if (root / name).read_text("utf-8") != text]
    assert stale == [], "run: python -m bot docs"


async def test_wrong_usage_is_two(office: Office) -> None:
    assert (await office.types("check", "--shiped")).code == 2
    assert (await office.types("serve", "--role", "boss")).code == 2
    assert (await office.types("nonsense")).code == 2
    assert SECRETS["CAMPUS_SECRET"] not in (await office.types("check", "--help")).out
