"""What a content becomes on each platform, and what is refused before the call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import PlatformError, Verdict
from bot.messages import CardUpdate, Choice, File, Image, Notice, Text
from bot.platforms import menu
from bot.platforms.authorize import authorize_url
from bot.platforms.errors import Platform
from bot.platforms.wechat import payloads as wechat
from bot.platforms.wechat.templates import Template
from bot.simulator.wechat_api.fields import check

from .cast import NOTICE
from .contents import NOW, NUMBERS, member, question


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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("示例职业技术学院", "示例职业技术学院"),
        ("示例职业技术学院附属中学", "示例职业技术学院附属"),
        ("Sample International School", "Sample International"),
    ],
)
def test_a_name_is_cut_to_what_its_field_takes(name: str, shown: str) -> None:
    """Ten 汉字 or twenty letters (5.4): an ellipsis would be refused (47003)."""
    data = Template.of("TPL", {"name1": "school"}, {"school": name}).data(NOTICE, NOW)
    assert data == {"name1": {"value": shown}}
    assert check(["name1"], data) == {"name1": shown}


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
        ("name1", "示例市第3中学"),
        ("name1", "Sample 学校"),
        ("name1", "示例" * 10 + "3"),
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
