"""The simulator's own crypto meets the published vectors, so that the bot is not tested against itself."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.crypto import BrokenEnvelope, Envelope, signature
from bot.simulator.xml import cdata, parse, text

WECOM = Envelope("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
STAMP, NONCE, FIXED = "1409659813", "1372623149", b"0123456789abcdef"
V1 = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
W1 = (
    "sKqRbbiSUnDhFHOvPjtUMS1Nd7fI/rcjsVC1btvu0fmrCwNN39ALC5WIhyzhiSe/DJmXnNV7eRA2j6lJACJANf5Uwcqjd6aUyfMJBUYu"
    "lBZJHjfzchd14r1SiKn7O/aK"
)
W2 = "sKqRbbiSUnDhFHOvPjtUMX/Z3Dy6zr5/TiUTl0mNx+dMXLpzb8ZPwFMOCX8Z4oGJgd4ozeSKkP+xfcXb0nWDnA=="
W3 = "sKqRbbiSUnDhFHOvPjtUMZy7bEw7RCIpqgWIzK+dhc2dn+9+oB3DOcXgxR1NJvZNofSyr+QGdWGZa7RKbrC98Q=="
V2 = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="


def test_wecom_published_message() -> None:
    assert WECOM.sign(STAMP, NONCE, V1) == "477715d11cdb4164915debcba66cb864d751f3e6"
    message = WECOM.open(V1)
    assert len(message) == 284
    assert text(parse(message), "Content") == "hello"


def test_wecom_url_check() -> None:
    assert WECOM.sign("1409659589", "263014780", V2) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert WECOM.open(V2) == b"1616140317555161061"


def test_wecom_derived() -> None:
    assert WECOM.seal(b"a" * 26, FIXED) == W1
    assert WECOM.sign(STAMP, NONCE, W1) == "5e45228bb73ccf6599b992b817a891ac945215a0"
    assert WECOM.sign(STAMP, NONCE, W2) == "f2ae2ac0ad9a555e7573dab014fa2f07ea792ea1"
    with pytest.raises(BrokenEnvelope, match="receiver"):
        WECOM.open(W2)
    assert WECOM.seal(b"1234567890123456789", FIXED) == W3
    assert WECOM.sign(STAMP, NONCE, W3) == "f2d39dc17a9e2b86b6c59cfaec12512b892ed00a"


def test_official_account_vectors() -> None:
    assert signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    zero = Envelope("AAAAA", "A" * 43, "wxba5fad812f8e6fb9")
    sealed = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    assert zero.seal(b'{"demo_resp":"good luck"}', b"707722b803182950") == sealed
    assert zero.sign("1713424427", "415670741", sealed) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    other = Envelope("t", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6")
    assert other.seal("我是中文abcd123".encode(), b"aaaabbbbccccdddd") == (
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    )


@given(st.binary(max_size=300))
def test_what_is_sealed_can_be_opened(message: bytes) -> None:
    assert WECOM.open(WECOM.seal(message)) == message


@given(st.one_of(st.text(max_size=80), st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode())))
def test_garbage_is_broken_and_nothing_worse(sealed: str) -> None:
    with pytest.raises(BrokenEnvelope):
        WECOM.open(sealed)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xD7FF), max_size=60))
def test_cdata_survives_its_own_closing_mark(words: str) -> None:
    words += "]]>x"
    assert text(parse(f"<xml><A>{cdata(words)}</A></xml>".encode()), "A") == words
