"""The pretended official account is strict: tokens, windows, kinds of accounts, quotas."""

from datetime import timedelta
from typing import Any

import pytest
from sim_cast import APP, PNG, TEMPLATE, Stage, reminder, staged, world

CUSTOM = "message/custom/send"


def words(to: str = "oFang", content: str = "你好") -> dict[str, Any]:
    return {"touser": to, "msgtype": "text", "text": {"content": content}}


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
    assert (await stage.get(info, access_token=stable, openid="oFang"))["subscribe"] == 1
    stage.clock.turn(timedelta(seconds=300))
    expired = await stage.get(info, access_token=stable, openid="oFang")
    assert expired["errcode"] == 42001
    assert "rid: " in expired["errmsg"]


async def test_secrets_and_shapes(stage: Stage) -> None:
    body = {"grant_type": "client_credential", "appid": APP, "secret": "guess"}
    assert (await stage.post("/wechat/cgi-bin/stable_token", body))["errcode"] == 40125
    assert await stage.code(CUSTOM, b"{") == 47001
    assert await stage.code(CUSTOM, b"") == 44002
    assert await stage.code("menu/create", b'{"button":[{"name":"\\u4f60"}]}') == 40033
    token = await stage.public_token()
    assert (await stage.get("/wechat/cgi-bin/message/custom/send", access_token=token))["errcode"] == 43002
    assert (await stage.post("/wechat/cgi-bin/message/custom/send", words()))["errcode"] == 41001


async def test_five_messages_after_a_message_and_none_after_48_hours(stage: Stage) -> None:
    fang = stage.follower("oFang")
    assert await stage.code(CUSTOM, words()) == 45015
    await fang.says("在吗")
    assert [await stage.code(CUSTOM, words()) for _ in range(6)] == [0] * 5 + [45047]
    await fang.says("还在吗")
    stage.clock.turn(timedelta(hours=48))
    assert await stage.code(CUSTOM, words()) == 45015


async def test_three_within_a_minute_after_a_tap(stage: Stage) -> None:
    fang = stage.follower("oFang")
    await stage.wechat("menu/create", {"button": [{"type": "click", "name": "今日一测", "key": "QUIZ"}]})
    await fang.menu("今日一测")
    assert stage.bot.event["Event"] == "CLICK"
    assert [await stage.code(CUSTOM, words()) for _ in range(4)] == [0, 0, 0, 45047]
    await fang.menu("今日一测")
    stage.clock.turn(timedelta(minutes=1))
    assert await stage.code(CUSTOM, words()) == 45015


async def test_custom_messages_have_their_limits(stage: Stage) -> None:
    await stage.follower("oFang").says("在吗")
    await stage.follower("oMinor").says("在吗")
    assert await stage.code(CUSTOM, words("oMinor")) == 70000
    assert await stage.code(CUSTOM, words("stranger")) == 40003
    assert await stage.code(CUSTOM, words(content="长" * 683)) == 45002
    two = {
        "touser": "oFang",
        "msgtype": "news",
        "news": {"articles": [{"title": "t", "url": "https://e.cn"}] * 2},
    }
    assert await stage.code(CUSTOM, two) == 45008
    media_id = (await stage.upload("wechat", "image", "a.png", PNG))["media_id"]
    picture = {"touser": "oFang", "msgtype": "image", "image": {"media_id": media_id}}
    assert await stage.code(CUSTOM, picture) == 0
    menu = {"head_content": "选一个", "list": [{"id": "q1_A", "content": "A"}], "tail_content": ""}
    assert await stage.code(CUSTOM, {"touser": "oFang", "msgtype": "msgmenu", "msgmenu": menu}) == 0
    await stage.follower("oFang").taps("A")
    assert stage.bot.event["bizmsgmenuid"] == "q1_A"


async def test_escapes_are_shown_as_they_stand(stage: Stage) -> None:
    await stage.follower("oFang").says("在吗")
    await stage.wechat(CUSTOM, b'{"touser":"oFang","msgtype":"text","text":{"content":"\\u4f60"}}')
    stage.follower("oFang").hears("\\u4f60")


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
        assert await stage.code(path, body) == code


async def test_quota_can_be_read_and_cleared(stage: Stage) -> None:
    await stage.wechat(CUSTOM, words())
    path = {"cgi_path": "/cgi-bin/message/custom/send"}
    assert (await stage.wechat("openapi/quota/get", path))["quota"]["used"] == 1
    await stage.wechat("clear_quota", {"appid": APP})
    assert (await stage.wechat("openapi/quota/get", path))["quota"]["used"] == 0
    assert [await stage.code("clear_quota", {"appid": APP}) for _ in range(10)] == [0] * 9 + [48006]


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
