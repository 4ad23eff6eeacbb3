"""What comes, with date, people and clause; and launching by hand, once for one planned time."""

from __future__ import annotations

import re

import pytest

from bot.delivery.tables import delivery
from bot.work import Work
from tests.cli.office import Office


@pytest.fixture
async def staffed(office: Office) -> Office:
    await office.types("roster", "import", office.folder / "roster.csv", "--apply")
    return office


async def test_the_coming_weeks(staffed: Office) -> None:
    found = await staffed.types("schedule", "next", "--from", "2026-11-16", "--count", 3)
    assert found.out.splitlines() == [
        "2026-11-19 18:20 周四  主题班会登记  1 人，约 18:21 发完，阅读约 1分钟"
        "  S1-08  class-meeting@2026-11-19T18:20",
        "    教职工1；渠道：campus 企业微信1人；campus 企业微信当日额度：用1，可用3,200",
        "2026-11-20 16:40 周五  学生周提醒  2 人，约 16:41 发完，阅读约 1分钟"
        "  S1-16  weekly-reminder@2026-11-20T16:40",
        "    学生2；渠道：campus 企业微信2人；占用本周学生额度1/2；campus 企业微信当日额度：用2，可用3,200",
        "2026-11-27 16:40 周五  学生周提醒  2 人，约 16:41 发完，阅读约 1分钟"
        "  S1-16  weekly-reminder@2026-11-27T16:40",
        "    学生2；渠道：campus 企业微信2人；占用本周学生额度1/2；campus 企业微信当日额度：用2，可用3,200",
    ]


async def test_a_day_that_is_not_published_yet_is_marked(staffed: Office) -> None:
    staffed.change("schedules.yaml", "to: 2027-01-15", "to: 2028-01-14")
    found = await staffed.types("schedule", "next", "--from", "2027-12-06", "--count", 1)
    assert re.search(r"weekly-reminder@2027-12-10T16:40（.+）", found.out)


async def test_units_under_another_plan_are_not_counted(staffed: Office) -> None:
    text = (staffed.folder / "schedules.yaml").read_text("utf-8")
    other = text[text.index("    duties:") :].replace("weekly-reminder", "other-weekly").replace(
        "class-meeting", "other-meeting"
    )
    staffed.write("schedules.yaml", f"{text}  other:\n{other}")
    staffed.change("settings.yaml", "database:", "plans: {护理学院/2023级: other}\ndatabase:")
    found = await staffed.types("schedule", "next", "--from", "2026-11-20", "--count", 2)
    sizes = dict(re.findall(r"  (\d+) 人.*  \S+  ([\w-]+)@", found.out))
    assert sizes == {"2": "other-weekly", "0": "weekly-reminder"}


async def test_firing_twice_launches_once(staffed: Office) -> None:
    first = await staffed.types("schedule", "fire", "weekly-reminder", "--at", "2026-11-20T16:40")
    assert first.code == 0
    assert "「学生周提醒」将发给2人（学生2）" in first.out
    assert "渠道：campus 企业微信2人。" in first.out
    assert "campus 企业微信当日额度：用2，可用3,200。" in first.out
    assert "已启动「学生周提醒」weekly-reminder@2026-11-20T16:40：2 人有任务，campus 2 条" in first.out
    second = await staffed.types("schedule", "fire", "weekly-reminder@2026-11-20T16:40")
    assert second.code == 0
    assert "没有再启动（进行中）" in second.out
    third = await staffed.types(
        "schedule", "fire", "weekly-reminder", "--at", "2026-11-20T08:40+00:00", "--yes"
    )
    assert "没有再启动" in third.out
    database = staffed.database()
    async with database.reading() as tx:
        assert len(await Work(tx).duties.tasks_for("weekly-reminder@2026-11-20T16:40")) == 2
        assert len(await tx.rows(delivery.select())) == 2
    await database.close()


async def test_what_needs_a_second_person_waits(staffed: Office) -> None:
    staffed.change("schedules.yaml", "        what: weekly\n", "        what: weekly\n        approve: 1\n")
    done = await staffed.types("schedule", "fire", "weekly-reminder", "--at", "2026-11-20T16:40")
    assert "等第二人" in done.out
    assert "/approve weekly-reminder@2026-11-20T16:40" in done.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("fire", "weekly-remindr"), "没有任务 weekly-remindr；您是不是要 weekly-reminder"),
        (("fire", "weekly-reminder", "--at", "friday"), "看不懂时间 friday"),
        (("fire", "weekly-reminder@2026-11-20T16:40", "--at", "2026-11-20T16:41"), "时间写了两次"),
        (("next", "--from", "0001-01-01"), "看不懂时间"),
    ],
)
async def test_refusals(office: Office, words: tuple[str, ...], reason: str) -> None:
    refused = await office.types("schedule", *words)
    assert refused.code == 1
    assert reason in refused.err


async def test_a_duty_of_a_plan_the_school_does_not_use(office: Office) -> None:
    text = (office.folder / "schedules.yaml").read_text("utf-8")
    duty = text[text.index("      - id: class-meeting") :].replace("class-meeting", "spare")
    office.write("schedules.yaml", f"{text}  other:\n    duties:\n{duty}")
    refused = await office.types("schedule", "fire", "spare")
    assert (refused.code, "属于方案 other" in refused.err) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("next", "--from", "9999-12-01"),
        ("next", "--from", "0001-01-05"),
        ("fire", "weekly-reminder", "--at", "9999-12-31", "--yes"),
    ],
)
async def test_a_time_at_the_end_of_the_calendar_is_refused(staffed: Office, words: tuple[str, ...]) -> None:
    found = await staffed.types("schedule", *words)
    assert found.code == 1
    assert "看不懂时间" in found.err
