"""Signed texts and the small judgements of the pages, for every input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from bot.web import rules
from bot.web.article_text import article, term_words
from bot.web.limits import Limiter

NOW = datetime(2026, 9, 17, 10, tzinfo=UTC)
KEY = b"a key for the tests only, not secret"


@given(st.text(max_size=60) | st.from_regex(r"/[/\\a-z:.@?#%\t ]{0,20}", fullmatch=True))
def test_a_way_on_stays_on_our_site(path: str) -> None:
    found = urlsplit(urljoin("https://ours.example/oauth/campus", rules.safe_next(path)))
    assert (found.scheme, found.netloc) == ("https", "ours.example")
    assert not found.path.startswith("/oauth")


@given(st.integers(0, 2**62), st.text(max_size=40), st.integers(1, 10**6))
def test_a_session_comes_back_until_it_is_over(person: int, address: str, seconds: int) -> None:
    until = NOW + timedelta(seconds=seconds)
    text = rules.session_text(KEY, rules.Session(person, address, until))
    assert rules.session_of(KEY, text, NOW) == rules.Session(person, address, until)
    assert rules.session_of(KEY, text, until) is None
    assert rules.session_of(b"another key", text, NOW) is None


@given(st.text(max_size=80), st.integers(0, 200))
def test_what_was_changed_is_nothing(noise: str, at: int) -> None:
    text = rules.session_text(KEY, rules.Session(7, "a|member|b", NOW + timedelta(days=1)))
    changed = text[:at] + noise + text[at + 1 :]
    assert changed == text or rules.session_of(KEY, changed, NOW) is None
    for read in (rules.session_of, rules.login_of, rules.console_ticket, rules.sign_ticket):
        assert read(KEY, noise, NOW) is None


def test_one_kind_of_link_is_no_other() -> None:
    token = rules.sign_url(KEY, "", 7, 8, NOW).removeprefix("/sign/")
    assert rules.sign_ticket(KEY, token, NOW) == (7, 8)
    assert rules.console_ticket(KEY, token, NOW) is None
    assert rules.session_of(KEY, token, NOW) is None


@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=8, max_size=60))
def test_a_drawing_is_lines(points: list[tuple[int, int]]) -> None:
    path = " ".join(f"{'L' if i else 'M'}{x} {y}" for i, (x, y) in enumerate(points))
    assert rules.is_drawing(path)
    assert not rules.is_drawing(path + " Z")
    assert not rules.is_drawing(path.replace("L", "l"))


def test_the_address_of_a_visitor() -> None:
    assert rules.client_ip("127.0.0.1", "10.0.0.1, 203.0.113.9") == "203.0.113.9"
    assert rules.client_ip("203.0.113.8", "10.0.0.1") == "203.0.113.8"
    assert rules.client_ip("127.0.0.1", "nonsense") == "127.0.0.1"
    assert rules.client_ip("", "") == ""


@given(st.text(max_size=200))
def test_an_article_has_harmless_tags_only(body: str) -> None:
    html = article(body + "\n\n<script>x</script> [a](javascript:x) ![b](http://x/y.png)", {})
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_gaps_are_filled_and_unknown_ones_vanish() -> None:
    assert article("{{ date }} {{ area }}近期", {"date": "9月17日"}) == "<p>9月17日近期</p>\n"
    assert term_words("2026秋") == "2026年秋季学期"
    assert term_words("第一学期") == "第一学期"


def test_a_limiter_forgets_old_tries_and_does_not_count_refused_ones() -> None:
    limiter = Limiter(2)
    assert [limiter.admit("a", NOW) for _ in range(3)] == [True, True, False]
    assert limiter.admit("b", NOW)
    assert limiter.admit("a", NOW + timedelta(minutes=1))
