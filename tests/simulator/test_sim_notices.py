"""Templates and consents of the pretended account: fields, once each, results, the page that asks."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sim_cast import APP, TEMPLATE, Stage, reminder

from bot.simulator.wechat_api.events import consent, verification, withdraw
from bot.simulator.wechat_api.jssdk import refusal

NOTICE = {"touser": "oFang", "template_id": "SUB", "data": {"phrase1": {"value": "已通过"}}}
SUBSCRIBE = "message/subscribe/bizsend"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"template_id": "OTHER"}, 40037),
        ({"data": {"thing1": {"value": "x"}}}, 47003),
        ({"data": {"thing1": {"value": "长" * 21}, "time2": {"value": "2026-11-21 19:00"}}}, 47003),
        ({"data": {"thing1": {"value": "好"}, "time2": {"value": "明天"}}}, 47003),
        ({"touser": "oGone"}, 43004),
        ({"touser": "stranger"}, 40003),
    ],
)
async def test_templates_are_checked_field_by_field(stage: Stage, change: dict[str, Any], code: int) -> None:
    assert await stage.code(TEMPLATE, reminder() | change) == code


async def test_a_template_is_shown_once_per_client_id_and_ends_in_an_event(stage: Stage) -> None:
    body = reminder(client_msg_id="week-47-fang", url="https://example.edu.cn/a/2")
    answer = await stage.wechat(TEMPLATE, body)
    assert await stage.code(TEMPLATE, body) == 0
    fang = stage.follower("oFang")
    assert len(fang.bubbles) == 1
    fang.received("反诈每周一测")
    await stage.sim.settled()
    event = stage.bot.event
    assert (event["Event"], event["Status"]) == ("TEMPLATESENDJOBFINISH", "success")
    assert event["MsgID"] == str(answer["msgid"])
    stage.clock.turn(timedelta(minutes=10))
    await stage.wechat(TEMPLATE, body)
    assert len(fang.bubbles) == 2


async def test_one_consent_is_one_notice(stage: Stage) -> None:
    assert await stage.code(SUBSCRIBE, NOTICE) == 43101
    await consent(stage.sim, stage.account, stage.follower("oFang"), "SUB", True)
    assert [await stage.code(SUBSCRIBE, NOTICE) for _ in range(2)] == [0, 43101]
    await stage.sim.settled()
    stage.follower("oFang").received("已通过")


async def test_a_lasting_consent_holds_until_it_is_switched_off(stage: Stage) -> None:
    account, fang = stage.account, stage.follower("oFang")
    account.templates["SUB"].lasting = True
    for _ in range(2):
        await consent(stage.sim, account, fang, "SUB", True)
    assert [await stage.code(SUBSCRIBE, NOTICE) for _ in range(3)] == [0, 0, 0]
    await stage.sim.settled()
    await withdraw(stage.sim, account, fang, "SUB")
    event = stage.bot.event
    assert event["Event"] == "subscribe_msg_change_event"
    assert event["SubscribeMsgChangeEvent"]["List"]["SubscribeStatusString"] == "reject"
    assert await stage.code(SUBSCRIBE, NOTICE) == 43101


async def test_two_notices_at_once_are_one_too_many(stage: Stage) -> None:
    fang = stage.follower("oFang")
    await consent(stage.sim, stage.account, fang, "SUB", True)
    stage.sim.books.sending.add(fang.key)
    assert await stage.code(SUBSCRIBE, NOTICE) == 43108
    stage.sim.books.sending.clear()
    assert await stage.code(SUBSCRIBE, NOTICE) == 0, "the refused one used nothing up"


async def test_results_come_first_and_say_what_they_are_told_to(stage: Stage) -> None:
    account = stage.account
    account.result_first, account.template_outcome = True, "failed: system failed"
    number = (await stage.wechat(TEMPLATE, reminder()))["msgid"]
    event = stage.bot.event
    assert (event["MsgID"], event["Status"]) == (str(number), "failed: system failed")
    assert stage.follower("oFang").bubbles == [], "nobody sees what was not sent"
    account.subscribe_outcome = (43107, "ban")
    await consent(stage.sim, account, stage.follower("oFang"), "SUB", True)
    await stage.wechat(SUBSCRIBE, NOTICE)
    row = stage.bot.event["SubscribeMsgSentEvent"]["List"]
    assert (row["ErrorCode"], row["ErrorStatus"]) == ("43107", "ban")


async def test_abilities_go_on_command_and_with_the_verification(stage: Stage) -> None:
    account = stage.account
    account.forbidden = {f"/cgi-bin/{SUBSCRIBE}": 43107}
    assert await stage.code(SUBSCRIBE, NOTICE) == 43107
    await verification(stage.sim, account, holds=False)
    event = stage.bot.event
    assert (event["Event"], event["FromUserName"]) == ("verify_expired", "o-account-side")
    assert await stage.code(TEMPLATE, reminder()) == 48001
    await verification(stage.sim, account, holds=True)
    assert await stage.code(TEMPLATE, reminder()) == 0


async def test_a_ticket_stays_and_a_page_needs_the_right_signature(stage: Stage) -> None:
    token = await stage.public_token()
    path = "/wechat/cgi-bin/ticket/getticket"
    first = await stage.get(path, access_token=token, type="jsapi")
    again = await stage.get(path, access_token=token, type="jsapi")
    assert (first["ticket"], first["expires_in"]) == (again["ticket"], 7200)
    assert (await stage.get(path, access_token=token, type="wx_card"))["errcode"] == 40097
    assert (await stage.get("/wechat/cgi-bin/user/info", access_token=first["ticket"], openid="oFang"))[
        "errcode"
    ] == 40001, "a ticket is no token"
    account, url = stage.account, "https://fanzha.example.edu.cn/a/ABC?v=1"
    text = f"jsapi_ticket={first['ticket']}&noncestr=n&timestamp=1&url={url}"
    right = hashlib.sha1(text.encode()).hexdigest()
    assert refusal(stage.sim, account, url + "#act", "1", "n", right) == ""
    assert refusal(stage.sim, account, url, "2", "n", right) == "config:invalid signature"
    account.trusted_domains = ("other.example.edu.cn",)
    assert refusal(stage.sim, account, url, "1", "n", right) == "config:invalid url domain"


async def test_the_question_is_asked_of_whoever_holds_the_phone(stage: Stage) -> None:
    ask = f"{stage.base}/open/subscribe"
    asked = {"appid": APP, "templates": "SUB"}
    for wrong in ({**asked, "templates": "TPL"}, {**asked, "templates": ""}, {**asked, "appid": "wx"}):
        async with stage.http.get(ask, params=wrong) as answer:
            assert answer.status == 400
    async with stage.http.post(ask, data={**asked, "answer": "accept"}) as answer:
        assert answer.status == 403, "nobody's phone"
    key = stage.follower("oFang").key
    async with stage.http.post(ask, data={**asked, "answer": "reject"}, cookies={"sim_as": key}) as answer:
        assert '"SUB": "reject"' in await answer.text()
    assert await stage.code(SUBSCRIBE, NOTICE) == 43101
    async with stage.http.post(ask, data={**asked, "answer": "accept"}, cookies={"sim_as": key}) as answer:
        assert '"SUB": "accept"' in await answer.text()
    assert await stage.code(SUBSCRIBE, NOTICE) == 0
