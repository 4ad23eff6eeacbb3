"""Rules that look at one question alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from bot.errors import Complaint
from bot.quiz import wording_check as say
from bot.quiz.bank import Placed
from bot.quiz.items import Item, ItemType

TWIN_BYTES: Final = 2048  # a text message and a passive reply, in UTF-8 (90236, 90241)
CARD_STEM: Final = 160  # characters of a vote card's description that are shown (90236)
CARD_LABEL: Final = 17  # characters of an option that are shown (90236)
LONGEST_STEM: Final = 110
WHY: Final = range(15, 91)
OPTION: Final = range(2, 33)
SOON: Final = timedelta(days=60)

_AROUND: Final = "20/20 再来一次\n" + "（多选）" + "\n可选多个，如 AC"
# On an official account every option of the text twin is a link that says its letter.
_LINK: Final = len('<a href="weixin://bizmsgmenu?msgmenucontent=对&msgmenuid=对"></a>\n'.encode())

_CATCH_ALL: Final = re.compile(
    r"(以上|上述|前面)(各项|选项|说法|做法)?(都|全|均|皆)(不)?(对|错|是|正确|可以)|^(都|全)(不)?(对|是|正确)$"
)
_SHAMING: Final = re.compile(r"贪|傻|蠢|活该|谁叫你|自作自受|没脑子|智商")
_NEGATIVE: Final = re.compile(
    r"(不正确|错误|不属于|不恰当|不合适|不妥当|不应该|不应当)的(是|一项|做法是|说法是|有)"
    r"|(不能|不会|不应|不该|不可|没有|并非)不(?!同|一样|熟|认识)|下列[^，。？]{0,8}不"
)
_TOLD: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SPAN: Final = re.compile(r"((?:19|20)\d\d)年?[—－~-]((?:19|20)\d\d)")
_LONG_TIMES: Final = 2.2
_LONG_PLUS: Final = 4


def twin_bytes(item: Item) -> int:
    """The most bytes a text message with this question can take, over both platforms."""
    options = sum(len(label(*option).encode()) + _LINK for option in item.options)
    return len(_AROUND.encode()) + len(item.stem.encode()) + options


def label(letter: str, text: str) -> str:
    """An option as it stands on a card: ``A. …``; true and false stand alone."""
    return text if text in ("对", "错") else f"{letter}. {text}"


def fits_card(item: Item) -> bool:
    """Whether a card shows the question whole."""
    return len(item.stem) <= CARD_STEM and all(len(label(*option)) <= CARD_LABEL for option in item.options)


def errors(placed: Placed, today: date) -> Iterator[Complaint]:
    item = placed.item
    if (size := twin_bytes(item)) > TWIN_BYTES:
        yield placed.complain(say.too_long_for_phone(size, TWIN_BYTES), "stem")
    if item.review_by < today:
        yield placed.complain(say.expired(item.review_by.isoformat()), "review_by")
    if len(item.source) < 2 or item.source in ("无", "未知", "网络", "未核实", "待补"):
        yield placed.complain(say.empty_source(), "source")
    for _, text in item.options:
        if item.type is not ItemType.JUDGE and (found := _CATCH_ALL.search(text)):
            yield placed.complain(say.forbidden(found[0]), "options")
    if found := _SHAMING.search(item.why):
        yield placed.complain(say.shaming(found[0]), "why")
    for letter, text in item.options:
        if letter in item.answer and (found := _SHAMING.search(text)):
            yield placed.complain(say.shaming(found[0]), "options")


def warnings(placed: Placed, today: date) -> Iterator[Complaint]:
    item = placed.item
    if today <= item.review_by < today + SOON:
        yield placed.complain(say.soon_due(item.review_by.isoformat()), "review_by")
    if found := _SHAMING.search(item.stem):
        yield placed.complain(say.shaming(found[0]), "stem")
    for letter, text in item.options:
        if letter not in item.answer and (found := _SHAMING.search(text)):
            yield placed.complain(say.shaming(found[0]), "options")
    if _NEGATIVE.search(item.stem):
        yield placed.complain(say.negative_stem(), "stem")
    for year in sorted({int(year) for year in _TOLD.findall(item.why)} - _covered(item.source)):
        yield placed.complain(say.year_without_source(year), "source")
    if item.type is ItemType.MULTIPLE and "小学" in item.audience:
        yield placed.complain(say.multiple_for_children(), "type")
    yield from _measures(placed)
    if item.type is not ItemType.JUDGE:
        yield from _lengths(placed)


def _covered(source: str) -> set[int]:
    """The years that a source names, those inside a span such as 2021—2023 too."""
    years = {int(year) for year in _YEAR.findall(source)}
    for first, last in _SPAN.findall(source):
        years.update(range(int(first), int(last) + 1))
    return years


def _measures(placed: Placed) -> Iterator[Complaint]:
    item = placed.item
    if len(item.stem) > LONGEST_STEM:
        yield placed.complain(say.measure("题干", len(item.stem), 1, LONGEST_STEM), "stem")
    if len(item.why) not in WHY:
        yield placed.complain(say.measure("解析", len(item.why), WHY.start, WHY.stop - 1), "why")
    if item.type is ItemType.JUDGE:
        return
    for letter, text in item.options:
        if len(text) not in OPTION:
            yield placed.complain(
                say.measure(f"选项 {letter} ", len(text), OPTION.start, OPTION.stop - 1), "options"
            )


def notes(placed: Placed) -> Iterator[Complaint]:
    item = placed.item
    if len(item.stem) > CARD_STEM:
        yield placed.complain(say.long_stem(len(item.stem), CARD_STEM), "stem")
    for letter, text in item.options:
        if (length := len(label(letter, text))) > CARD_LABEL:
            yield placed.complain(say.long_option(letter, length, CARD_LABEL), "options")


def _lengths(placed: Placed) -> Iterator[Complaint]:
    item = placed.item
    lengths = [len(text) for _, text in item.options]
    if max(lengths) > _LONG_TIMES * min(lengths) + _LONG_PLUS:
        yield placed.complain(say.uneven_options(max(lengths), min(lengths)), "options")
    if item.type is ItemType.SINGLE:
        right = next(len(text) for letter, text in item.options if letter in item.answer)
        others = max(len(text) for letter, text in item.options if letter not in item.answer)
        if right > 1.6 * others + 2:
            yield placed.complain(say.right_stands_out(right, others), "options")
