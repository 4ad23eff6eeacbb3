"""The vectors that the platforms publish, and ours beside them (WeCom 3.6; official account 1.5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.errors import Forged
from bot.messages import Address, Kind
from bot.platforms.envelope import Envelope, sign
from bot.platforms.port import CallbackQuery
from bot.platforms.wechat.codec import WechatCodec
from bot.platforms.wecom.codec import WecomCodec
from bot.platforms.xml import reply_envelope

CORP = "wx5823bf96d3bd56c7"
TOKEN = "QDG6eK"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
STAMP, NONCE = "1409659813", "1372623149"
WHEN = datetime.fromtimestamp(1409659813, UTC)

V1 = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvu"
    "JTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwG"
    "c2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9"
    "EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0"
    "lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
V2 = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
V3 = (
    "pvXgeha3nZ7UQ2DG3WD3IVsNJR38QVl1+h+wmLQHIAwEG3Jey2aTZtvAWzhEZ9JEKGwIUMBWX3JlUhfo7O7WbvI10vHIsdSNr1nr3LuOwAfn"
    "wLJAMQNDxi5tHUl08Op59jxOL73r8+g60KOxMTaFwXzlr9Yxgq5ey5nzNb/2vDjjvDZNXkJVmL/XWnv6PXrVbTpNxphqWRv2BpPYqvwRMkHg"
    "dFliatljMVlkkRHS40FOHmtBhj/4RXtIexfDx8opBXwi0L9RTlYNQzGx+FA+74xVHG7Le/pmNDwc2Ri5mbw="
)
W1 = (
    "sKqRbbiSUnDhFHOvPjtUMS1Nd7fI/rcjsVC1btvu0fmrCwNN39ALC5WIhyzhiSe/DJmXnNV7eRA2j6lJACJANf5Uwcqjd6aUyfMJBUYulBZJ"
    "Hjfzchd14r1SiKn7O/aK"
)
W2 = "sKqRbbiSUnDhFHOvPjtUMX/Z3Dy6zr5/TiUTl0mNx+dMXLpzb8ZPwFMOCX8Z4oGJgd4ozeSKkP+xfcXb0nWDnA=="
W3 = "sKqRbbiSUnDhFHOvPjtUMZy7bEw7RCIpqgWIzK+dhc2dn+9+oB3DOcXgxR1NJvZNofSyr+QGdWGZa7RKbrC98Q=="

APP, APP_TOKEN, APP_KEY = "wxba5fad812f8e6fb9", "AAAAA", "A" * 43
O3 = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
O4 = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
O5 = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
O6 = (
    "uMMzGtqcnpOzXOYBwDQNreaNRoi7gSUr9zLWS5gYf7BbIid/w5I++pKHh0fDzVMBxWFoYsc0UwI93GSN/y4ZaztTOKyzEk00wHElCMlO2XVM"
    "0ELlZzpKrvmbkf7/I2OHXMRgpsKwd3HlbDUYyUtsM/QnadMGZMtoVqDgeGyU1lC+KCoTnmTPWuURs02PDyjkm9PKQtTjqHZUo8jz204Zvmj3"
    "VIBOdVqJKxmj5x87DydpjkDDot5h0H5w4PNSHIpA7WcTZjK5PeijJDur4SASpooDpkbbCuHVXJ0fq7OghaYfcgTRO7F27rmlhi+AfqhSHdjV"
    "qUY09j5tQXFY3brRjHzLaRQL+YQFbZowlRK9K0V5F2tsakksAqYgx4I4+r9p"
)
XML6 = (
    "<xml><ToUserName><![CDATA[gh_test]]></ToUserName><FromUserName><![CDATA[oOpenId]]></FromUserName>"
    "<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[A]]></Content>"
    "<MsgId>1234567890123456</MsgId></xml>"
)


def wecom(*, fast: bool = True) -> WecomCodec:
    return WecomCodec("campus", CORP, TOKEN, KEY, 218, fast=fast)


def wechat(key: str | None = APP_KEY, *, fast: bool = True) -> WechatCodec:
    return WechatCodec("public", APP, APP_TOKEN, key, fast=fast)


@pytest.mark.parametrize(
    ("encrypted", "signature"),
    [
        (V1, "477715d11cdb4164915debcba66cb864d751f3e6"),
        (V3, "1f3153b7abd0ba99b4ab2e57fac2376110d03a3c"),
        (W1, "5e45228bb73ccf6599b992b817a891ac945215a0"),
        (W2, "f2ae2ac0ad9a555e7573dab014fa2f07ea792ea1"),
        (W3, "f2d39dc17a9e2b86b6c59cfaec12512b892ed00a"),
    ],
)
def test_wecom_signatures(encrypted: str, signature: str) -> None:
    assert sign(TOKEN, STAMP, NONCE, encrypted) == signature


@pytest.mark.parametrize("fast", [True, False])
def test_v1_is_a_hello(fast: bool) -> None:
    head = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><AgentID>218</AgentID>"
    body = f"{head}<Encrypt><![CDATA[{V1}]]></Encrypt></xml>"
    query = CallbackQuery(msg_signature=sign(TOKEN, STAMP, NONCE, V1), timestamp=STAMP, nonce=NONCE)
    inbound = wecom(fast=fast).read(query, body.encode(), WHEN)
    assert (inbound.kind, inbound.text) == (Kind.TEXT, "hello")
    assert inbound.sender == Address.member(CORP, "mycreate")
    assert inbound.key == "campus|mycreate|4561255354251345929"
    assert inbound.sent_at == WHEN
    assert inbound.to == CORP


def test_v2_is_the_url_check() -> None:
    query = CallbackQuery(
        msg_signature="5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        timestamp="1409659589",
        nonce="263014780",
        echostr=V2,
    )
    assert wecom().verify(query, WHEN) == "1616140317555161061"


def test_v3_w1_w2_w3_decrypt_and_w2_is_meant_for_another() -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    assert len(envelope.decrypt(V3)) == 176
    assert envelope.decrypt(W1) == b"a" * 26
    assert envelope.decrypt(W3) == b"1234567890123456789"
    with pytest.raises(Forged):
        envelope.decrypt(W2)


@pytest.mark.parametrize("messages_before", [0, 1, 5])
def test_sealing_gives_the_published_texts_whatever_was_sealed_before(messages_before: int) -> None:
    envelope = Envelope(TOKEN, KEY, CORP)
    for _ in range(messages_before):
        envelope.encrypt(b"another", b"fedcba9876543210")
    assert envelope.encrypt(b"a" * 26, b"0123456789abcdef") == W1
    assert envelope.encrypt(b"1234567890123456789", b"0123456789abcdef") == W3


@pytest.mark.parametrize(
    ("stamp", "nonce", "encrypted", "signature"),
    [
        ("1714036504", "1514711492", "", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("1714112445", "415670741", "", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        ("1714112445", "415670741", O3, "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        ("1713424427", "415670741", O4, "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
        ("1700000000", "n1", "", "f4a42f6bf0ef2b3250ab005a65cae07bf2777a66"),
        ("1700000000", "n1", O6, "e4f89ff24f6f269eb793a996c9ea75c0770208bf"),
    ],
)
def test_official_account_signatures(stamp: str, nonce: str, encrypted: str, signature: str) -> None:
    values = (stamp, nonce, encrypted) if encrypted else (stamp, nonce)
    assert sign(APP_TOKEN, *values) == signature


def test_v1_answers_the_url_check_verbatim() -> None:
    query = CallbackQuery(
        signature="f464b24fc39322e44b38aa78f5edd27bd1441696",
        timestamp="1714036504",
        nonce="1514711492",
        echostr="4375120948345356249",
    )
    now = datetime.fromtimestamp(1714036504, UTC)
    assert wechat().verify(query, now) == "4375120948345356249"
    assert wechat(None).verify(query, now) == "4375120948345356249"


def test_v3_is_a_json_event() -> None:
    query = CallbackQuery(
        msg_signature="046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        timestamp="1714112445",
        nonce="415670741",
        encrypt_type="aes",
    )
    body = f'{{"ToUserName":"gh_97417a04a28d","Encrypt":"{O3}"}}'.encode()
    inbound = wechat().read(query, body, datetime.fromtimestamp(1714112445, UTC))
    assert (inbound.kind, inbound.event) == (Kind.EVENT, "debug_demo")
    assert inbound.fields["debug_str"] == "hello world"
    assert inbound.sender == Address.follower(APP, "o9AgO5Kd5ggOC-bXrbNODIiE3bGY")


def test_v4_and_v5_are_what_sealing_gives() -> None:
    envelope = Envelope(APP_TOKEN, APP_KEY, APP)
    sealed = envelope.seal(b'{"demo_resp":"good luck"}', "1713424427", "415670741", b"707722b803182950")
    assert (sealed.encrypted, sealed.signature) == (O4, "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1")
    other = Envelope("any", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6")
    assert other.encrypt("我是中文abcd123".encode(), b"aaaabbbbccccdddd") == O5
    assert other.decrypt(O5).decode() == "我是中文abcd123"


@pytest.mark.parametrize("fast", [True, False])
def test_v6_is_an_answer(fast: bool) -> None:
    assert Envelope(APP_TOKEN, APP_KEY, APP).encrypt(XML6.encode(), b"0123456789abcdef") == O6
    query = CallbackQuery(
        msg_signature="e4f89ff24f6f269eb793a996c9ea75c0770208bf",
        timestamp="1700000000",
        nonce="n1",
        encrypt_type="aes",
    )
    body = f"<xml><ToUserName><![CDATA[gh_test]]></ToUserName><Encrypt><![CDATA[{O6}]]></Encrypt></xml>"
    inbound = wechat(fast=fast).read(query, body.encode(), datetime.fromtimestamp(1700000000, UTC))
    assert (inbound.text, inbound.sender_id) == ("A", "oOpenId")
    assert inbound.key == f"{APP}|oOpenId|1700000000|1234567890123456"


def test_the_reply_envelope_has_the_four_documented_elements() -> None:
    assert reply_envelope("E", "S", "1409659813", "1372623149") == (
        b"<xml><Encrypt><![CDATA[E]]></Encrypt><MsgSignature><![CDATA[S]]></MsgSignature>"
        b"<TimeStamp>1409659813</TimeStamp><Nonce><![CDATA[1372623149]]></Nonce></xml>"
    )
