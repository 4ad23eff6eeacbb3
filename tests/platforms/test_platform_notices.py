"""A notice with its figures: a card, an article or lines, and what a group is shown."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.content import from_json, to_json
from bot.messages import Markdown, Notice
from bot.platforms.twin import cut_chars, spelled
from bot.platforms.wechat import payloads as wechat
from bot.platforms.wechat.templates import Template
from bot.platforms.wecom import payloads as wecom
from bot.platforms.wecom import webhook
from bot.simulator.card import Card
from bot.simulator.wecom_api import cardrules

from .cast import NOTICE
from .contents import NOW, NUMBERS, member


def test_a_notice_is_cut_to_its_card() -> None:
    long = Notice("题" * 200, "文" * 600, NOTICE.url, "打开链接看一看")
    card = member(long)["textcard"]
    assert (len(card["title"]), len(card["description"]), card["btntxt"]) == (128, 512, "打开链…")
    article = member(Notice("题" * 200, "文" * 600, NOTICE.url, picture="https://x.example/p.png"))["news"][
        "articles"
    ][0]
    assert len(article["title"].encode()) <= 128
    assert len(article["description"].encode()) <= 512
    assert member(Notice("题", "", NOTICE.url))["textcard"]["description"] == "题"


def test_figures_are_a_card_and_elsewhere_lines_before_the_body() -> None:
    card = Card.of(member(NUMBERS)["template_card"])
    assert (card.type, card.task_id, card.emphasis) == ("text_notice", "", "15人 还没完成")
    assert card.rows == [["12人", "软件2301"], ["3人", "网络2402"]]
    assert card.url == card.links[0].url == NOTICE.url
    lines = "还没完成：15人\n12人：软件2301\n3人：网络2402\n请当面问。"
    assert member(NUMBERS, cards=False)["textcard"]["description"] == lines
    assert wechat.custom("oU", NUMBERS, {})["news"]["articles"][0]["description"] == lines
    assert wecom.news(NUMBERS)["news"]["articles"][0]["description"] == lines
    data = Template.of("TPL", {"thing1": "title", "const2": "body"}).data(NUMBERS, NOW)
    assert data["const2"]["value"].startswith("还没完成：15人")


@pytest.mark.parametrize(
    "more",
    [
        {"title": "题" * 37},
        {"body": "文" * 161},
        {"button": "钮" * 19},
        {"picture": "https://x.example/p.png"},
        {"figures": (("1人", "班"),) * 7},
        {"figures": (("软件2301班", "3人"),)},
        {"figures": (("", "3人"),)},
        {"figures": (("3人", "班" * 31),)},
        {"emphasis": ("9" * 15, "人")},
        {"emphasis": ("", "人")},
        {"emphasis": ("9", "人" * 23)},
    ],
)
def test_figures_that_do_not_fit_their_card_are_lines(more: dict[str, Any]) -> None:
    payload = member(replace(NUMBERS, **more))
    assert payload["msgtype"] == ("news" if "picture" in more else "textcard")


def test_a_card_in_a_group_has_less_room() -> None:
    group = partial(webhook.group_payload, media={})
    assert group(NUMBERS)["msgtype"] == "template_card"
    for more in ({"title": "题" * 27}, {"body": "文" * 113}, {"button": "钮" * 14}):
        assert member(replace(NUMBERS, **more))["msgtype"] == "template_card"
        article = group(replace(NUMBERS, **more))["news"]["articles"][0]
        assert "12人：软件2301" in article["description"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("**今日** 99%", "markdown"),
        ("|班级|完成|\n|---|---|\n|软件2301|3人|", "markdown_v2"),
        ("班级 | 完成\n:--- | ---:\n软件2301 | 3人", "markdown_v2"),
        ("上面\n---\n下面 | 旁边", "markdown"),
        ('|班级|完成|\n|---|---|\n|<font color="info">软件</font>|3人|', "markdown"),
        ("<@su>\n|班级|完成|\n|---|---|", "markdown"),
    ],
)
def test_a_table_in_a_group_takes_the_kind_that_shows_tables(text: str, kind: str) -> None:
    payload = webhook.group_payload(Markdown(text), {})
    assert payload == {"msgtype": kind, kind: {"content": text}}
    long = webhook.group_payload(Markdown(text + "\n" + "长" * 1400), {})[kind]["content"]
    assert 4090 < len(long.encode()) <= 4096


_SHORT = st.text(max_size=40)


@given(
    st.tuples(_SHORT, st.text(max_size=200)),
    st.lists(st.tuples(st.text(max_size=7), st.text(max_size=33)), max_size=8),
    st.none() | st.tuples(st.text(max_size=16), st.text(max_size=24)),
    st.sampled_from([member, partial(webhook.group_payload, media={})]),
)
def test_a_notice_shows_all_its_figures_in_exactly_one_form(
    words: tuple[str, str], figures: list[tuple[str, str]], emphasis: tuple[str, str] | None, pack: Any
) -> None:
    content = Notice(words[0], words[1], NOTICE.url, figures=tuple(figures), emphasis=emphasis)
    assert from_json(json.loads(json.dumps(to_json(content)))) == content
    payload = pack(content)
    assert len([name for name in ("template_card", "textcard", "news") if name in payload]) == 1
    if "template_card" in payload:
        assert figures or emphasis
        card = payload["template_card"]
        cardrules.check(card)
        shown = Card.of(card)
        assert (shown.title, shown.subtitle) == words
        assert shown.rows == [list(one) for one in figures]
        big = card.get("emphasis_content")
        assert (big and (big["title"], big["desc"])) == emphasis
    elif "textcard" in payload:
        whole = spelled(content) or content.title
        assert payload["textcard"]["description"] == cut_chars(whole, 512)


def test_a_notice_without_figures_is_kept_as_before() -> None:
    assert set(to_json(NOTICE)) == {"kind", "title", "body", "url", "button", "picture"}
