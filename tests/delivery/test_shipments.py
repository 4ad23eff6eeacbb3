"""One call, fixed before it is made: repeated as it was inside the platform's window, else unknown."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest
import structlog

from bot.db import Tx
from bot.delivery.digest import Parcel, calls_for
from bot.delivery.rules import DeliveryState
from bot.delivery.store_courier import Claimed, CourierRows
from bot.messages import Address, Choice, Notice, Question, Realm, Text, Urgency
from bot.platforms.wechat.client import WechatClient
from tests.delivery.post import CUSTOM, SEND, TEMPLATE, Post

SENT, UNKNOWN = DeliveryState.SENT, DeliveryState.UNKNOWN
REFUSED, DEAD = DeliveryState.REFUSED, DeliveryState.DEAD


async def test_an_answer_lost_by_wecom_is_asked_again_and_seen_once(post: Post) -> None:
    post.stage.sim.faults.drop(SEND)
    await post.queue("请看这一条", "2301001")
    await post.sends()
    assert post.seen(post.lin, "请看这一条") == 1
    await post.passes(minutes=5)
    assert post.calls(SEND) == ["ok", "ok"]
    assert post.seen(post.lin, "请看这一条") == 1
    assert await post.deliveries() == [(SENT, "")]


async def test_a_card_whose_answer_was_lost_counts_as_sent(post: Post) -> None:
    """The platform refuses its task_id the second time (42014), which proves the first."""
    card = Question("q-1", "小测", "对还是错？", (Choice("对", "对"), Choice("错", "错")))
    post.stage.sim.faults.drop(SEND)
    await post.queue(card, "2301001")
    await post.sends()
    await post.passes(minutes=5)
    assert post.calls(SEND) == ["ok", "42014"]
    assert await post.deliveries() == [(SENT, "")]


async def test_after_four_hours_nobody_knows_and_nothing_is_repeated(post: Post) -> None:
    post.stage.sim.faults.drop(SEND)
    await post.queue("请看这一条", "2301001")
    await post.sends()
    await post.passes(hours=5)
    assert post.calls(SEND) == ["ok"]
    assert await post.deliveries() == [(UNKNOWN, "0")]
    await post.passes(days=1)
    assert post.calls(SEND) == ["ok"]


async def test_an_official_account_has_no_check_for_customer_messages(post: Post) -> None:
    """方方 wrote, so a customer message may go; its answer is lost, and it may have arrived."""
    await post.follower("oFang").says("你好")
    post.stage.sim.faults.drop(CUSTOM)
    await post.queue("给方方的话", openid="oFang")
    await post.sends()
    await post.passes(hours=1)
    assert post.calls(CUSTOM) == ["ok"]
    assert post.seen(post.follower("oFang"), "给方方的话") == 1
    assert (UNKNOWN, "0") in await post.deliveries()


async def test_a_template_message_is_repeated_for_ten_minutes(post: Post) -> None:
    notice = Notice("给家长的信", "两分钟读完", "https://example.edu.cn/a/x")
    post.stage.sim.faults.drop(TEMPLATE)
    await post.queue(notice, openid="oFang")
    await post.sends()
    await post.passes(minutes=4)
    assert post.calls(TEMPLATE) == ["ok", "ok"]
    assert post.seen(post.follower("oFang"), "给家长的信") == 1
    assert await post.deliveries() == [(SENT, "")]


async def test_what_surely_was_not_sent_is_repeated_freely(post: Post) -> None:
    """A gateway that says so proves that nothing happened, so no window matters."""
    post.stage.sim.faults.http(CUSTOM, 503)
    await post.follower("oFang").says("你好")
    await post.queue("给方方的话", openid="oFang")
    await post.sends()
    await post.passes(minutes=1)
    assert post.calls(CUSTOM) == ["HTTP 503", "ok"]
    assert post.seen(post.follower("oFang"), "给方方的话") == 1


async def test_long_words_with_something_to_tap_arrive_as_a_text(post: Post) -> None:
    """A menu of words holds no more than a text (45002), which is cut before its choices are."""
    await post.follower("oFang").says("你好")
    words = Text("很长的说明。" * 150, (Choice("继续", "继续"), Choice("退出", "退出")))
    await post.queue(words, openid="oFang")
    await post.sends()
    assert post.calls(CUSTOM) == ["ok"]
    await post.follower("oFang").taps("继续")


async def test_a_notice_of_many_words_arrives_as_a_card(post: Post) -> None:
    """Its description holds no more than a text (45004); the page has all of it."""
    client = post.stage.bot.lines.clients["public", Realm.OPENID]
    assert isinstance(client, WechatClient)
    client._templates = {}
    await post.follower("oFang").says("你好")
    words, figures = "很长的说明。" * 150, (("数字", "12人"),)
    notice = Notice("题" * 700, words, "https://example.edu.cn/a/x", figures=figures)
    await post.queue(notice, openid="oFang")
    await post.sends()
    assert post.calls(CUSTOM) == ["ok"]
    (article,) = post.follower("oFang").bubbles[-1].articles
    assert article.body.startswith("数字：12人")
    assert article.body.endswith("…")


@pytest.mark.parametrize("trouble", ["500", "-1", "hang"])
async def test_passing_trouble_passes(post: Post, trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = post.stage.sim.faults
    if trouble == "hang":
        monkeypatch.setattr("bot.platforms.http.TIMEOUT", aiohttp.ClientTimeout(total=0.4))
        faults.hang(SEND)
    elif trouble == "500":
        faults.http(SEND, 500)
    else:
        faults.errcode(SEND, -1)
    await post.queue("请看这一条", "2301001")
    await post.stage.bot.courier.drain()
    assert await post.deliveries() == [(DeliveryState.LEASED, "")]
    faults.heal()
    await post.passes(minutes=3)
    assert post.seen(post.lin, "请看这一条") == 1
    assert await post.deliveries() == [(SENT, "")]


@pytest.mark.parametrize(("code", "calls"), [(6000, 6), (-1, 4)])
async def test_trouble_that_does_not_pass_ends_with_its_reason(post: Post, code: int, calls: int) -> None:
    """Six tries; where the platform is busy it asks for three repeats at most."""
    post.stage.sim.faults.errcode(SEND, code, times=20)
    await post.queue("请看这一条", "2301001")
    for _ in range(8):
        await post.passes(minutes=30)
    assert len(post.calls(SEND)) == calls
    assert await post.deliveries() == [(DEAD, f"{code}")]


async def test_a_limit_is_waited_for_and_is_no_attempt(post: Post) -> None:
    post.stage.sim.faults.errcode(SEND, 45009, times=9)
    await post.queue("第一条", "2301001")
    await post.sends()
    await post.queue("第二条", "2301002")
    await post.sends()
    assert post.calls(SEND) == ["45009"], "the whole account rests"
    for _ in range(9):
        await post.passes(minutes=2)
    assert post.seen(post.lin, "第一条") == 1
    assert post.seen(post.zhou, "第二条") == 1
    assert await post.attempts() == [1, 1]


async def test_too_many_calls_at_once_halve_the_pace(post: Post) -> None:
    """And they are no attempts: the platform did not even look at the messages."""
    everybody = ("2301001", "2301002", "T1001", "T1003", "T1004", "T1005")
    post.stage.sim.faults.errcode(SEND, 45033, times=8)
    for number in range(12):
        await post.queue(f"第{number}条。", everybody[number % 6])
    await post.stage.bot.courier.round()
    assert post.stage.bot.courier.pace("campus") <= 4
    for _ in range(6):
        await post.passes(seconds=20)
    phones = [b.seen for userid in ("s2301001", "s2301002", "su", "chen", "wu", "qin")
              for b in post.member(userid).bubbles]  # fmt: skip
    assert sorted(phones) == sorted(f"第{number}条。" for number in range(12))
    assert set(await post.attempts()) == {1}


async def test_a_token_that_died_in_the_middle_is_replaced_once(post: Post) -> None:
    await post.queue("第一条", "2301001")
    await post.sends()
    post.stage.sim.tokens._tokens.clear()
    for number in range(20):
        await post.queue(f"然后第{number}条。", "2301002")
    await post.sends()
    assert post.calls("/cgi-bin/gettoken").count("ok") == 2, "twenty calls, one refresh"
    assert {post.seen(post.zhou, f"然后第{number}条。") for number in range(20)} == {1}


async def test_a_wrong_secret_stops_the_account_until_somebody_looks(post: Post) -> None:
    post.stage.sim.faults.errcode(SEND, 60020)
    await post.queue("请看这一条", "2301001")
    with structlog.testing.capture_logs() as lines:
        await post.sends()
    (line,) = [line for line in lines if line["event"] == "account stopped"]
    assert (line["account"], line["reason"][:5]) == ("campus", "60020")
    assert (await post.stopped()).startswith("60020")
    await post.passes(hours=1)
    assert post.calls(SEND) == ["60020"]


async def test_a_poisoned_message_harms_nobody_else(post: Post) -> None:
    await post.queue(Notice("坏链接", "这里", "javascript:alert(1)"), "2301001")
    await post.queue("好消息", "2301001", "2301002")
    await post.sends()
    assert post.seen(post.lin, "好消息") == post.seen(post.zhou, "好消息") == 1
    assert sorted(await post.deliveries()) == [(DEAD, "40094"), (SENT, ""), (SENT, "")]


@pytest.mark.parametrize("code", [40003, 40031, 60111, 46004, 60011])
async def test_one_recipient_that_spoils_the_whole_call_is_found(post: Post, code: int) -> None:
    """The platform refuses every call that has them aboard: of a thousand people 999 are not to blame."""
    post.stage.sim.faults.errcode(SEND, code, times=4)  # together three times, then the one alone
    await post.queue("请看这一条", "2301001", "2301002", urgency=Urgency.ROUTINE)
    await post.sends()
    assert sorted(post.seen(phone, "请看这一条") for phone in (post.lin, post.zhou)) == [0, 1]
    assert sorted(state for state, _ in await post.deliveries()) in ([DEAD, SENT], [REFUSED, SENT])
    assert post.calls(SEND) == [str(code)] * 4 + ["ok"]


def test_who_was_not_aboard_travels_in_large_company_all_the_same() -> None:
    def one(id_: int, attempts: int) -> Claimed:
        address = Address.member("ww1", f"s{id_}").key
        return Claimed(id_, address, id_, "hash", Urgency.ROUTINE, False, attempts, "", False, False, False)

    tried = {0: range(2500), 1: range(2500, 2700), 3: range(2700, 2703), 9: range(2703, 2705)}
    members = [one(id_, attempts) for attempts, ids in tried.items() for id_ in ids]
    calls = calls_for(Parcel(Realm.MEMBER, members, Text("请看")), 1000)
    assert [len(call.members) for call in calls] == [1000, 1000, 500, 100, 100, 1, 1, 1, 1, 1]
    assert sorted(m.id for call in calls for m in call.members) == list(range(2705))


async def test_the_clock_steps_back(post: Post) -> None:
    """What left before is not sent again; a lost answer of a time that has not come yet is unknown."""
    await post.queue("第一条", "2301001")
    await post.sends()
    post.stage.sim.faults.drop(SEND)
    await post.queue("第二条", "2301001")
    await post.sends()
    await post.passes(hours=-6)
    await post.queue("第三条", "2301001")
    await post.sends()
    assert post.seen(post.lin, "第三条") == 1, "new messages go out at once"
    await post.passes(hours=6, minutes=5)
    assert [post.seen(post.lin, f"第{n}条") for n in "一二三"] == [1, 1, 1]
    assert await post.deliveries() == [(SENT, "")] * 3


async def test_a_courier_that_died_before_it_packed(post: Post) -> None:
    """Nothing was fixed, so the message is simply due."""
    await post.queue("请看这一条", "2301001")
    async with post.stage.bot.database.engine.connect() as connection:
        assert await CourierRows(Tx(connection)).claim("campus", post.now, 10, urgent=True)
        await connection.rollback()
    await post.sends()
    assert post.seen(post.lin, "请看这一条") == 1


async def test_what_a_dead_courier_held_back_waits_for_its_lease(post: Post) -> None:
    """A second message to one person is held while the first is under way; it may have been due for long."""
    await post.queue("请看这一条", "2301001")
    post.stage.clock.turn(timedelta(hours=2))
    async with post.stage.bot.database.begin() as tx:
        rows = CourierRows(tx)
        await rows.hold(await rows.claim("campus", post.now, 10, urgent=True), post.now)
    await post.sends()
    post.lin.never_received("请看这一条")
    await post.passes(minutes=3)
    assert post.seen(post.lin, "请看这一条") == 1


async def test_what_somebody_waits_for_overtakes_a_fan_out(post: Post) -> None:
    for number in range(30):
        await post.queue(f"常规第{number}条。", "2301002", urgency=Urgency.ROUTINE)
    await post.queue("马上回答", "2301001")
    await post.sends()
    paths = [c.summary for c in post.stage.sim.wire if c.path == SEND]
    assert "马上回答" in paths[0]


async def test_what_is_said_to_one_person_arrives_in_order(post: Post) -> None:
    for number in range(12):
        await post.queue(f"第{number:02}句", "2301001")
    await post.sends()
    heard = [b.seen for b in post.lin.bubbles if "句" in b.seen]
    assert heard == sorted(heard)
    assert len(heard) == 12
