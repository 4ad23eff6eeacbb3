"""The pretended mass sends: few, never twice, by list, by tag, and confirmed on a phone."""

from datetime import timedelta
from typing import Any

from sim_cast import Stage, staged, world

from bot.simulator.wechat_api.mass import decide

MASS = "message/mass/sendall"


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
    assert await stage.code(MASS, post(1)) == 45066
    stage.clock.turn(timedelta(minutes=2))
    again = await stage.wechat(MASS, post(1))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    codes = [await stage.code(MASS, post(n)) for n in (2, 3, 4, 5)]
    assert codes == [0, 0, 0, 45028]
    await stage.sim.settled()
    done = stage.bot.event
    assert (done["Event"], done["Status"], done["SentCount"]) == ("MASSSENDJOBFINISH", "send success", "2")
    assert len(stage.follower("oFang").bubbles) == 4
    assert stage.follower("oGone").bubbles == []
    state = await stage.wechat("message/mass/get", {"msg_id": str(first["msg_id"])})
    assert state["msg_status"] == "SEND_SUCCESS"


async def test_mass_by_openid_takes_two_at_least(stage: Stage) -> None:
    body = {"touser": ["oFang"], "msgtype": "text", "text": {"content": "提醒"}}
    assert await stage.code("message/mass/send", body) == 40130
    assert await stage.code("message/mass/send", body | {"touser": ["oFang", "oGone"]}) == 0
    stage.follower("oFang").received("提醒")


async def test_tags_have_their_limits_and_one_stranger_spoils_a_call(stage: Stage) -> None:
    async def code(path: str, body: Any) -> int:
        return await stage.code(f"tags/{path}", body)

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
    account = stage.account
    account.mass_confirm = "all"
    post = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "提醒"}, "clientmsgid": "w"}
    number = (await stage.wechat(MASS, post))["msg_id"]
    state = await stage.wechat("message/mass/get", {"msg_id": str(number)})
    assert state["msg_status"] == "SENDING"
    assert stage.follower("oFang").bubbles == []
    await decide(stage.sim, account, None)
    await stage.sim.settled()
    assert stage.bot.event["Status"] == "err(40002)"
    state = await stage.wechat("message/mass/get", {"msg_id": str(number)})
    assert state["msg_status"] == "SEND_FAIL"
    assert stage.follower("oFang").bubbles == []


async def test_a_subscription_account_posts_once_a_day() -> None:
    data = world()
    data["accounts"][0]["type"] = "subscription"
    async with staged(data) as stage:
        post = {"filter": {"is_to_all": True}, "msgtype": "text"}
        assert await stage.code(MASS, post | {"text": {"content": "一"}}) == 0
        assert await stage.code(MASS, post | {"text": {"content": "二"}}) == 45028
        stage.clock.turn(timedelta(days=1))
        assert await stage.code(MASS, post | {"text": {"content": "二"}}) == 0
