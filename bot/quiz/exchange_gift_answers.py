"""What stands between the braces of a GIFT question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.quiz import wording_exchange as say
from bot.quiz.bank import LETTERS
from bot.quiz.exchange import Draft, judge, shape
from bot.quiz.exchange_gift_text import plain, text_format
from bot.quiz.items import ItemType

_TRUTH: Final = re.compile(r"(T|TRUE|F|FALSE)\s*(?:#(.*))?", re.I | re.DOTALL)
_WEIGHT: Final = re.compile(r"%([^%\n]*)%")
_NUMBER: Final = re.compile(r"-?\d{1,3}(\.\d*)?")
_FULL: Final = 100.0
_SLACK: Final = 1.0  # thirds and sixths are written rounded


class Refused(Exception):
    """This question cannot be one of ours; the sentence says why."""


@dataclass(frozen=True, slots=True)
class _Option:
    text: str
    weight: float
    full: bool  # marked with "="
    feedback: str


def read_answers(answers: str, format_: str, line: int, stem: str) -> tuple[Draft, list[str]]:
    """The draft, and what of the answers it cannot hold. Raises Refused."""
    body, mark, general = answers.rpartition("####")
    if not mark:
        body, general = answers, ""
    inner, why_format = text_format(general)[1], text_format(general)[0] or format_
    why, lost = plain(inner, why_format)
    notes = [say.lost_format()] if lost else []
    body = body.strip()
    if found := _TRUTH.fullmatch(body):
        draft, more = _true_false(found[1], found[2] or "", why, line, stem, format_)
        return draft, notes + more
    _refuse_other_kinds(body)
    options = _options(body, format_, notes)
    return _choice(options, why, line, stem, notes)


def _refuse_other_kinds(body: str) -> None:
    if not body:
        raise Refused(say.kind("问答题"))
    if body.startswith("#"):
        raise Refused(say.kind("数值题"))
    if "~" not in body:
        raise Refused(say.kind("配对题" if "->" in body else "填空简答题"))


def _true_false(
    word: str, feedback: str, why: str, line: int, stem: str, format_: str
) -> tuple[Draft, list[str]]:
    """After the word comes what to say to a wrong answer, then what to say to a right one."""
    right = word.upper().startswith("T")
    wrong_said, _, right_said = feedback.partition("#")
    said = [plain(text_format(part)[1], format_)[0] for part in (wrong_said, right_said)]
    letters = ("B", "A") if right else ("A", "B")
    return _explained(judge(line, stem, right, why), dict(zip(letters, said, strict=True)))


def _options(body: str, format_: str, notes: list[str]) -> list[_Option]:
    first = re.search(r"[~=]", body)
    if first is None or body[: first.start()].strip():
        raise Refused(say.unread(f"“{body[:20]}”前没有 ~ 或 ="))
    found: list[_Option] = []
    for mark, text in re.findall(r"([~=])([^~=]*)", body):
        weight = _FULL if mark == "=" else 0.0
        rest = text.lstrip()
        if given := _WEIGHT.match(rest):
            if not _NUMBER.fullmatch(given[1].strip()):
                raise Refused(say.bad_weight(given[1]))
            weight, rest = float(given[1]), rest[given.end() :]
        answer, _, feedback = rest.partition("#")
        own, answer = text_format(answer)
        words, lost = plain(answer, own or format_)
        said_format, feedback = text_format(feedback)
        said, lost_there = plain(feedback, said_format or own or format_)
        if (lost or lost_there) and say.lost_format() not in notes:
            notes.append(say.lost_format())
        found.append(_Option(words.replace("\n", " "), weight, mark == "=", said))
    return found


def _choice(
    options: list[_Option], why: str, line: int, stem: str, notes: list[str]
) -> tuple[Draft, list[str]]:
    full = [place for place, option in enumerate(options) if option.full]
    if len(full) > 1:
        raise Refused(say.many_full())
    right = full or [place for place, option in enumerate(options) if option.weight > 0]
    if reason := shape([option.text for option in options], right):
        raise Refused(reason)
    multiple = not full and len(right) > 1
    weights = [options[place].weight for place in right]
    if full and (options[full[0]].weight != _FULL or any(o.weight for o in options if not o.full)):
        notes.append(say.partial_credit())
    elif not full and not multiple:
        notes.append(say.only_one_right())
    if multiple and (abs(sum(weights) - _FULL) > _SLACK or max(weights) - min(weights) > _SLACK):
        notes.append(say.uneven_weights())
    texts = tuple(option.text for option in options)
    type_ = ItemType.MULTIPLE if multiple else ItemType.SINGLE
    draft = Draft(line, type_, stem, texts, frozenset(right), why)
    draft, more = _explained(draft, {LETTERS[i]: option.feedback for i, option in enumerate(options)})
    return draft, notes + more


def _explained(draft: Draft, feedback: dict[str, str]) -> tuple[Draft, list[str]]:
    """Our one reason: the general feedback, else that of the right answer, else the only one there is."""
    said = {letter: text for letter, text in feedback.items() if text}
    why = draft.why
    if not why:
        of_right = [said[LETTERS[place]] for place in sorted(draft.right) if LETTERS[place] in said]
        why = (of_right or list(dict.fromkeys(said.values())) or [""])[0]
    lost = [say.lost_feedback(letter, text) for letter, text in said.items() if text != why]
    return Draft(draft.line, draft.type, draft.stem, draft.options, draft.right, why), lost
