"""The pretended official account is strict: abilities, windows, templates, mass sends."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sim_cast import APP, PNG, Stage, staged, world

from bot.simulator.wechat_api.events import consent, verification, withdraw
from bot.simulator.wechat_api.jssdk import refusal
from bot.simulator.wechat_api.mass import decide

CUSTOM, TEMPLATE, MASS = "message/custom/send", "message/template/send", "message/mass/sendall"


def words(to: str = "oFang", content: str = "你好") -> dict[str, Any]:
    return {"touser": to, "msgtype": "text", "text": {"content": content}}


def reminder(to: str = "oFang", **more: Any) -> dict[str, Any]:
    data = {"thing1": {"value": "反诈每周一测"}, "time2": {"value": "2026-11-21 19:00"}}
    return {"touser": to, "template_id": "TPL", "data": data, **more}


async def test_the_plain_token_kills_its_forerunner_and_the_stable_one_stays(stage: Stage) -> None:
    async def plain() -> str:
        query = {"grant_type": "client_credential", "appid": APP, "secret": "public-secret"}
        return str((await stage.get("/wechat/cgi-bin/token", **query))["access_token"])

    stable = await stage.public_token()
    first, second = await plain(), await plain()
    info = "/wechat/cgi-bin/user/info"
    assert (await stage.get(info, access_token=first, openid="oFang"))["errcode"] == 40001
    assert (await stage.get(info, access_token=second, openid="oFang"))["subscribe"] == 1
    assert (await stage.get(info, access_token=stable, openid="oGone"))["subscribe"] == 0
    assert stable == await stage.public_token()
    stage.clock.turn(timedelta(seconds=6950))
    assert stable != await stage.public_token()
    assert (await stage.get(info, access_token=stable, openid="oFang"))["errcode"] == 0
    stage.clock.turn(timedelta(seconds=300))
    expired = await stage.get(info, access_token=stable, openid="oFang")
    assert expired["errcode"] == 42001
    assert "rid: " in expired["errmsg"]


async def test_secrets_and_shapes(stage: Stage) -> None:
    body = {"grant_type": "client_credential", "appid": APP, "secret": "guess"}
    assert (await stage.post("/wechat/cgi-bin/stable_token", body))["errcode"] == 40125
    assert (await stage.wechat(CUSTOM, b"{"))["errcode"] == 47001
    assert (await stage.wechat(CUSTOM, b""))["errcode"] == 44002
    assert (await stage.wechat("menu/create", b'{"button":[{"name":"\\u4f60"}]}'))["errcode"] == 40033
    token = await stage.public_token()
    assert (await stage.get("/wechat/cgi-bin/message/custom/send", access_token=token))["errcode"] == 43002
    assert (await stage.post("/wechat/cgi-bin/message/custom/send", words()))["errcode"] == 41001


async def test_five_messages_after_a_message_and_none_after_48_hours(stage: Stage) -> None:
    fang = stage.follower("oFang")
    assert (await stage.wechat(CUSTOM, words()))["errcode"] == 45015
    await fang.says("在吗")
    assert [(await stage.wechat(CUSTOM, words()))["errcode"] for _ in range(6)] == [0] * 5 + [45047]
    await fang.says("还在吗")
    stage.clock.turn(timedelta(hours=48))
    assert (await stage.wechat(CUSTOM, words()))["errcode"] == 45015


async def test_three_within_a_minute_after_a_tap(stage: Stage) -> None:
    fang = stage.follower("oFang")
    await stage.wechat("menu/create", {"button": [{"type": "click", "name": "今日一测", "key": "QUIZ"}]})
    await fang.menu("今日一测")
    assert stage.bot.heard[-1]._data["Event"] == "CLICK"
    assert [(await stage.wechat(CUSTOM, words()))["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    await fang.menu("今日一测")
    stage.clock.turn(timedelta(minutes=1))
    assert (await stage.wechat(CUSTOM, words()))["errcode"] == 45015


async def test_custom_messages_have_their_limits(stage: Stage) -> None:
    await stage.follower("oFang").says("在吗")
    await stage.follower("oMinor").says("在吗")
    assert (await stage.wechat(CUSTOM, words("oMinor")))["errcode"] == 70000
    assert (await stage.wechat(CUSTOM, words("stranger")))["errcode"] == 40003
    assert (await stage.wechat(CUSTOM, words(content="长" * 683)))["errcode"] == 45002
    two = {
        "touser": "oFang",
        "msgtype": "news",
        "news": {"articles": [{"title": "t", "url": "https://e.cn"}] * 2},
    }
    assert (await stage.wechat(CUSTOM, two))["errcode"] == 45008
    media_id = (await stage.upload("wechat", "image", "a.png", PNG))["media_id"]
    picture = {"touser": "oFang", "msgtype": "image", "image": {"media_id": media_id}}
    assert (await stage.wechat(CUSTOM, picture))["errcode"] == 0
    menu = {"head_content": "选一个", "list": [{"id": "q1_A", "content": "A"}], "tail_content": ""}
    assert (await stage.wechat(CUSTOM, {"touser": "oFang", "msgtype": "msgmenu", "msgmenu": menu}))[
        "errcode"
    ] == 0
    await stage.follower("oFang").taps("A")
    assert stage.bot.heard[-1]._data["bizmsgmenuid"] == "q1_A"


async def test_escapes_are_shown_as_they_stand(stage: Stage) -> None:
    await stage.follower("oFang").says("在吗")
    await stage.wechat(CUSTOM, b'{"touser":"oFang","msgtype":"text","text":{"content":"\\u4f60"}}')
    stage.follower("oFang").hears("\\u4f60")


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
    assert (await stage.wechat(TEMPLATE, reminder() | change))["errcode"] == code


async def test_a_template_is_shown_once_per_client_id_and_ends_in_an_event(stage: Stage) -> None:
    body = reminder(client_msg_id="week-47-fang", url="https://example.edu.cn/a/2")
    answer = await stage.wechat(TEMPLATE, body)
    assert (await stage.wechat(TEMPLATE, body))["errcode"] == 0
    fang = stage.follower("oFang")
    assert len(fang.bubbles) == 1
    fang.received("反诈每周一测")
    await stage.sim.settled()
    event = stage.bot.heard[-1]._data
    assert (event["Event"], event["Status"]) == ("TEMPLATESENDJOBFINISH", "success")
    assert event["MsgID"] == str(answer["msgid"])
    stage.clock.turn(timedelta(minutes=10))
    await stage.wechat(TEMPLATE, body)
    assert len(fang.bubbles) == 2


async def test_one_consent_is_one_notice(stage: Stage) -> None:
    body = {"touser": "oFang", "template_id": "SUB", "data": {"phrase1": {"value": "已通过"}}}
    path = "message/subscribe/bizsend"
    assert (await stage.wechat(path, body))["errcode"] == 43101
    account = stage.sim.world.accounts[0]
    await consent(stage.sim, account, stage.follower("oFang"), "SUB", True)
    assert [(await stage.wechat(path, body))["errcode"] for _ in range(2)] == [0, 43101]
    await stage.sim.settled()
    stage.follower("oFang").received("已通过")


NOTICE = {"touser": "oFang", "template_id": "SUB", "data": {"phrase1": {"value": "已通过"}}}
SUBSCRIBE = "message/subscribe/bizsend"


async def test_a_lasting_consent_holds_until_it_is_switched_off(stage: Stage) -> None:
    account, fang = stage.sim.world.accounts[0], stage.follower("oFang")
    account.templates["SUB"].lasting = True
    for _ in range(2):
        await consent(stage.sim, account, fang, "SUB", True)
    assert [(await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] for _ in range(3)] == [0, 0, 0]
    await stage.sim.settled()
    await withdraw(stage.sim, account, fang, "SUB")
    event = stage.bot.heard[-1]._data
    assert event["Event"] == "subscribe_msg_change_event"
    assert event["SubscribeMsgChangeEvent"]["List"]["SubscribeStatusString"] == "reject"
    assert (await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] == 43101


async def test_two_notices_at_once_are_one_too_many(stage: Stage) -> None:
    fang = stage.follower("oFang")
    await consent(stage.sim, stage.sim.world.accounts[0], fang, "SUB", True)
    stage.sim.books.sending.add(fang.key)
    assert (await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] == 43108
    stage.sim.books.sending.clear()
    assert (await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] == 0, "the refused one used nothing up"


async def test_results_come_first_and_say_what_they_are_told_to(stage: Stage) -> None:
    account = stage.sim.world.accounts[0]
    account.result_first, account.template_outcome = True, "failed: system failed"
    number = (await stage.wechat(TEMPLATE, reminder()))["msgid"]
    event = stage.bot.heard[-1]._data
    assert (event["MsgID"], event["Status"]) == (str(number), "failed: system failed")
    assert stage.follower("oFang").bubbles == [], "nobody sees what was not sent"
    account.subscribe_outcome = (43107, "ban")
    await consent(stage.sim, account, stage.follower("oFang"), "SUB", True)
    await stage.wechat(SUBSCRIBE, NOTICE)
    row = stage.bot.heard[-1]._data["SubscribeMsgSentEvent"]["List"]
    assert (row["ErrorCode"], row["ErrorStatus"]) == ("43107", "ban")


async def test_abilities_go_on_command_and_with_the_verification(stage: Stage) -> None:
    account = stage.sim.world.accounts[0]
    account.forbidden = {f"/cgi-bin/{SUBSCRIBE}": 43107}
    assert (await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] == 43107
    await verification(stage.sim, account, holds=False)
    event = stage.bot.heard[-1]._data
    assert (event["Event"], event["FromUserName"]) == ("verify_expired", "o-account-side")
    assert (await stage.wechat(TEMPLATE, reminder()))["errcode"] == 48001
    await verification(stage.sim, account, holds=True)
    assert (await stage.wechat(TEMPLATE, reminder()))["errcode"] == 0


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
    account, url = stage.sim.world.accounts[0], "https://fanzha.example.edu.cn/a/ABC?v=1"
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
    assert (await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] == 43101
    async with stage.http.post(ask, data={**asked, "answer": "accept"}, cookies={"sim_as": key}) as answer:
        assert '"SUB": "accept"' in await answer.text()
    assert (await stage.wechat(SUBSCRIBE, NOTICE))["errcode"] == 0


async def test_mass_sends_are_few_and_never_twice(stage: Stage) -> None:
    def post(number: int) -> dict[str, Any]:
        text = {"content": f"第{number}周反诈提醒"}
        return {
            "filter": {"is_to_all": True},
            "msgtype": "text",
            "text": text,
            "clientmsgid": f"week-{number}",
        }

    first = await stage.wechat(MASS, post(1))
    assert (await stage.wechat(MASS, post(1)))["errcode"] == 45066
    stage.clock.turn(timedelta(minutes=2))
    again = await stage.wechat(MASS, post(1))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    codes = [(await stage.wechat(MASS, post(n)))["errcode"] for n in (2, 3, 4, 5)]
    assert codes == [0, 0, 0, 45028]
    await stage.sim.settled()
    done = stage.bot.heard[-1]._data
    assert (done["Event"], done["Status"], done["SentCount"]) == ("MASSSENDJOBFINISH", "send success", "2")
    assert len(stage.follower("oFang").bubbles) == 4
    assert stage.follower("oGone").bubbles == []
    state = await stage.wechat("message/mass/get", {"msg_id": str(first["msg_id"])})
    assert state["msg_status"] == "SEND_SUCCESS"


async def test_mass_by_openid_takes_two_at_least(stage: Stage) -> None:
    body = {"touser": ["oFang"], "msgtype": "text", "text": {"content": "提醒"}}
    assert (await stage.wechat("message/mass/send", body))["errcode"] == 40130
    assert (await stage.wechat("message/mass/send", body | {"touser": ["oFang", "oGone"]}))["errcode"] == 0
    stage.follower("oFang").received("提醒")


async def test_tags_have_their_limits_and_one_stranger_spoils_a_call(stage: Stage) -> None:
    async def code(path: str, body: Any) -> int:
        return int((await stage.wechat(f"tags/{path}", body))["errcode"])

    made = await stage.wechat("tags/create", {"tag": {"name": "家长"}})
    number = made["tag"]["id"]
    assert number >= 100, "0, 1 and 2 are the platform's"
    assert await code("create", {"tag": {"name": "家长"}}) == 45157
    assert await code("create", {"tag": {"name": "长" * 11}}) == 45158
    put = "members/batchtagging"
    assert await code(put, {"openid_list": ["oFang"], "tagid": 9999}) == 45159
    assert await code(put, {"openid_list": ["oFang"], "tagid": 2}) == 45058
    assert await code(put, {"openid_list": ["oFang"] * 51, "tagid": number}) == 40032
    assert await code(put, {"openid_list": ["oFang", "oGone"], "tagid": number}) == 40003
    post = {"filter": {"is_to_all": False, "tag_id": number}, "msgtype": "text", "text": {"content": "信"}}
    await stage.wechat(MASS, post)
    assert stage.follower("oFang").bubbles == [], "nobody had it"
    assert await code(put, {"openid_list": ["oFang"], "tagid": number}) == 0
    await stage.wechat(MASS, post | {"clientmsgid": "second"})
    stage.follower("oFang").received("信")
    assert stage.follower("oMinor").bubbles == []
    await stage.follower("oFang").unfollow()
    listed = await stage.get("/wechat/cgi-bin/tags/get", access_token=await stage.public_token())
    assert listed["tags"] == [{"id": number, "name": "家长", "count": 0}]


async def test_a_mass_send_may_wait_for_the_administrators_phone(stage: Stage) -> None:
    account = stage.sim.world.accounts[0]
    account.mass_confirm = "all"
    post = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "提醒"}, "clientmsgid": "w"}
    number = (await stage.wechat(MASS, post))["msg_id"]
    state = await stage.wechat("message/mass/get", {"msg_id": str(number)})
    assert state["msg_status"] == "SENDING"
    assert stage.follower("oFang").bubbles == []
    await decide(stage.sim, account, None)
    await stage.sim.settled()
    assert stage.bot.heard[-1]._data["Status"] == "err(40002)"
    state = await stage.wechat("message/mass/get", {"msg_id": str(number)})
    assert state["msg_status"] == "SEND_FAIL"
    assert stage.follower("oFang").bubbles == []


@pytest.mark.parametrize(
    ("kind", "verified", "path", "body", "code"),
    [
        ("subscription", True, TEMPLATE, reminder(), 48001),
        ("subscription", True, "message/mass/send", {}, 48001),
        ("service", False, CUSTOM, words(), 48001),
        ("subscription", False, "menu/create", {"button": []}, 48001),
        ("subscription", True, CUSTOM, words(), 45015),
    ],
)
async def test_accounts_can_do_what_their_kind_can(
    kind: str, verified: bool, path: str, body: Any, code: int
) -> None:
    data = world()
    data["accounts"][0] |= {"type": kind, "verified": verified}
    async with staged(data) as stage:
        assert (await stage.wechat(path, body))["errcode"] == code


async def test_a_subscription_account_posts_once_a_day() -> None:
    data = world()
    data["accounts"][0]["type"] = "subscription"
    async with staged(data) as stage:
        post = {"filter": {"is_to_all": True}, "msgtype": "text"}
        assert (await stage.wechat(MASS, post | {"text": {"content": "一"}}))["errcode"] == 0
        assert (await stage.wechat(MASS, post | {"text": {"content": "二"}}))["errcode"] == 45028
        stage.clock.turn(timedelta(days=1))
        assert (await stage.wechat(MASS, post | {"text": {"content": "二"}}))["errcode"] == 0


async def test_quota_can_be_read_and_cleared(stage: Stage) -> None:
    await stage.wechat(CUSTOM, words())
    path = {"cgi_path": "/cgi-bin/message/custom/send"}
    assert (await stage.wechat("openapi/quota/get", path))["quota"]["used"] == 1
    await stage.wechat("clear_quota", {"appid": APP})
    assert (await stage.wechat("openapi/quota/get", path))["quota"]["used"] == 0
    assert [(await stage.wechat("clear_quota", {"appid": APP}))["errcode"] for _ in range(10)] == [0] * 9 + [
        48006
    ]


async def test_web_login_codes(stage: Stage) -> None:
    async def spend(code: str) -> Any:
        query = {"appid": APP, "secret": "public-secret", "code": code, "grant_type": "authorization_code"}
        return await stage.get("/wechat/sns/oauth2/access_token", **query)

    code = stage.sim.codes.issue(APP, f"{APP}|openid|oFang", "snsapi_base")
    assert (await spend(code))["openid"] == "oFang"
    assert (await spend(code))["errcode"] == 40163
    late = stage.sim.codes.issue(APP, f"{APP}|openid|oFang", "snsapi_base")
    stage.clock.turn(timedelta(minutes=5))
    assert (await spend(late))["errcode"] == 42003
    assert (await spend("made-up"))["errcode"] == 40029


async def test_followers_are_listed_in_pages(stage: Stage) -> None:
    token = await stage.public_token()
    page = await stage.get("/wechat/cgi-bin/user/get", access_token=token)
    assert page["data"]["openid"] == ["oFang", "oMinor"]
    rest = await stage.get("/wechat/cgi-bin/user/get", access_token=token, next_openid=page["next_openid"])
    assert (rest["count"], "data" in rest) == (0, False)
