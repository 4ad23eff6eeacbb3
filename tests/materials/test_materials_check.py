"""What the checker says of materials: each rule with a text that breaks it."""

from __future__ import annotations

from datetime import date

import pytest
from material_cast import CARD, SCRIPT, WEEKLY

from bot.materials.check import check_materials, length, missing_weeks, phone_lines
from bot.materials.loader import read_materials

TODAY = date(2026, 11, 22)
WEEKLY_NAME, SCRIPT_NAME = "weekly/college-06.md", "sixty_seconds/sixty-01.md"
BODY = "先返几元小钱，是为了让你垫大钱。"


def errors(name: str, text: str) -> list[str]:
    found = check_materials(read_materials({name: text}), TODAY).errors
    return [str(error) for error in found if error.file != "materials"]


def warnings(name: str, text: str) -> list[str]:
    return [str(warning) for warning in check_materials(read_materials({name: text}), TODAY).warnings]


def test_good_texts_have_nothing_to_mend() -> None:
    for name, text in {WEEKLY_NAME: WEEKLY, SCRIPT_NAME: SCRIPT, "cards/card-t01.md": CARD}.items():
        assert errors(name, text) == []
    assert warnings(WEEKLY_NAME, WEEKLY) == []


@pytest.mark.parametrize(
    ("new", "line", "part"),
    [
        ("一\n二\n三\n四\n五\n六", 16, "7 行"),
        ("字" * 700, 16, "2,048 字节"),
        (f"{BODY}\n{{{{ school }}}}请看\n{{{{ teacher }}}}好", 18, "teacher"),
        (f"{BODY}\n{{ school }}请看", 17, "花括号"),
    ],
)
def test_a_weekly_reminder_must_be_short_and_fillable(new: str, line: int, part: str) -> None:
    (told,) = errors(WEEKLY_NAME, WEEKLY.replace(BODY, new))
    assert told.startswith(f"{WEEKLY_NAME}:{line}: ")
    assert part in told


def test_a_script_is_read_in_a_minute() -> None:
    (told,) = errors(SCRIPT_NAME, SCRIPT.replace("免费还要", "免费" * 120))
    assert told.startswith(f"{SCRIPT_NAME}:11: ")
    assert "最多 240 字" in told


def test_names_dates_and_sources() -> None:
    (told,) = errors("weekly/other.md", WEEKLY)
    assert told.startswith("weekly/other.md:2: id college-06")
    (told,) = errors(WEEKLY_NAME, WEEKLY.replace("2027-09-01", "2026-11-21"))
    assert told.startswith(f"{WEEKLY_NAME}:7: ")
    assert any("快到了" in w for w in warnings(WEEKLY_NAME, WEEKLY.replace("2027-09-01", "2026-12-01")))


def test_shaming_words_are_told_unless_quoted() -> None:
    (told,) = warnings(WEEKLY_NAME, WEEKLY.replace(BODY, f"{BODY}\n都怪自己贪。"))
    assert told.startswith(f"{WEEKLY_NAME}:17: ")
    assert warnings(WEEKLY_NAME, WEEKLY.replace(BODY, f"{BODY}\n请不要说“你怎么这么傻”。")) == []


def test_a_scene_fits_a_card() -> None:
    (told,) = warnings(WEEKLY_NAME, WEEKLY.replace("群里做任务", "群里做任务" * 30))
    assert told.startswith(f"{WEEKLY_NAME}:10: 小题")


def test_every_week_has_a_reminder_for_every_group() -> None:
    reading = read_materials({WEEKLY_NAME: WEEKLY})
    found = [e.message for e in check_materials(reading, TODAY).errors if e.file == "materials"]
    assert len(found) == 5
    assert any(message.startswith("大学的每周提醒缺第 1、2、3、4、5、7、11、") for message in found)
    whole = read_materials({WEEKLY_NAME: WEEKLY.replace("[6, 8-10]", "[1-20, 21-40]")})
    assert missing_weeks([p.text for p in whole.placed], "大学") == []
    assert len(missing_weeks([p.text for p in whole.placed], "家长")) == 40


def test_lengths() -> None:
    assert length("# 标题\n\n- **停**一停\n1. 问 老师") == 8
    assert phone_lines("字" * 41 + "\n\n短") == 4
