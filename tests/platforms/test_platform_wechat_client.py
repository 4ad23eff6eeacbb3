"""Sending for an official account, and who opened a page."""

from __future__ import annotations

import json

import pytest

from bot.errors import PlatformError, Refusal, Verdict
from bot.messages import CardUpdate, Text, Way
from bot.platforms.api import Api
from bot.platforms.errors import Platform
from bot.platforms.http import Http
from bot.platforms.port import Ability, Client, Packed
from bot.platforms.tokens import Tokens
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.login import FollowerLogin
from bot.platforms.wechat.templates import Template
from bot.platforms.wecom.client import WecomClient
from bot.platforms.wecom.login import MemberLogin, SchoolLogin
from bot.platforms.wecom.school import SchoolClient
from bot.platforms.wecom.webhook import WebhookClient

from .cast import APP, CORP, FATHER, LI_MING, NOTICE, OK, OTHER, PUPIL, READER
from .conftest import Clock, FakePlatform


async def test_a_notice_to_a_follower_is_a_template_and_to_many_a_mass_send(
    account: WechatClient, platform: FakePlatform
) -> None:
    platform.answers_with("/cgi-bin/message/template/send", {**OK, "msgid": 200228332})
    assert (await account.send(account.pack([READER], NOTICE, key="s", media={}))).message_id == "200228332"
    many = account.pack([READER, OTHER], NOTICE, key="s", media={})
    assert (many.path, many.quota, many.repeatable.total_seconds()) == (
        "/cgi-bin/message/mass/send",
        "mass",
        86400,
    )
    assert account.pack([READER], Text("好"), key="s", media={}).quota == "custom"
    assert account.pack([READER], NOTICE, key="s", media={}, way=Way.CUSTOM).quota == "custom"
    subscribed = account.pack([READER], NOTICE, key="s", media={}, way=Way.SUBSCRIBE)
    assert json.loads(subscribed.body)["template_id"] == "SUB"
    for content, way in ((Text("好"), Way.TEMPLATE), (CardUpdate("RC", "好"), None)):
        with pytest.raises(PlatformError):
            account.pack([READER], content, key="s", media={}, way=way)


async def test_a_mass_send_that_was_already_submitted_is_a_success(
    account: WechatClient, platform: FakePlatform
) -> None:
    path = "/cgi-bin/message/mass/sendall"
    platform.answers_with(path, {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 34182})
    packed = account.pack_all(Text("周五提醒"), key="week-47", media={})
    assert (await account.send(packed)).message_id == "34182"


async def test_an_unverified_account_can_only_answer(http: Http, tokens: Tokens, clock: Clock) -> None:
    api = Api(http, tokens, Platform.WECHAT, "public")
    assert WechatClient(api, APP, clock, service=True, verified=False).abilities == frozenset()
    plain = WechatClient(
        api, APP, clock, service=False, verified=True, templates={"notice": Template.of("T")}
    )
    assert Ability.PUSH not in plain.abilities
    assert Ability.WINDOW in plain.abilities


async def test_quota_and_callback_addresses_can_be_asked(
    account: WechatClient, corp_api: Api, platform: FakePlatform
) -> None:
    quota = {"daily_limit": 500000, "used": 10, "remain": 499990}
    platform.answers_with("/cgi-bin/openapi/quota/get", {**OK, "quota": quota})
    platform.answers_with("/cgi-bin/getcallbackip", {"ip_list": ["101.226.103.*"], "errcode": 0})
    assert (await account.quota(Way.CUSTOM)).remain == 499990
    assert await corp_api.callback_ips() == ("101.226.103.*",)


async def test_web_login_tells_who_it_is_or_refuses(
    corp_api: Api, http: Http, platform: FakePlatform
) -> None:
    member, parent = MemberLogin(corp_api, CORP, 1000002), SchoolLogin(corp_api, CORP)
    follower = FollowerLogin(http, APP, "secret")
    platform.answers_with("/cgi-bin/auth/getuserinfo", {**OK, "userid": "LiMing"}, {**OK, "openid": "oX"})
    assert await member.address("CODE") == LI_MING
    with pytest.raises(Refusal):
        await member.address("CODE")
    path = "/cgi-bin/school/getuserinfo"
    platform.answers_with(path, {**OK, "parent_userid": "P1"}, {**OK, "student_userid": "S1"}, OK)
    assert await parent.address("C1") == FATHER
    assert await parent.address("C2") == PUPIL
    with pytest.raises(Refusal):
        await parent.address("C3")
    platform.answers_with(
        "/sns/oauth2/access_token",
        {"access_token": "U", "openid": "oReader"},
        {"access_token": "U", "openid": "oVirtual", "is_snapshotuser": 1},
        {"errcode": 40163, "errmsg": "code been used"},
    )
    assert await follower.address("C") == READER
    with pytest.raises(Refusal, match="快照页"):
        await follower.address("C")
    with pytest.raises(PlatformError, match="40163"):
        await follower.address("C")
    assert "secret" not in repr(follower)


async def test_clients_fulfil_the_port(
    app: WecomClient, account: WechatClient, corp_api: Api, http: Http
) -> None:
    clients: list[Client] = [app, account, SchoolClient(corp_api, CORP, 1), WebhookClient(http, "KEY")]
    assert [client.batch for client in clients] == [1000, 1, 1000, 1]
    for client in clients:
        with pytest.raises(PlatformError) as caught:
            client.pack([], Text("谁"), key="s", media={}) if client.batch > 1 else client.pack(
                [], CardUpdate("", ""), key="s", media={}
            )
        assert caught.value.verdict is Verdict.BUG
    assert isinstance(app.pack([LI_MING], Text("好"), key="s", media={}), Packed)
