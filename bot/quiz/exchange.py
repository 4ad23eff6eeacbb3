"""Questions on their way between our files and other programs: drafts, what was lost, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.errors import Complaint
from bot.quiz import wording_exchange as say
from bot.quiz.bank import ID, LETTERS, LONGEST_POINT, fit_line, fit_text
from bot.quiz.items import JUDGE_OPTIONS, Item, ItemType

NUMBERS: Final = range(1, 10_000)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as another program has it; empty where that program says nothing.

    ``options`` are in order and get their letters later; ``right`` holds their places from 0. A true/false
    question has 对 at place 0 and 错 at place 1.
    """

    line: int
    type: ItemType
    stem: str
    options: tuple[str, ...]
    right: frozenset[int]
    why: str = ""
    id: str = ""
    topic: str = ""
    point: str = ""
    audience: tuple[str, ...] = ()
    difficulty: int = 0
    source: str = ""
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a file holds. ``refused`` questions were left out; ``notes`` say what the others lost."""

    drafts: tuple[Draft, ...]
    refused: tuple[Complaint, ...] = ()
    notes: tuple[Complaint, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """Complete questions, and what is still wrong with the others."""

    items: tuple[Item, ...]
    complaints: tuple[Complaint, ...]


JUDGED: Final = tuple(text for _, text in JUDGE_OPTIONS)


def judge(line: int, stem: str, right: bool, why: str = "") -> Draft:
    """A true/false draft."""
    return Draft(line, ItemType.JUDGE, stem, JUDGED, frozenset({0 if right else 1}), why)


def settle(
    drafts: Collection[Draft], given: Draft, slug: str, taken: Collection[str], filename: str
) -> Settled:
    """Fill the gaps of ``drafts`` with what ``given`` says, number the nameless, and check the rest.

    ``taken`` are the ids of the bank; none of them is used again.
    """
    used = {*taken, *(draft.id for draft in drafts)}
    names = (name for number in NUMBERS if (name := f"{slug}-{number:03}") not in used)
    items: list[Item] = []
    complaints: list[Complaint] = []
    met = set(taken)
    for draft in drafts:
        whole = _filled(draft, given, names)
        wrong = [*_wrong(whole), *([say.id_taken(whole.id)] if whole.id in met else [])]
        met.add(whole.id)
        complaints += [Complaint(filename, draft.line, message) for message in wrong]
        if not wrong and whole.review_by is not None:
            items.append(_item(whole, whole.review_by))
    return Settled(tuple(items), tuple(complaints))


def _filled(draft: Draft, given: Draft, names: Iterator[str]) -> Draft:
    return replace(
        draft,
        id=draft.id or next(names, ""),
        topic=draft.topic or given.topic,
        point=draft.point or given.point,
        audience=draft.audience or given.audience,
        difficulty=draft.difficulty or given.difficulty,
        source=draft.source or given.source,
        review_by=draft.review_by or given.review_by,
    )


def _wrong(draft: Draft) -> Iterator[str]:
    named = {
        "题干": (draft.stem, fit_text), "解析": (draft.why, fit_text), "主题": (draft.topic, fit_line),
        "知识点": (draft.point, fit_line), "来源": (draft.source, fit_line),
    }  # fmt: skip
    for name, (text, fit) in named.items():
        try:
            fit(text)
        except ValueError as error:
            yield say.field(name, str(error)) if text else say.missing(name)
    for letter, option in zip(LETTERS, draft.options, strict=False):
        try:
            fit_line(option)
        except ValueError as error:
            yield say.field(f"选项{letter}", str(error))
    if len(draft.point) > LONGEST_POINT:
        yield say.long_point(len(draft.point), LONGEST_POINT)
    if not ID.fullmatch(draft.id):
        yield say.bad_id(draft.id)
    if not draft.audience:
        yield say.missing("适用对象")
    if not draft.difficulty:
        yield say.missing("难度")
    if draft.review_by is None:
        yield say.missing("复核日期")


def _item(draft: Draft, review_by: date) -> Item:
    return Item(
        id=draft.id,
        topic=draft.topic,
        point=draft.point,
        type=draft.type,
        audience=draft.audience,
        difficulty=draft.difficulty,
        stem=draft.stem,
        options=tuple(zip(LETTERS, draft.options, strict=False)),
        answer=frozenset(LETTERS[place] for place in draft.right),
        why=draft.why,
        source=draft.source,
        review_by=review_by,
    )


def shape(options: Collection[str], right: Collection[int]) -> str:
    """Why these options cannot be a question of ours; empty when they can."""
    if not 2 <= len(options) <= len(LETTERS):
        return say.option_count(len(options), len(LETTERS))
    if any(not option for option in options):
        return say.empty_option()
    if len(set(options)) != len(options):
        return say.equal_options()
    return "" if right else say.no_right_answer()
