"""Rules over the whole bank: nobody should do well by always choosing B, the longest option, or 对."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import Complaint
from bot.quiz import wording_check as say
from bot.quiz.bank import Placed
from bot.quiz.items import AUDIENCES, Item, ItemType

WHOLE: Final = "question_bank"
ENOUGH: Final = 40  # questions below which a share says little
LONGEST_RIGHT: Final = 0.35
MOST_JUDGE: Final = 0.20
TERM_PAPER: Final = 20
_SHARES: Final = {2: (0.40, 0.60), 3: (0.27, 0.40), 4: (0.20, 0.30), 5: (0.14, 0.26), 6: (0.11, 0.23)}


@dataclass(frozen=True, slots=True)
class Balance:
    """How the right answers lie: of the single questions with so many options, the share of each letter."""

    singles: dict[int, dict[str, float]]
    counts: dict[int, int]
    judge_true: float
    longest_right: float
    types: dict[ItemType, int]


def balance_of(items: Sequence[Item]) -> Balance:
    """Shares between 0 and 1; 0 where there is nothing to count."""
    singles = [item for item in items if item.type is ItemType.SINGLE]
    judged = [item for item in items if item.type is ItemType.JUDGE]
    sizes = sorted({len(item.options) for item in singles})
    shares: dict[int, dict[str, float]] = {}
    counts: dict[int, int] = {}
    for size in sizes:
        of_size = [item for item in singles if len(item.options) == size]
        letters = Counter(letter for item in of_size for letter in item.answer)
        shares[size] = {letter: letters[letter] / len(of_size) for letter in of_size[0].letters}
        counts[size] = len(of_size)
    return Balance(
        shares,
        counts,
        sum("A" in item.answer for item in judged) / max(len(judged), 1),
        sum(map(right_is_longest, singles)) / max(len(singles), 1),
        dict(Counter(item.type for item in items)),
    )


def right_is_longest(item: Item) -> bool:
    """Whether the right option of a single question is longer than each other one."""
    right = next(len(text) for letter, text in item.options if letter in item.answer)
    return all(len(text) < right for letter, text in item.options if letter not in item.answer)


def of_bank(placed: Sequence[Placed]) -> list[Complaint]:
    """Complaints about shares and coverage; they stand at line 1 of the bank as a whole."""
    items = [one.item for one in placed]
    messages = list(_shares(items)) + list(_coverage(items))
    return [Complaint(WHOLE, 1, message) for message in messages]


def _shares(items: Sequence[Item]) -> Iterator[str]:
    balance = balance_of(items)
    for size, shares in balance.singles.items():
        low, high = _SHARES[size]
        if balance.counts[size] >= ENOUGH:
            for letter, share in shares.items():
                if not low <= share <= high:
                    yield say.letter_share(f"{size} 个选项的单选题", letter, share, low, high)
    singles, judged = balance.types.get(ItemType.SINGLE, 0), balance.types.get(ItemType.JUDGE, 0)
    low, high = _SHARES[2]
    if judged >= ENOUGH and not low <= balance.judge_true <= high:
        yield say.letter_share("判断题", "对", balance.judge_true, low, high)
    if singles >= ENOUGH and balance.longest_right > LONGEST_RIGHT:
        yield say.longest_share(balance.longest_right, LONGEST_RIGHT)
    if len(items) >= ENOUGH and judged > MOST_JUDGE * len(items):
        yield say.judge_share(judged / len(items), MOST_JUDGE)


def _coverage(items: Sequence[Item]) -> Iterator[str]:
    for audience in AUDIENCES:
        points = len({item.point for item in items if audience in item.audience})
        if items and points < TERM_PAPER:
            yield say.few_points(audience, points, TERM_PAPER)
