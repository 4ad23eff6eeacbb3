"""The words of a ``to:`` line.

    学生                         kinds: 学生 教职工 家长
    学生 and 大学                 学段: 小学 初中 高中 大学
    学生 and unit 护理学院/2023级   a unit and all below it
    role 班主任 or role 辅导员     whoever holds a role anywhere
    学生 and without mastered of term-test     who has not yet …

``and`` binds tightest, then ``or``, then ``except``; parentheses where that is not meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.duties import wording_plan as say
from bot.duties.audience import (
    RESERVED,
    Audience,
    Both,
    Either,
    Except,
    HasRole,
    InUnit,
    OfKind,
    OfStage,
    Without,
)
from bot.duties.rules import ProofKind
from bot.marked_yaml import did_you_mean
from bot.people.rules import PersonKind, RoleName, Stage


def parse_audience(text: str) -> Audience:
    """The tree of a ``to:`` line. Raises ValueError with the reason."""
    return _Parser(text).whole()


_TOKEN: Final = re.compile(r'\s*(?:([()（）])|"([^"]*)"|([^\s()"（）]+)|(\S))')
_HALF_WIDTH: Final = str.maketrans("（）", "()")
_MOST_PARENTHESES: Final = 20


class _Parser:
    """Recursive descent over the words; a quoted word is always a name."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, bool]] = []
        for sign, quoted, word, stray in _TOKEN.findall(text.strip()):
            if stray:
                raise ValueError(say.OPEN_QUOTE)
            sign = sign.translate(_HALF_WIDTH)
            self._tokens.append((sign or word or quoted, not (sign or word)))
        self._at = 0
        self._open = 0

    def whole(self) -> Audience:
        found = self._except()
        if self._at < len(self._tokens):
            raise ValueError(say.no_joint(self._tokens[self._at][0]))
        return found

    def _except(self) -> Audience:
        left = self._either()
        while self._takes("except"):
            left = Except(left, self._either())
        return left

    def _either(self) -> Audience:
        left = self._both()
        while self._takes("or"):
            left = Either(left, self._both())
        return left

    def _both(self) -> Audience:
        left = self._one()
        while self._takes("and"):
            left = Both(left, self._one())
        return left

    def _one(self) -> Audience:
        if self._takes("("):
            self._open += 1
            if self._open > _MOST_PARENTHESES:
                raise ValueError(say.TOO_MANY_BRACKETS)
            inside = self._except()
            if not self._takes(")"):
                raise ValueError(say.OPEN_BRACKET)
            self._open -= 1
            return inside
        if self._takes("unit"):
            return InUnit(self._unit())
        if self._takes("role"):
            return HasRole(RoleName(self._known("职责", RoleName)))
        if self._takes("without"):
            proof = ProofKind(self._known("凭据", ProofKind))
            if not self._takes("of"):
                raise ValueError(say.WITHOUT)
            return Without(proof, self._next("任务的 id")[0])
        word = self._known("人群或学段", [*PersonKind, *Stage])
        return OfKind(PersonKind(word)) if word in list(PersonKind) else OfStage(Stage(word))

    def _takes(self, word: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] in ((word, False), (word.upper(), False)):
            self._at += 1
            return True
        return False

    def _next(self, what: str) -> tuple[str, bool]:
        if self._at == len(self._tokens):
            raise ValueError(say.ends_early(what))
        self._at += 1
        return self._tokens[self._at - 1]

    def _unit(self) -> str:
        word, quoted = self._next("单位")
        if not quoted and (word in "()" or word.lower() in RESERVED):
            raise ValueError(say.no_unit(word))
        return word.strip("/")

    def _known(self, what: str, known: Iterable[str]) -> str:
        word, words = self._next(what)[0], [str(name) for name in known]
        if word not in words:
            raise ValueError(say.no_such(what, word) + did_you_mean(word, words))
        return word
