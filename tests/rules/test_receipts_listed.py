"""我的回执 says every code it can, and that there are more when there are."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.receipts.rules import Facts, Level, SealedReceipt, seal
from bot.receipts.wording import LISTED, mine

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def receipts(titles: list[str]) -> list[SealedReceipt]:
    return [
        seal(b"key", Facts(1, 0, "林小满", "软件2301", number, what, "满分 20/20", Level.TAP, AT))
        for number, what in enumerate(titles)
    ]


def test_somebody_in_the_third_year_sees_every_code() -> None:
    given_ = receipts(["学生学期测试", "一封信：写给大学生家长"] * 6)
    text = mine(given_)
    assert [one.code for one in given_ if one.code not in text] == []
    assert "更早" not in text


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=60)


@given(st.lists(words, max_size=LISTED))
def test_the_list_fits_and_hides_nothing_in_silence(titles: list[str]) -> None:
    given_ = receipts(titles)
    text = mine(given_)
    assert len(text.encode()) <= 2048
    hidden = [one for one in given_ if one.code not in text]
    says_more = text.split("\n")[-1].startswith("更早")  # a title stands behind its code
    assert says_more == (bool(hidden) or len(titles) == LISTED)
    assert hidden == given_[len(given_) - len(hidden) :]
