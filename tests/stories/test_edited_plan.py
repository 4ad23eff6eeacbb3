"""A teacher edits the plan while the bot runs: each duty goes out once, at its time."""

from __future__ import annotations

import asyncio

from tests.stories.office import EXTRA, PACK, Office, logs_in


async def test_a_duty_added_in_the_middle_of_a_day_goes_out_once(two: Office) -> None:
    early = EXTRA.replace("extra", "early").replace("TIME", "08:30")
    two.write("schedules.yaml", two.plan(EXTRA.replace("TIME", "10:30"), early))
    assert await two.noticed() == [True, True]
    await two.cast.at("2026-10-12T10:29")
    assert await two.planned("extra") == []
    two.cast.stage.clock.turn_to(two.cast.local("2026-10-12T10:31"))
    await asyncio.gather(*(bot.tick() for bot in (two.cast.stage.bot, *two.others)))
    await two.cast.stage.settle()
    assert await two.planned("extra") == [("extra@2026-10-12T10:30", "open", "")]
    assert await two.planned("early") == [], "what was over before anybody planned it is not made up for"
    await two.cast.at("2026-10-12T18:00")
    await two.others[0].tick()
    assert len(await two.planned("extra")) == 1
    told = [b for b in two.cast.lin.bubbles if b.articles and not b.mine]
    assert len(told) == 1


async def test_a_duty_moved_after_it_went_out_does_not_go_out_again(two: Office) -> None:
    plain = two.read("schedules.yaml")
    two.write("schedules.yaml", two.plan(EXTRA.replace("TIME", "10:30")))
    await two.noticed()
    await two.cast.at("2026-10-12T10:31")
    two.write("schedules.yaml", plain.replace(PACK, PACK + EXTRA.replace("TIME", "15:40")))
    assert await two.noticed() == [True, True]
    two.cast.stage.clock.turn_to(two.cast.local("2026-10-12T15:41"))
    await asyncio.gather(*(bot.tick() for bot in (two.cast.stage.bot, *two.others)))
    assert await two.planned("extra") == [
        ("extra@2026-10-12T10:30", "open", ""),
        (
            "extra@2026-10-12T15:40",
            "skipped",
            "时间改到了15:40，当天10:30已按原来的时间发过，不再发第二次。",
        ),
    ]
    await two.cast.at("2026-10-19T15:41")
    assert (await two.planned("extra"))[-1] == ("extra@2026-10-19T15:40", "open", "")


async def test_a_duty_moved_before_its_time_goes_out_at_the_new_one(office: Office) -> None:
    plain = office.read("schedules.yaml")
    office.write("schedules.yaml", office.plan(EXTRA.replace("TIME", "10:30")))
    await office.noticed()
    await office.cast.at("2026-10-12T10:00")
    office.write("schedules.yaml", plain.replace(PACK, PACK + EXTRA.replace("TIME", "11:10")))
    await office.noticed()
    await office.cast.at("2026-10-12T12:00")
    assert await office.planned("extra") == [("extra@2026-10-12T11:10", "open", "")]


async def test_what_somebody_sent_by_hand_does_not_count_as_moved(office: Office) -> None:
    office.write("schedules.yaml", office.plan(EXTRA.replace("TIME", "10:30")))
    await office.noticed()
    await office.cast.stage.fire("extra")
    await office.cast.at("2026-10-12T10:31")
    assert [state for _, state, _ in await office.planned("extra")] == ["open", "open"]


async def test_what_waits_of_a_duty_that_is_gone_can_no_longer_go_out(office: Office) -> None:
    cast, plain = office.cast, office.read("schedules.yaml")
    approved = EXTRA.replace("TIME", "10:30") + "        approve: 1\n"
    spare = EXTRA.replace("extra", "spare").replace("临时", "备用").replace("TIME", "10:40")
    office.write("schedules.yaml", office.plan(approved, spare))
    await office.noticed()
    await cast.at("2026-10-12T10:31")
    await cast.chen.says("/push spare 16:00 发送")
    office.write("schedules.yaml", plain)
    await office.noticed()
    await cast.wu.says("/approve extra@2026-10-12T10:30")
    cast.wu.hears("schedules.yaml 里已没有这项任务")
    await cast.at("2026-10-12T16:01")
    assert await office.planned("extra") == [("extra@2026-10-12T10:30", "waiting", "")]
    assert await office.planned("spare") == [
        ("spare@2026-10-12T16:00", "skipped", "schedules.yaml 里已没有这项任务，没有发出。")
    ]
    await logs_in(cast.chen)
    page = await cast.chen.visit(f"{cast.stage.bot_url}/console/campaign?id=extra@2026-10-12T10:30")
    assert "临时提醒" in page.text
