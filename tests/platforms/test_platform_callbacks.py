"""What each documented message and event becomes, and what each kind of bad callback gets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Forged, Malformed
from bot.messages import Address, Choice, Inbound, Kind, Realm, Reply
from bot.platforms.envelope import Envelope, sign
from bot.platforms.port import CallbackQuery
from bot.platforms.wechat import events as wechat_events
from bot.platforms.wechat.codec import WechatCodec
from bot.platforms.wecom import events as wecom_events
from bot.platforms.wecom.codec import WecomCodec

CORP, APP, TOKEN, KEY = "ww0123456789abcdef", "wx0123456789abcdef", "QDG6eK", "A" * 43
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
RANDOM = b"0123456789abcdef"


def xml(source: str, **fields: str) -> str:
    head = {"ToUserName": "to", "FromUserName": source, "CreateTime": STAMP}
    return (
        "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in (head | fields).items()) + "</xml>"
    )


def signed(message: str, receiver: str, at: datetime = NOW, nonce: str = "n") -> tuple[CallbackQuery, bytes]:
    stamp = str(int(at.timestamp()))
    encrypted = Envelope(TOKEN, KEY, receiver).encrypt(message.encode(), RANDOM)
    query = CallbackQuery(
        msg_signature=sign(TOKEN, stamp, nonce, encrypted), timestamp=stamp, nonce=nonce, encrypt_type="aes"
    )
    return query, f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def member(message: str) -> Inbound:
    codec = WecomCodec("campus", CORP, TOKEN, KEY, 1000002)
    return codec.read(*signed(message, CORP), NOW)


def follower(message: str) -> Inbound:
    codec = WechatCodec("public", APP, TOKEN, KEY)
    return codec.read(*signed(message, APP), NOW)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("text", Kind.TEXT),
        ("image", Kind.IMAGE),
        ("voice", Kind.VOICE),
        ("video", Kind.VIDEO),
        ("location", Kind.LOCATION),
        ("link", Kind.LINK),
        ("file", Kind.UNKNOWN),
    ],
)
def test_every_message_of_a_member_is_a_value(type_: str, kind: Kind) -> None:
    inbound = member(xml("ZhangSan", MsgType=type_, MsgId="7", MediaId="M1", Label="操场", AgentID="1000002"))
    assert inbound.kind is kind
    assert inbound.sender == Address(CORP, Realm.MEMBER, "zhangsan")
    assert (inbound.sender_id, inbound.media_id, inbound.fields) == ("ZhangSan", "M1", {"Label": "操场"})
    assert inbound.key == "campus|zhangsan|7"


@pytest.mark.parametrize("event", sorted(wecom_events.EVENTS))
def test_every_wecom_event_is_a_value_in_any_case(event: str) -> None:
    inbound = member(xml("zhangsan", MsgType="event", Event=event.upper(), EventKey="K"))
    assert (inbound.kind, inbound.event, inbound.event_key) == (Kind.EVENT, event, "K")


@pytest.mark.parametrize("event", sorted(wechat_events.EVENTS - wechat_events.OPENID_EVENTS))
def test_every_official_account_event_is_a_value_in_any_case(event: str) -> None:
    inbound = follower(xml("oUser", MsgType="event", Event=event.upper(), EventKey="K"))
    assert (inbound.kind, inbound.event, inbound.event_key) == (Kind.EVENT, event, "K")
    assert (inbound.sender is None) == (event in wechat_events.ACCOUNT_EVENTS)


@pytest.mark.parametrize("event", sorted(wechat_events.OPENID_EVENTS))
def test_a_revoked_consent_is_about_the_person_in_openid(event: str) -> None:
    inbound = follower(xml("oPlatform", MsgType="event", Event=event, OpenID="oUser", RevokeInfo="205"))
    assert inbound.sender == Address.follower(APP, "oUser")
    assert inbound.fields["RevokeInfo"] == "205"


def test_an_event_no_document_lists_is_unknown_and_keeps_its_fields() -> None:
    for read in (member, follower):
        inbound = read(xml("u1", MsgType="event", Event="Brand_New", Thing="<A>1</A><A>2</A>"))
        assert (inbound.kind, inbound.event) == (Kind.UNKNOWN, "brand_new")
        assert inbound.fields == {"Thing.A.0": "1", "Thing.A.1": "2"}


def test_the_platform_itself_is_nobody() -> None:
    inbound = member(
        xml("sys", MsgType="event", Event="change_school_contact", ChangeType="subscribe", Id="p1")
    )
    assert (inbound.sender, inbound.sender_id) == (None, "sys")
    assert inbound.fields == {"ChangeType": "subscribe", "Id": "p1"}


def test_a_scanned_code_keeps_the_key_of_the_document() -> None:
    inbound = follower(
        xml("oUser", MsgType="event", Event="subscribe", EventKey="qrscene_class-7A", Ticket="T")
    )
    assert (inbound.event, inbound.event_key) == ("subscribe", "qrscene_class-7A")
    again = follower(xml("oUser", MsgType="event", Event="SCAN", EventKey="class-7A", Ticket="T"))
    assert (again.event, again.event_key) == ("scan", "class-7A")


@pytest.mark.parametrize("times", [1, 2])
def test_one_or_many_templates_read_alike(times: int) -> None:
    one = "<List><TemplateId>TPL</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
    inbound = follower(
        xml("oUser", MsgType="event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=one * times)
    )
    names = [name for name in inbound.fields if name.endswith("TemplateId")]
    assert names == [f"SubscribeMsgPopupEvent.List.{at}.TemplateId" for at in range(times)]


def test_two_events_of_one_second_have_two_keys_and_a_retry_has_one() -> None:
    def tap(task: str, code: str) -> str:
        return member(
            xml(
                "u1",
                MsgType="event",
                Event="template_card_event",
                EventKey="A",
                TaskId=task,
                ResponseCode=code,
            )
        ).key

    assert tap("q1", "RC") == tap("q1", "RC")
    assert len({tap("q1", "RC"), tap("q2", "RC"), tap("q1", "RC2")}) == 3
    jobs = {
        follower(xml("gh", MsgType="event", Event="MASSSENDJOBFINISH", MsgID=id_, Status="send success")).key
        for id_ in ("1", "2")
    }
    assert len(jobs) == 2


def test_keys_are_short_even_for_a_long_menu_address() -> None:
    inbound = member(xml("u" * 64, MsgType="event", Event="view", EventKey="https://x.example/" + "a" * 900))
    assert len(inbound.key) <= 120
    assert len(follower(xml("o" * 100, MsgType="text", Content="A", MsgId="9" * 20)).key) <= 120


def test_a_card_gives_back_the_key_of_its_question() -> None:
    inbound = member(xml("u1", MsgType="event", Event="template_card_event", TaskId="quiz-7@0123456789ab"))
    assert inbound.card_task == "quiz-7"


@pytest.mark.parametrize("hours", [-1.1, 1.1])
def test_a_callback_of_another_hour_is_forged(hours: float) -> None:
    codec = WecomCodec("campus", CORP, TOKEN, KEY, 1)
    query, body = signed(
        xml("u1", MsgType="text", Content="A", MsgId="1"), CORP, NOW + timedelta(hours=hours)
    )
    with pytest.raises(Forged):
        codec.read(query, body, NOW)


def test_a_repeated_nonce_is_nothing_special() -> None:
    codec = WecomCodec("campus", CORP, TOKEN, KEY, 1)
    query, body = signed(xml("u1", MsgType="text", Content="A", MsgId="1"), CORP)
    assert codec.read(query, body, NOW) == codec.read(query, body, NOW)


def test_another_receiver_or_a_changed_signature_is_forged() -> None:
    codec = WecomCodec("campus", CORP, TOKEN, KEY, 1)
    message = xml("u1", MsgType="text", Content="A", MsgId="1")
    with pytest.raises(Forged):
        codec.read(*signed(message, "ww_other"), NOW)
    query, body = signed(message, CORP)
    for signature in ("", "0" * 40, "签名", query.msg_signature.upper()):
        with pytest.raises(Forged):
            codec.read(replace(query, msg_signature=signature), body, NOW)


@pytest.mark.parametrize(
    "message",
    [
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml><MsgType>text</MsgType></xml>',
        "<xml><MsgType>text</MsgType>",
        "<xml></xml>",
        "<html></html>",
        "<xml>" + "<a>" * 20 + "</a>" * 20 + "</xml>",
        "plain words",
        "",
    ],
)
def test_authentic_but_unreadable_is_malformed(message: str) -> None:
    for read in (member, follower):
        with pytest.raises(Malformed):
            read(message)


def test_a_doctype_that_somebody_typed_is_only_text() -> None:
    inbound = member(xml("u1", MsgType="text", Content="<![CDATA[<!DOCTYPE html>\x1d\x02]]>", MsgId="1"))
    assert inbound.text == "<!DOCTYPE html>"


def test_with_a_key_a_plain_request_is_forged() -> None:
    body = xml("oUser", MsgType="text", Content="A", MsgId="1").encode()
    query = CallbackQuery(signature=sign(TOKEN, STAMP, "n"), timestamp=STAMP, nonce="n")
    with pytest.raises(Forged):
        WechatCodec("public", APP, TOKEN, KEY).read(query, body, NOW)
    codec = WechatCodec("public", APP, TOKEN, None)
    inbound = codec.read(query, body, NOW)
    assert inbound.text == "A"
    reply = codec.write(inbound, Reply("答对了"), query, NOW, RANDOM).decode()
    assert "<Content><![CDATA[答对了]]></Content>" in reply
    assert "Encrypt" not in reply


def test_compatible_mode_is_read_by_its_encrypted_half() -> None:
    query, body = signed(xml("oUser", MsgType="text", Content="real", MsgId="1"), APP)
    both = body.replace(
        b"<xml>", b"<xml><Content><![CDATA[false]]></Content><FromUserName>oOther</FromUserName>"
    )
    inbound = WechatCodec("public", APP, TOKEN, KEY).read(query, both, NOW)
    assert (inbound.text, inbound.sender_id) == ("real", "oUser")


def test_an_account_that_speaks_json_is_answered_in_json() -> None:
    codec = WechatCodec("public", APP, TOKEN, KEY)
    message = json.dumps(
        {
            "ToUserName": "gh",
            "FromUserName": "oU",
            "CreateTime": int(STAMP),
            "MsgType": "text",
            "Content": "A",
            "MsgId": 7,
        }
    )
    query, body = signed(message, APP)
    inbound = codec.read(query, body, NOW)
    assert (inbound.text, inbound.key) == ("A", f"{APP}|oU|{STAMP}|7")
    outer = json.loads(codec.write(inbound, Reply("好"), query, NOW, RANDOM))
    inner = json.loads(Envelope(TOKEN, KEY, APP).decrypt(outer["Encrypt"]))
    assert (inner["ToUserName"], inner["Content"]) == ("oU", "好")
    assert outer["MsgSignature"] == sign(TOKEN, str(outer["TimeStamp"]), outer["Nonce"], outer["Encrypt"])


@pytest.mark.parametrize("spelled", ["\\u0000", "\\u001d", "\\ud800", "\\uffff"])
def test_json_may_spell_what_no_database_holds(spelled: str) -> None:
    """Nobody can type it, and no row, reply or log line could keep it."""
    message = (
        f'{{"ToUserName":"gh","FromUserName":"oU","CreateTime":{STAMP},"MsgType":"text",'
        f'"Content":"查 {spelled}转账","MsgId":7}}'
    )
    query, body = signed(message, APP)
    assert WechatCodec("public", APP, TOKEN, KEY).read(query, body, NOW).text == "查 转账"


def test_silence_and_card_taps_get_an_empty_answer() -> None:
    codec = WecomCodec("campus", CORP, TOKEN, KEY, 1)
    text = member(xml("u1", MsgType="text", Content="A", MsgId="1"))
    tap = member(xml("u1", MsgType="event", Event="template_card_event", EventKey="A", TaskId="t"))
    query = CallbackQuery(timestamp=STAMP, nonce="n")
    assert codec.write(text, Reply(), query, NOW, RANDOM) == b""
    assert codec.write(tap, Reply("lost"), query, NOW, RANDOM) == b""
    assert codec.can_answer(text)
    assert not codec.can_answer(tap)
    assert codec.write(text, Reply("好", (Choice("A", "甲"),)), query, NOW, RANDOM)
