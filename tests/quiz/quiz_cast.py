"""The cast: 示例职业技术学院's bank of three refund questions, and strategies for any bank at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from bot.quiz.items import AUDIENCES, JUDGE_OPTIONS, Item, ItemType

REFUND = """\
topic: 冒充客服退款
questions:
  - id: refund-001
    point: 官方退款不用共享屏幕
    type: single
    audience: [高中, 大学]
    difficulty: 2
    stem: 自称客服的人要你打开屏幕共享办退款，怎么做？
    options: {A: 照他说的做, B: 挂断后到购物平台里查, C: 先共享一分钟}
    answer: B
    why: 共享屏幕会让对方看到验证码。下次自己到平台里查。
    source: 国家反诈中心公开资料
    review_by: 2027-09-01
  - id: refund-002
    point: 官方退款不用共享屏幕
    type: judge
    audience: [高中, 大学]
    difficulty: 1
    stem: 快递丢了，对方说开会议软件才能赔，可以照办。
    answer: false
    why: 赔付在平台里就能办。要你装会议软件，先挂断。
    source: 国家反诈中心公开资料
    review_by: 2027-09-01
  - id: refund-003
    point: 官方退款不用共享屏幕
    type: multiple
    audience: [高中, 大学]
    difficulty: 3
    stem: 小林已经共享了屏幕，哪些事要马上做？
    options: {A: 断开网络, B: 改支付密码, C: 等对方退款, D: 拨打110}
    answer: [A, B, D]
    why: 先断开，再改密码，钱动了就报警。
    source: 国家反诈中心公开资料
    review_by: 2027-09-01
"""

DAY = date(2027, 9, 1)

REFUND_ITEM = Item(
    "refund-001", "冒充客服退款", "官方退款不用共享屏幕", ItemType.SINGLE, ("高中", "大学"), 2,
    "自称客服的人要你打开屏幕共享办退款，怎么做？",
    (("A", "照他说的做"), ("B", "挂断后到购物平台里查"), ("C", "先共享一分钟")),
    frozenset("B"), "下次自己到平台里查。", "国家反诈中心公开资料", DAY,
)  # fmt: skip


def like(number: int, **changes: object) -> Item:
    """A refund question of another number."""
    return replace(REFUND_ITEM, id=f"refund-{number:03}", **changes)  # type: ignore[arg-type]


_STRANGE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_CHARACTERS = st.one_of(
    st.sampled_from("\\~=#{}:%[]/\"'<>&|$*_-+ 对错ABn，。“”×"),
    st.characters(exclude_categories=_STRANGE, max_codepoint=0x2FFFF),
)
lines = st.text(_CHARACTERS, min_size=1, max_size=24).map(str.strip).filter(bool)
texts = st.lists(lines, min_size=1, max_size=3).map("\n".join)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Any question that a question file may hold, except its id."""
    kind = draw(st.sampled_from(ItemType))
    options = JUDGE_OPTIONS
    answer = frozenset(draw(st.sampled_from("AB")))
    if kind is not ItemType.JUDGE:
        found = draw(st.lists(lines, min_size=2, max_size=6, unique=True))
        options = tuple(zip("ABCDEF", found, strict=False))
        letters = [letter for letter, _ in options]
        least, most = (1, 1) if kind is ItemType.SINGLE else (2, len(letters))
        answer = draw(st.frozensets(st.sampled_from(letters), min_size=least, max_size=most))
    whom = draw(st.sets(st.sampled_from(AUDIENCES), min_size=1))
    return Item(
        "x-001", draw(lines), draw(lines), kind, tuple(a for a in AUDIENCES if a in whom),
        draw(st.integers(1, 3)), draw(texts), options, answer, draw(texts), draw(lines), draw(st.dates()),
    )  # fmt: skip


@st.composite
def banks(draw: st.DrawFn, most: int = 4) -> list[Item]:
    found = draw(st.lists(items(), min_size=1, max_size=most))
    return [replace(item, id=f"made-{number:03}") for number, item in enumerate(found, 1)]
