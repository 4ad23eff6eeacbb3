"""What a content becomes on each platform, and where its limits cut."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.content import from_json, to_json
from bot.errors import PlatformError, Verdict
from bot.messages import CardUpdate, Choice, Field, File, Form, Image, Markdown, Notice, Question, Text
from bot.platforms import menu
from bot.platforms.authorize import authorize_url
from bot.platforms.errors import Platform
from bot.platforms.twin import MAX_TEXT, cut_bytes, cut_chars, spelled, tapped, text_twin
from bot.platforms.wechat import payloads as wechat
from bot.platforms.wechat.templates import Template
from bot.platforms.wecom import payloads as wecom
from bot.platforms.wecom import webhook
from bot.platforms.wecom.cards import task_id
from bot.platforms.wecom.inbound import card_key
from bot.simulator.card import Card
from bot.simulator.wecom_api import cardrules

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
NOTICE = Notice("反诈每周一测", "三分钟做完，满分签名。", "https://fanzha.example.edu.cn/a/1")
AB = (Choice("A", "立即转账"), Choice("B", "挂断并拨打110"))


def question(stem: str = "怎么办？", choices: tuple[Choice, ...] = AB, **more: Any) -> Question:
    return Question("quiz-7", "反诈小测", stem, choices, **more)


def member(content: Any, *, cards: bool = True, media: dict[str, str] | None = None) -> dict[str, Any]:
    return wecom.member_payload(content, key="s1", media=media or {}, use_cards=cards)


@given(st.text(max_size=900), st.integers(3, 2048))
def test_cutting_by_bytes_keeps_whole_characters(text: str, limit: int) -> None:
    cut = cut_bytes(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
    assert len(cut_chars(text, limit)) <= limit


@given(
    st.text(max_size=3000),
    st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=30)), max_size=6),
)
def test_a_twin_never_loses_a_choice(text: str, pairs: list[tuple[str, str]]) -> None:
    choices = tuple(Choice(word, label) for word, label in pairs)
    for lines in (tapped, None):
        twin = text_twin(Text(text, choices), lines) if lines else text_twin(Text(text, choices))
        assert len(twin.encode()) <= MAX_TEXT
        assert twin.count("<a href=") >= (len(choices) if lines else 0)


def test_choices_in_a_text_are_named_for_members_and_tapped_by_followers() -> None:
    content = Text(
        "请确认",
        (
            Choice("已阅", "已阅"),
            Choice("暂不", "暂不"),
            Choice("A", "甲"),
            Choice("页", "打开", "https://x.example/?a=1&b"),
        ),
    )
    assert (
        text_twin(content)
        == '请确认\n【A】甲\n<a href="https://x.example/?a=1&b">打开</a>\n回复：已阅 / 暂不'
    )
    first = text_twin(content, tapped).split("\n")[1]
    assert first == '<a href="weixin://bizmsgmenu?msgmenucontent=已阅&msgmenuid=已阅">已阅</a>'
    odd = text_twin(Text("", (Choice('a&b#"%', "<x>"),)), tapped)
    assert (
        odd
        == '<a href="weixin://bizmsgmenu?msgmenucontent=a%26b%23%22%25&msgmenuid=a%26b%23%22%25">＜x＞</a>'
    )


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
    assert member(Markdown("**粗**"), cards=False) == {"msgtype": "text", "text": {"content": "**粗**"}}
    assert member(NOTICE, cards=False)["msgtype"] == "textcard"


def test_a_task_id_is_new_for_each_shipment_and_the_same_for_a_repeat() -> None:
    assert task_id("q", "s1") == task_id("q", "s1") != task_id("q", "s2")
    for bad in ("", "题", "a b", "x" * 116):
        with pytest.raises(PlatformError) as caught:
            task_id(bad, "s1")
        assert caught.value.verdict is Verdict.BUG


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


NUMBERS = Notice(
    "学生学期测试已到期",
    "请当面问。",
    NOTICE.url,
    figures=(("12人", "软件2301"), ("3人", "网络2402")),
    emphasis=("15人", "还没完成"),
)


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


@pytest.mark.parametrize(
    "content",
    [
        Notice("题", "文", "ftp://x.example"),
        replace(NUMBERS, url="ftp://x.example"),
        Notice("题", "文", "https://x.example/" + "a" * 2048),
        Text("  "),
        Image("unknown"),
        File("unknown", "a.pdf"),
        CardUpdate("RC", "已答"),
    ],
)
def test_what_cannot_be_cut_is_refused_before_the_call(content: Any) -> None:
    with pytest.raises(PlatformError) as caught:
        member(content)
    assert caught.value.verdict is Verdict.BUG


def test_media_are_named_by_their_upload() -> None:
    assert member(Image("hash"), media={"hash": "M1"}) == {"msgtype": "image", "image": {"media_id": "M1"}}
    assert member(File("hash", "表.xlsx"), media={"hash": "M2"}) == {
        "msgtype": "file",
        "file": {"media_id": "M2"},
    }


def test_a_customer_message_offers_what_can_be_tapped() -> None:
    confirm = Text("读完了吗？", (Choice("已阅", "已阅"), Choice("暂不", "暂不")))
    body = wechat.custom("oU", confirm, {})
    assert body["msgmenu"]["list"] == [{"id": "已阅", "content": "已阅"}, {"id": "暂不", "content": "暂不"}]
    assert wechat.custom("oU", confirm, {}, menus=False)["msgtype"] == "text"
    assert "weixin://bizmsgmenu" in wechat.custom("oU", question(), {})["text"]["content"]
    assert len(wechat.custom("oU", NOTICE, {})["news"]["articles"]) == 1


def test_a_template_is_filled_by_its_mapping() -> None:
    chosen = Template.of(
        "TPL",
        {"thing1": "title", "time2": "time", "thing3": "school", "phrase4": "=待完成"},
        {"school": "示例职业技术学院"},
    )
    body = wechat.template("oU", Notice("很长的标题" * 10, "文", NOTICE.url), chosen, "s1", NOW)
    assert body["data"]["thing1"]["value"] == ("很长的标题" * 10)[:19] + "…"
    assert body["data"]["time2"]["value"] == "2026-11-21 19:00"
    assert body["data"]["thing3"]["value"] == "示例职业技术学院"
    assert body["data"]["phrase4"]["value"] == "待完成"
    assert len(body["client_msg_id"]) == 32
    assert Template.of("TPL").data(NOTICE, NOW)["thing1"] == {"value": "反诈每周一测"}


@pytest.mark.parametrize("fields", [{"thing1.DATA": "title"}, {"thing1": "headline"}, {}])
def test_a_wrong_mapping_is_a_sentence_at_start(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="模板"):
        Template.of("TPL", fields)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("number1", "十"),
        ("phrase1", "超过五个汉字"),
        ("character_string1", "编号"),
        ("letter1", "a1"),
        ("thing1", " "),
    ],
)
def test_a_value_its_field_cannot_take_is_refused(field: str, text: str) -> None:
    with pytest.raises(PlatformError) as caught:
        Template.of("TPL", {field: "=" + text}).data(NOTICE, NOW)
    assert caught.value.code == 47003


def test_a_mass_send_has_a_stable_short_id_and_its_limits() -> None:
    body = wechat.mass_to(["o1", "o2"], Text("周五提醒"), {}, "campaign/1")
    assert body["clientmsgid"] == wechat.client_id("campaign/1")
    assert len(body["clientmsgid"].encode()) <= 32
    assert "href" in wechat.mass_all(None, NOTICE, {}, "k")["text"]["content"]
    assert wechat.mass_all(7, NOTICE, {}, "k")["filter"] == {"is_to_all": False, "tag_id": 7}
    for many in (["o1"], ["o"] * 10_001):
        with pytest.raises(PlatformError):
            wechat.mass_to(many, Text("x"), {}, "k")


def test_a_menu_keeps_its_limits() -> None:
    button = menu.Button("本周任务", word="答题")
    more = menu.Button("更多", below=(menu.Button("学习中心", url="https://x.example"), button))
    body = menu.payload(Platform.WECOM, (button, more))
    assert body["button"][0] == {"type": "click", "name": "本周任务", "key": "答题"}
    assert body["button"][1]["sub_button"][0] == {
        "type": "view",
        "name": "学习中心",
        "url": "https://x.example",
    }
    for bad in (
        (),
        (button,) * 4,
        (menu.Button("名字太长的菜单", word="x"),),
        (menu.Button("空"),),
        (menu.Button("x", below=(more,)),),
    ):
        with pytest.raises(PlatformError):
            menu.payload(Platform.WECOM, bad)


def test_the_login_page_is_asked_in_the_documented_order() -> None:
    url = authorize_url("https://open.weixin.qq.com", "ww1", "https://x.example/o?a=1", "abc", agent_id=7)
    assert url == (
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=https%3A%2F%2Fx.example%2Fo%3Fa%3D1"
        "&response_type=code&scope=snsapi_base&state=abc&agentid=7#wechat_redirect"
    )
    assert authorize_url("http://127.0.0.1:1/open/", "ww1", "u", "s").startswith(
        "http://127.0.0.1:1/open/connect/"
    )
    with pytest.raises(ValueError, match="state"):
        authorize_url("https://open.weixin.qq.com", "ww1", "u", "a-b")
