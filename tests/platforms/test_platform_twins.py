"""What a choice is where nothing can be tapped, and where words are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Choice, Text
from bot.platforms.twin import cut_bytes, cut_chars, tapped, text_twin
from bot.wording import LIMIT


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
        assert len(twin.encode()) <= LIMIT
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
