"""GIFT: what Moodle writes is read or told of, and what we write comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiz_cast import REFUND, banks

from bot.quiz.bank import read_bank
from bot.quiz.exchange import Carried, Draft, settle
from bot.quiz.exchange_gift import read_gift
from bot.quiz.exchange_gift_write import write_gift
from bot.quiz.exchange_yaml import write_files
from bot.quiz.items import Item, ItemType

NOTHING = Draft(0, ItemType.SINGLE, "", (), frozenset())


def one(text: str) -> Draft:
    carried = read_gift(text, "moodle.gift")
    assert carried.refused == ()
    (draft,) = carried.drafts
    return draft


def notes(text: str) -> list[str]:
    return [str(note) for note in read_gift(text, "moodle.gift").notes]


def refused(text: str) -> list[str]:
    carried = read_gift(text, "moodle.gift")
    return [str(complaint) for complaint in carried.refused]


def test_a_single_choice() -> None:
    draft = one("// 一条注释\n::第一题::谁打来要验证码？{\n\t~老师\n\t=骗子\n\t~银行\n}\n")
    assert draft == Draft(2, ItemType.SINGLE, "谁打来要验证码？", ("老师", "骗子", "银行"), frozenset({1}))


def test_escapes_stand_for_themselves() -> None:
    draft = one(r"C\:\\temp 里 2 \= 1 \+ 1 \{真\} \#1\n下一行{=a\~b ~c\=d ~e\#f}")
    assert draft.stem == "C:\\temp 里 2 = 1 \\+ 1 {真} #1\n下一行"
    assert draft.options == ("a~b", "c=d", "e#f")


@pytest.mark.parametrize(
    ("short", "right", "why"),
    [
        ("{T}", True, ""),
        ("{TRUE}", True, ""),
        ("{ false }", False, ""),
        ("{F#要先核实}", False, "要先核实"),
        ("{T#要先核实#说得对}", True, "说得对"),
        ("{TRUE####下次先打电话}", True, "下次先打电话"),
    ],
)
def test_true_and_false_in_short(short: str, right: bool, why: str) -> None:
    draft = one(f"学校不会在群里收款。{short}")
    assert (draft.type, draft.options) == (ItemType.JUDGE, ("对", "错"))
    assert draft.right == frozenset({0 if right else 1})
    assert draft.why == why


def test_several_answers_with_weights() -> None:
    draft = one("哪些要马上做？{~%33.33333%断网 ~%33.33333%改密码 ~%-100%等等看 ~%33.33333%报警}")
    assert (draft.type, draft.right) == (ItemType.MULTIPLE, frozenset({0, 1, 3}))
    assert notes("哪些？{~%80%甲 ~%20%乙 ~丙}") == [
        "moodle.gift:1: 各正确选项的分值没有带过来：本题库要全部选对"
    ]


def test_what_is_lost_is_told() -> None:
    text = "::一::题目{=对的#很好 ~%50%半对#差一点 ~错的}"
    assert one(text).why == "很好"
    assert notes(text) == [
        "moodle.gift:1: 部分得分没有带过来：本题库只分对错",
        "moodle.gift:1: 选项 B 的反馈没有带过来：“差一点”",
        "moodle.gift:1: 题目名称没有带过来：“一”",
    ]
    assert any("按单选" in note for note in notes("题目{~%100%甲 ~乙}"))
    assert any("[tag" not in note and "期中" in note for note in notes("// [tag:期中]\n题目{=甲 ~乙}"))


def test_the_general_feedback_is_the_reason() -> None:
    draft = one("题目{=甲#好 ~乙####先挂断，\n  再核实}")
    assert draft.why == "先挂断， 再核实"


def test_a_missing_word_leaves_a_blank() -> None:
    assert one("拨打{=110 ~120 ~119}报警。").stem == "拨打 _____ 报警。"
    assert one("先拨打{=110 ~120 ~119}。").stem == "先拨打 _____。"


def test_html_becomes_plain_text() -> None:
    draft = one("[html]<p>他说&nbsp;<b>马上转账</b></p><p>怎么办？</p>{=<p>挂断</p> ~转 &lt;1&gt; 元}")
    assert (draft.stem, draft.options) == ("他说 马上转账\n怎么办？", ("挂断", "转 <1> 元"))
    assert any("文字格式" in note for note in notes("[html]<b>马</b>上{=甲 ~乙}"))
    assert one("[plain]a<b{=甲 ~<b>}").options == ("甲", "<b>")


def test_categories_name_the_topic() -> None:
    text = "$CATEGORY: $course$/top/反诈/二手//闲置\n\n甲{=1 ~2}\n\n$CATEGORY: 刷单\n乙{=1 ~2}\n"
    assert [draft.topic for draft in read_gift(text, "f").drafts] == ["二手/闲置", "刷单"]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("几点？{#1822:5}", "数值题"),
        ("配对{=中国->北京 =日本->东京}", "配对题"),
        ("说说看。{}", "问答题"),
        ("说说看。{####随意}", "问答题"),
        ("首都是{=北京 =北京市}", "填空简答题"),
        ("首都是{北京}", "填空简答题"),
        ("只是一段说明。", "说明文字"),
        ("有{=甲 ~乙}和{=丙 ~丁}", "两组花括号"),
        ("没有关上{=甲 ~乙", "没有配对"),
        ("题目{=甲 =乙 ~丙}", "满分"),
        ("题目{~甲 ~乙}", "没有标出正确答案"),
        ("题目{=甲 ~甲}", "一模一样"),
        ("题目{=甲 ~乙 ~}", "空的"),
        ("题目{=1 ~2 ~3 ~4 ~5 ~6 ~7}", "7 个选项"),
        ("题目{=甲}", "填空简答题"),
        ("题目{~%abc%甲 ~乙}", "分值"),
        ("[html]看图<img src='@@PLUGINFILE@@/a.png'>{=甲 ~乙}", "图片"),
        ("{=甲 ~乙}", "没有题干"),
        ("题目\x00{=甲 ~乙}", "控制字符"),
    ],
)
def test_what_cannot_be_carried_is_told_with_its_line(question: str, part: str) -> None:
    (told,) = refused(f"// 开头\n\n{question}\n")
    assert told.startswith("moodle.gift:3: ")
    assert part in told


def test_one_bad_question_does_not_hide_the_others() -> None:
    carried = read_gift("甲{=1 ~2}\n\n乙{#3}\n\n丙{F}\n", "f")
    assert [draft.stem for draft in carried.drafts] == ["甲", "丙"]
    assert [complaint.line for complaint in carried.refused] == [3]


def back(carried: Carried) -> list[Item]:
    assert carried.refused == carried.notes == ()
    settled = settle(carried.drafts, NOTHING, "new", (), "f")
    assert settled.complaints == ()
    return list(settled.items)


def test_the_school_bank_comes_back_from_moodle() -> None:
    bank = read_bank({"refund.yaml": REFUND})
    found = back(read_gift(write_gift(bank.items.values()), "f"))
    assert read_bank(write_files(found, ())).items == bank.items


@given(banks())
@settings(max_examples=150, deadline=None)
def test_any_bank_comes_back_from_gift(bank: list[Item]) -> None:
    carried = read_gift(write_gift(bank), "f")
    assert carried.refused == ()
    assert carried.notes == ()
    settled = settle(carried.drafts, NOTHING, "new", (), "f")
    long = {item.id for item in bank if len(item.point) > 24}
    assert list(settled.items) == [item for item in bank if item.id not in long]


@given(st.text("甲乙{}~=#:%\\nTF1->/ \n[]$\r\t", max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    carried = read_gift(text, "f")
    for draft in carried.drafts:
        assert draft.stem
        assert draft.right
        assert max(draft.right) < len(draft.options) <= 6
