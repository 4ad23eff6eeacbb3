"""At a decent hour, not too often, never into a quiz; and a warning when there is danger."""

from __future__ import annotations

from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery import actions
from bot.delivery.actions_reminders import remind_due
from bot.delivery.rules import NOTHING_OPEN, SECOND_ALERT, WANTS_LESS, DeliveryState, Standing, Stopped
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import account_state
from bot.duties.launch import launch
from bot.duties.occurrences import Planned
from bot.errors import Refusal
from bot.messages import Inbound, Kind, Say, Urgency
from bot.routing import Turn
from handlers.alert import alert
from tests.delivery.post import SEND, WEBHOOK, Post

ROUTINE = Urgency.ROUTINE


async def test_nothing_routine_at_night(post: Post) -> None:
    await post.passes(hours=13)  # 22:12
    await post.queue("常规", "2301001", urgency=ROUTINE)
    await post.queue("您问的", "2301001")
    await post.sends()
    assert (post.seen(post.lin, "常规"), post.seen(post.lin, "您问的")) == (0, 1)
    await post.passes(hours=9)  # 07:12
    assert post.seen(post.lin, "常规") == 1


async def test_two_a_week_and_the_third_in_next_weeks_digest(post: Post) -> None:
    for number in range(4):
        await post.queue(f"常规{number}。", "2301001", urgency=ROUTINE)
    await post.sends()
    assert sum(post.seen(post.lin, f"常规{n}。") for n in range(4)) == 2
    await post.passes(days=7)
    assert sum(post.seen(post.lin, f"常规{n}。") for n in range(4)) == 4
    assert "今天2件事" in post.lin.bubbles[-1].seen
    folded = [state for state, _ in await post.deliveries()].count(DeliveryState.FOLDED)
    assert folded == 1, "a digest counts once"


async def test_less_means_letters_and_tests_only(post: Post) -> None:
    await post.lin.says("少发")
    weekly = await post.launched("weekly-reminder")
    test = await post.launched("term-test")
    await post.sends()
    assert (await post.states(weekly))[Standing.HELD] == 1
    assert (await post.states(test))[Standing.DELIVERED] == 2
    assert (DeliveryState.CANCELLED, WANTS_LESS) in await post.deliveries()


async def test_no_message_into_a_running_quiz(post: Post) -> None:
    await post.lin.says("答题")
    await post.queue("常规", "2301001", "2301002", urgency=ROUTINE)
    await post.sends()
    assert (post.seen(post.lin, "常规"), post.seen(post.zhou, "常规")) == (0, 1)
    await post.passes(minutes=31)
    assert post.seen(post.lin, "常规") == 1


async def test_two_reminders_then_the_teacher(post: Post) -> None:
    """At half time and a day before; 周一诺 says 暂不 to nothing and hears both, her counsellor one line."""
    campaign = await post.launched("term-test")
    await post.sends()
    counts = []
    for _ in range(25):
        async with post.work() as work:
            counts.append(await remind_due(work, post.stage.bot.school, post.now))
            counts.append(await remind_due(work, post.stage.bot.school, post.now))
        await post.passes(days=1)
    assert [n for n in counts if n] == [2, 2, 1], "郑子安 has no channel; asking twice is asking once"
    assert post.seen(post.zhou, "提醒一下：学生学期测试还没完成") == 2
    assert post.seen(post.member("su"), "3人 还没完成") == 1
    assert post.seen(post.member("chen"), "软件2301") == 0
    zhou = await post.person("2301002")
    async with post.work() as work:
        ((task, _),) = await work.duties.tasks_for(campaign, person=zhou)
    assert task.reminded == 2


async def test_nobody_is_reminded_of_what_they_have_done_meanwhile(post: Post) -> None:
    """The reminder is queued at night and waits for the morning; 周一诺 does it before she sleeps."""
    await post.launched("rule-notice")
    await post.sends()
    await post.passes(days=20, hours=13)
    async with post.work() as work:
        assert await remind_due(work, post.stage.bot.school, post.now) == 2
    await post.sends()
    await post.zhou.says("已阅")
    await post.passes(hours=10)
    assert [post.seen(phone, "提醒一下") for phone in (post.lin, post.zhou)] == [1, 0]
    assert (DeliveryState.CANCELLED, NOTHING_OPEN) in await post.deliveries()


async def test_pausing_holds_back_and_resuming_goes_on(post: Post) -> None:
    campaign = await post.launched("weekly-reminder")
    async with post.work() as work:
        assert await actions.pause(work, campaign)
        assert not await actions.pause(work, campaign)
    await post.sends()
    await post.passes(hours=1)
    assert post.calls(SEND) == []
    async with post.work() as work:
        assert await actions.resume(work, post.stage.bot.school, campaign, post.now)
    await post.sends()
    assert (await post.states(campaign))[Standing.DELIVERED] == 2


async def test_a_pause_reaches_what_waits_for_another_try(post: Post) -> None:
    post.stage.sim.faults.errcode(SEND, -1)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    async with post.work() as work:
        await actions.pause(work, campaign)
    await post.passes(hours=1)
    assert post.calls(SEND) == ["-1"]


async def test_stopping_half_way_takes_back_what_it_can(post: Post) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.queue("还没发的", "T1001", occurrence=campaign, key=f"{campaign}/late", urgency=ROUTINE)
    async with post.work() as work:
        assert await actions.stop(work, campaign, post.now) == Stopped(2, 2, 1)
    await post.sends()
    async with post.work() as work:
        assert await work.outbox.stopped(campaign) == Stopped(2, 2, 1)
    assert post.calls("/cgi-bin/message/recall") == ["ok"]
    assert all(b.recalled for b in post.lin.bubbles if not b.mine)
    assert (await post.states(campaign))[Standing.RECALLED] == 2


async def test_a_stopped_account_takes_nothing_back_until_somebody_has_looked(post: Post) -> None:
    """So after the restore of a backup: not one call by itself."""
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    async with post.work() as work:
        await actions.stop(work, campaign, post.now)
        CourierRows(work.tx).stop("campus", "restored", post.now)
    await post.sends()
    assert post.calls("/cgi-bin/message/recall") == []
    async with post.work() as work:
        await work.tx.execute(sa.update(account_state).values(stopped=""))
    await post.sends()
    assert post.calls("/cgi-bin/message/recall") == ["ok"]


async def test_after_a_day_nothing_can_be_taken_back(post: Post) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(hours=25)
    async with post.work() as work:
        assert await actions.stop(work, campaign, post.now) == Stopped(2, 0, 0)


async def test_an_alert_needs_two_others_and_then_wakes_everybody(post: Post) -> None:
    await post.passes(hours=14)  # 23:12
    for code in ("2301001", "2301002"):
        await post.queue("第一条常规", code, urgency=ROUTINE)
    draft = await says_alert(post, "T1003", "alert-police 我市")
    assert "我市近期" in draft.text
    assert "{{" not in draft.text
    id_ = draft.text.partition("/approve ")[2].splitlines()[0]
    await post.sends()
    post.member("wu").received("等您审批预警")
    for phone, answer in (("chen", "不能通过"), ("wu", "还需1位"), ("wu", "还需1位")):
        await post.member(phone).says(f"/approve {id_}")
        post.member(phone).hears(answer)
        await post.sends()
        post.lin.never_received("我市近期")
    await post.member("qin").says(f"/approve {id_}")
    await post.sends()
    assert post.seen(post.lin, "我市近期") == 1
    assert post.seen(post.member("su"), "我市近期") == 2, "herself, and in the staff group"
    assert post.calls(WEBHOOK) == ["ok"]
    assert post.seen(post.lin, "第一条常规") == 0, "quiet hours still bind the others"
    states = await post.states(id_)
    assert states == {Standing.DELIVERED: 6, Standing.NO_CHANNEL: 1}


async def test_one_alert_a_day(post: Post) -> None:
    for template in ("alert-police", "alert-refund"):
        draft = await says_alert(post, "T1003", f"{template} 我市")
        id_ = draft.text.partition("/approve ")[2].splitlines()[0]
        for phone in ("wu", "qin"):
            await post.member(phone).says(f"/approve {id_}")
        await post.passes(minutes=2)
    assert len([b for b in post.lin.bubbles if "我市近期" in b.seen]) == 1
    assert (DeliveryState.CANCELLED, SECOND_ALERT) in await post.deliveries()


async def test_alert_says_what_it_wants(post: Post) -> None:
    assert "alert-police" in (await says_alert(post, "T1003", "")).text
    for rest in ("alert-police", "no-such 我市"):
        with pytest.raises(Refusal):
            await says_alert(post, "T1003", rest)


async def says_alert(post: Post, code: str, rest: str) -> Say:
    async with post.work() as work:
        person = await work.people.by_code(code)
        inbound = Inbound("campus", f"test/{rest}", Kind.TEXT, None, post.now, text=f"/alert {rest}")
        school = post.stage.bot.school
        turn = Turn(inbound, person, "", "alert", rest, False, work, school, post.now, Random(1))
        found = await alert(turn)
    assert found is not None
    return found


async def test_the_staff_group_hears_of_staff_duties_only(post: Post) -> None:
    school = post.stage.bot.school
    empty = (("morning-digest", 0), ("office-meeting", 0))
    for duty, groups in (("staff-reminder", 1), *empty, ("weekly-reminder", 0)):
        campaign = await post.launched(duty)
        async with post.work() as work:
            found = await work.duties.occurrence(campaign)
            assert found is not None
            assert actions.tell_staff(work, school, found, post.now) == groups
    await post.sends()
    assert post.calls(WEBHOOK) == ["ok"]
    assert sum((await post.states(found.id)).values()) == 3, "a group is nobody of the audience"


async def test_push_tells_what_it_costs(post: Post) -> None:
    await post.member("chen").says("/push weekly-reminder")
    post.member("chen").hears("将发给3人", "campus 企业微信2人", "无渠道1人", "用2，可用160,000")


async def test_an_alert_is_not_pushed(post: Post) -> None:
    await post.member("chen").says("/push alert 发送")
    post.member("chen").hears("/alert")


async def test_a_plain_approval_needs_one_other_person(post: Post) -> None:
    """Where the duty asks for one; the author is nobody else."""
    school = post.stage.bot.school
    duty = next(d for d in school.plan.packs["college-generic"].duties if d.approve == 1)
    planned = Planned(duty, post.now.replace(second=0, microsecond=0))
    async with post.work() as work:
        author = await post.person("T1003")
        assert await launch(work, school, "college-generic", planned, post.now, asked_by=author)
    await post.member("chen").says(f"/approve {planned.id}")
    post.member("chen").hears("不能通过")
    await post.member("su").says(f"/approve {planned.id}")
    assert Standing.DELIVERED not in await post.states(planned.id)
    await post.member("wu").says(f"/approve {planned.id}")
    post.member("wu").hears("已通过")
