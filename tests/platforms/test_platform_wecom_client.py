"""Sending for a corp: members, parents, a staff group."""

from __future__ import annotations

import json

import pytest

from bot.errors import PlatformError
from bot.messages import Address, CardUpdate, Choice, Image, Markdown, Notice, Question, Realm, Text
from bot.platforms import menu
from bot.platforms.api import Api
from bot.platforms.http import Http
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wecom.client import WecomClient
from bot.platforms.wecom.school import AllowScope, ClassClient, SchoolClient, Scope
from bot.platforms.wecom.webhook import WebhookClient

from .cast import CORP, FATHER, LI_MING, NOTICE, OK, PUPIL, READER, SEND, WANG_FANG
from .conftest import FakePlatform


async def test_members_get_one_call_and_the_left_out_are_named(
    app: WecomClient, platform: FakePlatform
) -> None:
    platform.answers_with(SEND, {**OK, "invaliduser": "liming", "msgid": "M7", "response_code": "RC"})
    packed = app.pack([LI_MING, WANG_FANG], Text("今天16:40答题"), key="s1", media={})
    receipt = await app.send(packed)
    assert (receipt.message_id, receipt.response_code, receipt.refused) == ("M7", "RC", (LI_MING,))
    [(query, body)] = platform.asked(SEND)
    assert query == {"access_token": "T1"}
    assert (body["touser"], body["agentid"], body["msgtype"]) == ("liming|wangfang", 1000002, "text")
    assert body["enable_duplicate_check"] == 1
    assert 14100 < body["duplicate_check_interval"] <= 14400
    assert "今天".encode() in packed.body
    assert packed.repeatable.total_seconds() == 14100


def test_the_same_words_an_hour_later_are_another_request(app: WecomClient) -> None:
    """The platform compares whole requests; a second reminder must not pass for a repeat of the first."""
    packed = [app.pack([LI_MING], Text("提醒一下"), key=key, media={}).body for key in ("s1", "s2", "s1")]
    assert packed[0] == packed[2] != packed[1]


async def test_the_same_shipment_is_the_same_bytes(app: WecomClient, account: WechatClient) -> None:
    card = Question("q7", "小测", "怎么办？", (Choice("A", "转账"), Choice("B", "挂断")))
    assert app.pack([LI_MING], card, key="s1", media={}) == app.pack([LI_MING], card, key="s1", media={})
    assert (
        app.pack([LI_MING], card, key="s1", media={}).body
        != app.pack([LI_MING], card, key="s2", media={}).body
    )
    assert account.pack([READER], NOTICE, key="s", media={}) == account.pack(
        [READER], NOTICE, key="s", media={}
    )


async def test_a_tapped_card_is_closed_with_its_code(app: WecomClient, platform: FakePlatform) -> None:
    path = "/cgi-bin/message/update_template_card"
    platform.answers_with(path, {**OK, "invaliduser": ["liming"]})
    receipt = await app.send(app.pack([LI_MING], CardUpdate("RC", "已作答"), key="s", media={}))
    [(_, body)] = platform.asked(path)
    assert body == {
        "userids": ["liming"],
        "agentid": 1000002,
        "response_code": "RC",
        "button": {"replace_name": "已作答"},
    }
    assert receipt.refused == (LI_MING,)


async def test_media_menu_and_recall(app: WecomClient, platform: FakePlatform) -> None:
    platform.answers_with(
        "/cgi-bin/media/upload", {**OK, "type": "file", "media_id": "M1", "created_at": "1"}
    )
    platform.answers_with("/cgi-bin/menu/create", OK)
    platform.answers_with("/cgi-bin/message/recall", OK)
    assert await app.upload("file", '名单"1".xlsx', b"123456") == "M1"
    [(query, raw)] = platform.asked("/cgi-bin/media/upload")
    assert query["type"] == "file"
    assert 'name="media"; filename="名单_1_.xlsx"'.encode() in raw
    await app.create_menu((menu.Button("本周任务", word="答题"),))
    assert platform.asked("/cgi-bin/menu/create")[0][0]["agentid"] == "1000002"
    await app.recall("M7")
    assert platform.asked("/cgi-bin/message/recall")[0][1] == {"msgid": "M7"}


async def test_parents_get_a_notice_and_the_invalid_are_named(corp_api: Api, platform: FakePlatform) -> None:
    path = "/cgi-bin/externalcontact/message/send"
    platform.answers_with(path, {**OK, "invalid_parent_userid": ["P1"]})
    school = SchoolClient(corp_api, CORP, 1000002)
    packed = school.pack([FATHER], NOTICE, key="s", media={})
    assert (await school.send(packed)).refused == (FATHER,)
    body = json.loads(packed.body)
    assert (body["recv_scope"], body["to_parent_userid"], body["msgtype"]) == (0, ["p1"], "news")
    assert json.loads(school.pack([PUPIL], Markdown("**看**"), key="s", media={}).body)["recv_scope"] == 1
    for wrong in ([FATHER, PUPIL], [LI_MING], []):
        with pytest.raises(PlatformError):
            school.pack(wrong, NOTICE, key="s", media={})


async def test_a_hundred_classes_or_everybody_and_the_invalid_are_named(
    corp_api: Api, platform: FakePlatform
) -> None:
    path = "/cgi-bin/externalcontact/message/send"
    platform.answers_with(path, {**OK, "invalid_party": ["7"]})
    six, seven, everybody = (Address.party(CORP, number) for number in (6, 7, None))
    client = ClassClient(corp_api, CORP, 1000002)
    packed = client.pack([six, seven], NOTICE, key="s", media={})
    assert packed.quota == "notice"
    assert (await client.send(packed)).refused == (seven,)
    body = json.loads(packed.body)
    assert (body["recv_scope"], body["to_party"], body["toall"]) == (0, ["6", "7"], 0)
    pupils = ClassClient(corp_api, CORP, 1000002, Scope.BOTH)
    body = json.loads(pupils.pack([everybody], NOTICE, key="s", media={}).body)
    assert (body["recv_scope"], body["toall"], "to_party" in body) == (2, 1, False)
    many = [Address.party(CORP, number) for number in range(101)]
    for wrong in ([], many, [six, everybody], [FATHER], [Address.party("other", 6)]):
        with pytest.raises(PlatformError):
            client.pack(wrong, NOTICE, key="s", media={})


async def test_the_tree_of_the_school_as_values(corp_api: Api, platform: FakePlatform) -> None:
    admins = [{"userid": "Zhang", "type": 3}, {"userid": "li", "type": 4}, {"userid": "head", "type": 1}]
    rows = [
        {"id": 1, "name": "示例小学", "parentid": 0, "type": 5},
        {"id": 2, "name": "一年级", "parentid": 1, "type": 2, "is_graduated": 1},
        {"id": 3, "name": "1班", "parentid": 2, "type": 1, "department_admins": admins},
    ]
    platform.answers_with("/cgi-bin/school/department/list", {**OK, "departments": rows})
    found = await SchoolClient(corp_api, CORP, 1000002).departments()
    assert [(d.id, d.parent, d.level, d.graduated) for d in found] == [
        (1, 0, 5, False),
        (2, 1, 2, True),
        (3, 2, 1, False),
    ]
    assert found[2].teachers == ("zhang", "li")


async def test_who_can_be_reached_is_known_before(corp_api: Api, platform: FakePlatform) -> None:
    parents = [{"parent_userid": "P1", "is_subscribe": 1}, {"parent_userid": "P2", "is_subscribe": 0}]
    platform.answers_with("/cgi-bin/school/user/list_parent", {**OK, "parents": parents})
    platform.answers_with(
        "/cgi-bin/externalcontact/get_subscribe_qr_code", {**OK, "qrcode_middle": "https://q"}
    )
    scope = {"students": {"userid": ["s1"]}, "departments": {"partyid": [1, 2]}}
    platform.answers_with("/cgi-bin/school/agent/get_allow_scope", {**OK, "allow_scope": scope})
    school = SchoolClient(corp_api, CORP, 1000002)
    assert await school.followers(7) == {FATHER: True, Address.parent(CORP, "p2"): False}
    assert await school.follow_code() == "https://q"
    assert await school.allow_scope() == AllowScope(("s1",), (1, 2))


async def test_a_group_gets_its_message_and_the_key_stays_out_of_it(
    http: Http, platform: FakePlatform
) -> None:
    path = "/cgi-bin/webhook/send"
    platform.answers_with(path, OK, OK, {"errcode": 93000, "errmsg": "invalid webhook url"})
    group = WebhookClient(http, "KEY")
    to = [Address("staffroom", Realm.GROUP, "staffroom")]
    picture = {"hash": await group.upload("image", "chart.png", b"123456")}
    for content in (Markdown("**今日** 99%"), Image("hash"), NOTICE):
        packed = group.pack(to, content, key="s", media=picture)
        assert b"KEY" not in packed.body
        assert "KEY" not in packed.path
        if isinstance(content, Notice):
            with pytest.raises(PlatformError, match="93000"):
                await group.send(packed)
        else:
            await group.send(packed)
    [(query, first), (_, second), _] = platform.asked(path)
    assert query == {"key": "KEY"}
    assert first["msgtype"] == "markdown"
    assert second["image"]["md5"] == "e10adc3949ba59abbe56e057f20f883e"
