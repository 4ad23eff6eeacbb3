"""A question or a form is one card where it fits, and otherwise a text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.content import from_json, to_json
from bot.errors import PlatformError, Verdict
from bot.messages import Choice, Field, Form, Markdown, Question, Text
from bot.platforms.wechat import payloads as wechat
from bot.platforms.wecom.cards import task_id
from bot.platforms.wecom.inbound import card_key
from bot.simulator.card import Card
from bot.simulator.wecom_api import cardrules

from .cast import NOTICE
from .contents import AB, member, question


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (question(), "button_interaction"),
        (question("题" * 44), "button_interaction"),
        (question("题" * 160), "button_interaction"),
        (question(choices=(Choice("A", "挂断电话并且立即拨打一一零"), AB[1])), "vote_interaction"),
        (question(multiple=True), "vote_interaction"),
        (question(choices=tuple(Choice(str(at), f"第{at}") for at in range(7))), "vote_interaction"),
    ],
)
def test_a_question_takes_the_card_it_fits(content: Question, type_: str) -> None:
    card = member(content)["template_card"]
    assert card["card_type"] == type_
    assert card_key(card["task_id"]) == "quiz-7"
    if type_ == "vote_interaction":
        assert card["checkbox"]["mode"] == int(content.multiple)
        assert [one["id"] for one in card["checkbox"]["option_list"]] == [one.word for one in content.choices]
        assert len(card["main_title"]["title"]) <= 16
    else:
        assert [one["key"] for one in card["button_list"]] == [one.word for one in content.choices]
        assert content.stem in (card["main_title"].get("desc"), card.get("sub_title_text"))


@pytest.mark.parametrize(
    "content",
    [
        question("题" * 161),
        question(choices=(Choice("A", "长" * 18), AB[1])),
        question(choices=tuple(Choice(str(at), f"第{at}") for at in range(21))),
        question(choices=(Choice("A", "同词"), Choice("A", "同词"))),
    ],
)
def test_a_question_too_big_for_a_card_is_a_text(content: Question) -> None:
    payload = member(content)
    assert payload["msgtype"] == "text"
    assert content.stem[:100] in payload["text"]["content"]
    assert "【" in payload["text"]["content"]


def test_without_cards_everything_is_text_or_textcard() -> None:
    assert member(question(), cards=False)["msgtype"] == "text"
    assert member(Markdown("**粗**"), cards=False) == {"msgtype": "text", "text": {"content": "粗"}}
    assert member(NOTICE, cards=False)["msgtype"] == "textcard"


def test_a_task_id_is_new_for_each_shipment_and_the_same_for_a_repeat() -> None:
    assert task_id("q", "s1") == task_id("q", "s1") != task_id("q", "s2")
    for bad in ("", "题", "a b", "x" * 116):
        with pytest.raises(PlatformError) as caught:
            task_id(bad, "s1")
        assert caught.value.verdict is Verdict.BUG


def form(*fields: Field, **more: str) -> Form:
    words = {"key": "cc-1", "title": "几件小事", "stem": "自愿确认。"} | more
    return Form(fields=fields, instead=Text("今天2件事", (Choice("已安装", "已安装"),)), **words)


NOT_YET = Choice("还没", "还没")
APP_FIELD = Field("反诈中心App", (NOT_YET, Choice("已安装", "已安装")))


def test_a_form_is_one_card_on_which_nothing_is_chosen_by_accident() -> None:
    card = member(form(APP_FIELD, Field("公众号", (NOT_YET, Choice("已关注", "已关注")))))["template_card"]
    cardrules.check(card)
    assert card["card_type"] == "multiple_interaction"
    assert card_key(card["task_id"]) == "cc-1"
    assert [one.chosen for one in Card.of(card).selectors] == [["还没"], ["还没"]]
    twin = {"msgtype": "text", "text": {"content": "今天2件事\n回复：已安装"}}
    assert member(form(APP_FIELD), cards=False) == twin
    assert "已安装" in wechat.custom("oU", form(APP_FIELD), {})["msgmenu"]["list"][0]["content"]


_FIELDS = st.lists(
    st.builds(
        Field,
        st.text(max_size=15),
        st.lists(st.builds(Choice, st.text(max_size=45), st.text(max_size=18)), max_size=12).map(tuple),
    ),
    max_size=5,
)


@given(_FIELDS, st.text(max_size=40), st.text(max_size=170), st.text(max_size=12))
def test_a_form_is_whole_on_its_card_or_its_twin(
    fields: list[Field], title: str, stem: str, submit: str
) -> None:
    content = form(*fields, title=title, stem=stem, submit=submit)
    assert from_json(json.loads(json.dumps(to_json(content)))) == content
    payload = member(content)
    if payload["msgtype"] == "text":
        return
    card = payload["template_card"]
    cardrules.check(card)
    assert (card["main_title"]["title"], card["main_title"]["desc"]) == (title, stem)
    assert [one["title"] for one in card["select_list"]] == [field.label for field in fields]
    shown = [[one.id for one in selector.options] for selector in Card.of(card).selectors]
    assert shown == [[one.word for one in field.choices] for field in fields]


@pytest.mark.parametrize(
    "content",
    [
        form(),
        form(*[APP_FIELD] * 4),
        form(Field("", APP_FIELD.choices)),
        form(Field("题" * 14, APP_FIELD.choices)),
        form(Field("题", ())),
        form(Field("题", (NOT_YET, NOT_YET))),
        form(Field("题", (Choice("A", "长" * 17),))),
        form(Field("题", (Choice("词" * 43, "A"),))),
        form(Field("题", (Choice("A", "A", "https://x.example"),))),
        form(Field("题", tuple(Choice(str(at), str(at)) for at in range(11)))),
        form(APP_FIELD, title="题" * 37),
        form(APP_FIELD, title=""),
        form(APP_FIELD, stem="文" * 161),
        form(APP_FIELD, submit=""),
        form(APP_FIELD, submit="交" * 11),
    ],
)
def test_a_form_too_big_for_a_card_is_a_text(content: Form) -> None:
    assert member(content)["text"]["content"].startswith("今天2件事")
