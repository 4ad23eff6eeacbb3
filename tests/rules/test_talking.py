"""Short sentences of people who know no commands, and what is none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.talking import Meant, meant
from bot.quiz.answers import read_answer
from bot.routing import split_command

_SAID = {
    Meant.HELLO: ("你好", "您好！", "老师好", "在吗？", "Hi", "你是谁", "你好老师"),
    Meant.THANKS: ("谢谢", "謝謝老師", "非常感谢", "辛苦了"),
    Meant.SEEN: ("收到", "收到，谢谢老师", "好的。", "OK", "[OK]", "嗯嗯", "知道了", "👌"),
    Meant.DONE: ("老师我做完了", "都签好了", "我已签收了", "已完成", "看完了呀"),
    Meant.HOW: ("怎么做？", "怎麼簽", "请问怎么签收", "信在哪里", "打不开链接", "还没做完"),
    Meant.WRONG_PERSON: ("我不是她妈妈", "我不是王小雨的家长", "孩子转学了", "你们发错人了"),
    Meant.BOTH: ("爸爸也要签吗", "两个人都要签吗？"),
    Meant.NO_IDEA: ("我不会", "这题我不会", "不知道", "看不懂", "没看懂", "老师我不会弄"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "is_meant"), [(s, m) for m, some in _SAID.items() for s in some])
def test_what_people_say(said: str, is_meant: Meant) -> None:
    assert meant(said) is is_meant


@pytest.mark.parametrize(
    "said",
    ["", "签收", "被骗了", "我被骗了怎么办", "怎么才能不被骗", "怎么办", "我已经点了", "交了", "交了钱",
     "已经转了", "我同学说他没被骗过", "哈哈哈", "没有", "是的", "不对", "让我想想", "签" * 30],
)  # fmt: skip
def test_what_is_no_talk(said: str) -> None:
    assert meant(said) is None


@given(st.text(alphabet="ABCD1234一二三对错選选第个是我觉得、 ", min_size=1, max_size=8))
def test_an_answer_is_never_talk(said: str) -> None:
    assert read_answer(said, "ABCD", judge=True) is None or meant(said) is None


@pytest.mark.parametrize(
    ("typed", "word", "rest"),
    [
        ("幫助", "帮助", ""),
        ("已阅，谢谢老师", "已阅", "谢谢老师"),
        ("我的。", "我的", ""),
        ("／ＳＴＡＴＳ　护理学院", "stats", "护理学院"),
        ("綁定 張明 2301001", "绑定", "張明 2301001"),
        ("被骗？", "被骗", ""),
        ("?", "?", ""),
        ("！！！", "!!!", ""),
        ("", "", ""),
    ],
)
def test_the_word_ends_at_a_mark(typed: str, word: str, rest: str) -> None:
    assert split_command(typed) == (word, rest)


@given(st.text(max_size=40))
def test_a_word_holds_neither_space_nor_a_full_stop_unless_it_is_nothing_else(typed: str) -> None:
    word, rest = split_command(typed)
    assert rest == rest.strip()
    assert not word or word == word.strip()
