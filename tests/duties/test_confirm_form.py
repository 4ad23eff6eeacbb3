"""When several confirmations of a day are one form, and when they stay a text."""

from __future__ import annotations

import pytest

from bot.duties.confirming import as_form
from bot.messages import Choice, Content, Notice, Question, Text

INSTEAD = Text("今天2件事")


def asked(word: str, title: str = "公众号 自愿确认") -> Question:
    return Question(f"c-{title}", title, "", (Choice(word, word), Choice("暂不", "暂不")))


def test_the_form_has_one_line_each_in_the_order_of_the_plan() -> None:
    items = [asked("已开启", "境外来电提醒 自愿确认"), asked("已安装", "国家反诈中心App 自愿确认")]
    form = as_form(items, INSTEAD)
    assert form is not None
    assert [field.label for field in form.fields] == ["国家反诈中心App", "境外来电提醒"]
    assert [[one.word for one in field.choices] for field in form.fields] == [
        ["还没", "已安装"],
        ["还没", "已开启"],
    ]
    assert form.instead is INSTEAD
    assert as_form(items[::-1], INSTEAD) == form, "the same people get the same card whatever came first"


@pytest.mark.parametrize(
    "items",
    [
        [],
        [asked("已安装")],
        [asked("已安装"), asked("已安装")],
        [asked("已安装"), asked("已全部做好")],
        [asked("已安装"), Notice("给家长的信", "", "https://x.example")],
        [asked("已安装"), Question("t-1", "待办", "", (Choice("已关注", "已关注"),))],
    ],
)
def test_anything_else_among_them_stays_a_text(items: list[Content]) -> None:
    assert as_form(items, INSTEAD) is None
