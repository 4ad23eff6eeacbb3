"""The fast path gives what wechatpy gives, and bad input never gets another answer than the two."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import xmltodict  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Forged, Malformed
from bot.messages import Address, Choice, Inbound, Kind, Reply
from bot.platforms.envelope import MAX_BODY, Envelope, sign
from bot.platforms.port import CallbackQuery
from bot.platforms.wechat.codec import WechatCodec
from bot.platforms.wechat.inbound import Reader as FollowerReader
from bot.platforms.wecom.codec import WecomCodec
from bot.platforms.wecom.inbound import Reader as MemberReader
from bot.platforms.xml import decode, fixed_envelope

CORP, APP, TOKEN, KEY = (
    "ww0123456789abcdef",
    "wx0123456789abcdef",
    "QDG6eK",
    "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
RANDOM = b"0123456789abcdef"

WECOM = [WecomCodec("campus", CORP, TOKEN, KEY, 1000002, fast=fast) for fast in (True, False)]
WECHAT = [WechatCodec("public", APP, TOKEN, KEY, fast=fast) for fast in (True, False)]
PLAIN = [WechatCodec("public", APP, TOKEN, None, fast=fast) for fast in (True, False)]

ALL: list[WecomCodec | WechatCodec] = [*WECOM, *WECHAT, *PLAIN]
SEALED: list[tuple[WecomCodec | WechatCodec, str]] = [
    *((codec, CORP) for codec in WECOM),
    *((codec, APP) for codec in WECHAT),
]

anything = st.text(max_size=60) | st.text(alphabet="]>[<&;!CDATA#x0/\r\n\t\x00\x1d aA１", max_size=40)
ids = st.from_regex(r"[A-Za-z0-9_@.-]{1,64}", fullmatch=True)
numbers = st.integers(0, 2**63).map(str)
moments = st.integers(0, 4_000_000_000)
blanks = st.sampled_from(["", "\n", "\r\n ", "\t"])
words = st.text(alphabet="ABCDabcd0123-_@答案", max_size=12)


def sealed(receiver: str, message: bytes) -> tuple[CallbackQuery, bytes]:
    """The callback as the platform would send it."""
    encrypted = Envelope(TOKEN, KEY, receiver).encrypt(message, RANDOM)
    query = CallbackQuery(
        msg_signature=sign(TOKEN, STAMP, "n", encrypted), timestamp=STAMP, nonce="n", encrypt_type="aes"
    )
    return (
        query,
        f"<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode(),
    )


def outcome(codec: WecomCodec | WechatCodec, receiver: str, xml: str) -> Inbound | str:
    query, body = sealed(receiver, xml.encode("utf-8", "surrogatepass"))
    try:
        return codec.read(query, body, NOW)
    except Malformed:
        return "malformed"


@settings(max_examples=300, deadline=None)
@given(
    source=ids,
    at=moments,
    text=anything,
    message=numbers,
    blank=blanks,
    agent=st.sampled_from(["", "1000002"]),
)
def test_a_members_text_reads_alike(
    source: str, at: int, text: str, message: str, blank: str, agent: str
) -> None:
    xml = blank.join(
        [
            f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>",
            f"<FromUserName><![CDATA[{source}]]></FromUserName>",
            f"<CreateTime>{at}</CreateTime>",
            "<MsgType><![CDATA[text]]></MsgType>",
            f"<Content><![CDATA[{text}]]></Content>",
            f"<MsgId>{message}</MsgId>",
            f"<AgentID>{agent}</AgentID>" if agent else "",
            "</xml>",
        ]
    )
    fast, reference = (outcome(codec, CORP, xml) for codec in WECOM)
    assert fast == reference
    if isinstance(fast, Inbound) and "]]>" not in text:
        assert fast.text == decode(text.encode("utf-8", "surrogatepass")).strip()


@settings(max_examples=200, deadline=None)
@given(
    source=ids, at=moments, text=anything, message=numbers, menu=st.sampled_from(["", "A", "<![CDATA[101]]>"])
)
def test_a_followers_text_reads_alike(source: str, at: int, text: str, message: str, menu: str) -> None:
    xml = (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{source}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{message}</MsgId>{f'<bizmsgmenuid>{menu}</bizmsgmenuid>' if menu else ''}</xml>"
    )
    fast, reference = (outcome(codec, APP, xml) for codec in WECHAT)
    assert fast == reference
    query = CallbackQuery(signature=sign(TOKEN, STAMP, "n"), timestamp=STAMP, nonce="n")
    plain: list[Inbound | str] = []
    for codec in PLAIN:
        try:
            plain.append(codec.read(query, xml.encode("utf-8", "surrogatepass"), NOW))
        except Malformed:
            plain.append("malformed")
    assert plain == [fast, fast]


@settings(max_examples=200, deadline=None)
@given(
    source=ids,
    at=moments,
    key=words,
    task=words,
    code=words,
    options=st.none() | st.lists(words, max_size=4),
    blank=blanks,
)
def test_a_tapped_card_reads_alike(
    source: str, at: int, key: str, task: str, code: str, options: list[str] | None, blank: str
) -> None:
    chosen = ""
    if options is not None:
        ids_ = "".join(f"<OptionId><![CDATA[{one}]]></OptionId>{blank}" for one in options)
        chosen = (
            f"<SelectedItems>{blank}<SelectedItem><QuestionKey><![CDATA[q]]></QuestionKey>"
            f"<OptionIds>{ids_}</OptionIds></SelectedItem></SelectedItems>"
        )
    xml = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName>{blank}<FromUserName><![CDATA[{source}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
        f"<TaskId><![CDATA[{task}]]></TaskId><CardType><![CDATA[vote_interaction]]></CardType>"
        f"<ResponseCode><![CDATA[{code}]]></ResponseCode><AgentID>1000002</AgentID>{chosen}</xml>"
    )
    fast, reference = (outcome(codec, CORP, xml) for codec in WECOM)
    assert fast == reference
    assert isinstance(fast, Inbound)
    assert fast.selected == tuple(options or ())
    assert fast.event_key == key


@settings(max_examples=100, deadline=None)
@given(chosen=st.lists(st.lists(words, min_size=1, max_size=3), min_size=1, max_size=3), blank=blanks)
def test_a_submitted_form_gives_what_was_chosen_line_by_line(chosen: list[list[str]], blank: str) -> None:
    items = blank.join(
        f"<SelectedItem><QuestionKey><![CDATA[q{number}]]></QuestionKey>{blank}<OptionIds>"
        + "".join(f"<OptionId><![CDATA[{one}]]></OptionId>" for one in ids_)
        + "</OptionIds></SelectedItem>"
        for number, ids_ in enumerate(chosen)
    )
    xml = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[su]]></FromUserName>"
        f"<CreateTime>1781000000</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[submit]]></EventKey>"
        f"<TaskId><![CDATA[cc-1@0]]></TaskId><CardType><![CDATA[multiple_interaction]]></CardType>"
        f"<ResponseCode><![CDATA[RC]]></ResponseCode><AgentID>1000002</AgentID>"
        f"<SelectedItems>{items}</SelectedItems></xml>"
    )
    fast, reference = (outcome(codec, CORP, xml) for codec in WECOM)
    assert fast == reference
    assert isinstance(fast, Inbound)
    assert fast.selected == tuple(one for ids_ in chosen for one in ids_)
    assert (fast.card_task, fast.fields) == ("cc-1", {})


@settings(max_examples=200, deadline=None)
@given(text=anything, label=anything)
def test_replies_say_alike_and_user_text_stays_text(text: str, label: str) -> None:
    reply = Reply(text, (Choice("A", label),))
    for codecs, receiver in ((WECOM, CORP), (WECHAT, APP)):
        inbound = Inbound("x", "k", Kind.TEXT, Address.member(receiver, "u1"), NOW, to="gh_1", sender_id="u1")
        query = CallbackQuery(timestamp=STAMP, nonce="n")
        seen = []
        for codec in codecs:
            raw = codec.write(inbound, reply, query, NOW, RANDOM)
            outer = xmltodict.parse(raw)["xml"]
            assert outer["MsgSignature"] == sign(TOKEN, outer["TimeStamp"], "n", outer["Encrypt"])
            seen.append(xmltodict.parse(Envelope(TOKEN, KEY, receiver).decrypt(outer["Encrypt"]))["xml"])
        assert seen[0] == seen[1]
        assert set(seen[0]) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
        assert (seen[0]["ToUserName"], seen[0]["FromUserName"]) == ("u1", "gh_1")
        assert len(seen[0]["Content"].encode()) <= 2048


@settings(max_examples=300, deadline=None)
@given(
    body=st.binary(max_size=400)
    | anything.map(lambda text: f"<xml><Encrypt>{text}</Encrypt></xml>".encode("utf-8", "replace")),
    values=st.tuples(*[st.text(max_size=20)] * 6),
)
def test_any_bytes_with_any_query_are_refused_in_one_way(body: bytes, values: tuple[str, ...]) -> None:
    query = CallbackQuery(*values)
    for codec in ALL:
        with pytest.raises((Forged, Malformed)):
            codec.read(query, body, NOW)
        with pytest.raises(Forged):
            codec.verify(query, NOW)


@settings(max_examples=300, deadline=None)
@given(
    message=st.binary(max_size=300)
    | anything.map(lambda text: f"<xml><MsgType>event</MsgType>{text}</xml>".encode("utf-8", "replace"))
    | st.recursive(
        st.none() | st.integers() | anything, lambda inner: st.dictionaries(words, inner | st.lists(inner))
    )
    .map(repr)
    .map(str.encode)
)
def test_authentic_nonsense_is_malformed_and_nothing_else(message: bytes) -> None:
    for codec, receiver in SEALED:
        query, body = sealed(receiver, message)
        with suppress(Malformed):
            codec.read(query, body, NOW)
    plain = CallbackQuery(signature=sign(TOKEN, STAMP, "n"), timestamp=STAMP, nonce="n")
    for codec in PLAIN:
        with suppress(Malformed):
            codec.read(plain, message, NOW)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=500), random=st.binary(min_size=16, max_size=16))
def test_what_is_sealed_opens_again(data: bytes, random: bytes) -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    first, second = envelope.encrypt(data, random), envelope.encrypt(data, random)
    assert first == second
    assert envelope.decrypt(first) == Envelope(TOKEN, KEY, CORP).decrypt(second) == data


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=200), tail=st.binary(max_size=64))
def test_signed_noise_is_never_more_than_malformed(raw: bytes, tail: bytes) -> None:
    """Whoever knows the token but not the key gets no other answer."""
    for noise in (base64.b64encode(raw).decode(), "=" + base64.b64encode(tail).decode(), "*"):
        query = CallbackQuery(msg_signature=sign(TOKEN, STAMP, "n", noise), timestamp=STAMP, nonce="n")
        body = f"<xml><Encrypt><![CDATA[{noise}]]></Encrypt></xml>".encode()
        for codec, _ in SEALED:
            with pytest.raises((Malformed, Forged)):
                codec.read(query, body, NOW)


def test_the_common_shapes_do_take_the_fast_way() -> None:
    text = "<xml><ToUserName><![CDATA[t]]></ToUserName><FromUserName><![CDATA[u]]></FromUserName>"
    text += "<CreateTime>1</CreateTime>"
    text += "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[A]]></Content><MsgId>1</MsgId></xml>"
    card = text[: text.index("<MsgType>")] + "<MsgType><![CDATA[event]]></MsgType>"
    for name, value in (
        ("Event", "template_card_event"),
        ("EventKey", "submit"),
        ("TaskId", "q1"),
        ("CardType", "vote_interaction"),
        ("ResponseCode", "RC"),
    ):
        card += f"<{name}><![CDATA[{value}]]></{name}>"
    members, followers = MemberReader("campus", CORP), FollowerReader("public", APP)
    assert members.common(text) is not None
    assert members.common(card + "<AgentID>1</AgentID></xml>") is not None
    assert followers.common(text) is not None


def test_the_usual_envelope_is_found_whatever_its_order() -> None:
    for body in (
        b"<xml><ToUserName><![CDATA[c]]></ToUserName><AgentID><![CDATA[1]]></AgentID><Encrypt><![CDATA[QQ==]]></Encrypt></xml>",
        b"<xml>\n<Encrypt>QQ==</Encrypt>\r\n<ToUserName>c</ToUserName>\n</xml>\n",
    ):
        assert fixed_envelope(body) == "QQ=="
        assert xmltodict.parse(body)["xml"]["Encrypt"] == "QQ=="
    assert fixed_envelope(b"<xml><Content><![CDATA[<Encrypt>QQ==</Encrypt>]]></Content></xml>") == ""


def test_a_body_too_long_is_not_even_looked_at() -> None:
    for codec in ALL:
        with pytest.raises(Malformed):
            codec.read(CallbackQuery(), b"x" * (MAX_BODY + 1), NOW)
