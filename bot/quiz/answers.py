"""Reading an answer as people type it: A, b, Ａ, 1, 选A, AC, A C, 对, 错, 第二个."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.people.spelling import simple

_CIRCLED: Final = {chr(0x2460 + n): "ABCDEF"[n] for n in range(6)}
_ORDINALS: Final = {"一": "A", "二": "B", "三": "C", "四": "D", "五": "E", "六": "F"}
_TRUE: Final = frozenset({"对", "正确", "是", "是的", "对的", "√", "✓", "✔", "t", "true", "yes", "y"})
_FALSE: Final = frozenset(
    {"错", "错误", "不对", "否", "不是", "错的", "不正确", "×", "✗", "✘", "x", "f", "false", "no", "n"}
)
_FILLER: Final = re.compile(
    r"我觉得|我认为|应该是|应该|我选择|我选|选择|答案是|答案|就是|就选|选项|选|我猜|可能是|吧|呢|啊|呀|哦|是的?|个|项|第|嗯"
)
_SEPARATORS: Final = re.compile(r"[\s,;:.、，；。：．·+和与及/|()（）【】\[\]\"'“”‘’!！?？~～-]+")


def read_answer(text: str, letters: str, *, judge: bool = False) -> frozenset[str] | None:
    """The letters meant, out of ``letters`` as shown; ``None`` when it is no answer.

    For a true/false question 对 and 错 are A and B. Digits count from one. Nothing is guessed: one foreign
    letter or word makes it no answer, so that chatter never costs a point.
    """
    plain = "".join(_CIRCLED.get(ch, ch) for ch in text)
    plain = simple(unicodedata.normalize("NFKC", plain).strip().casefold())
    if judge:
        bare = _SEPARATORS.sub("", plain)
        for words, letter in ((_TRUE, "A"), (_FALSE, "B")):
            if bare in words or _SEPARATORS.sub("", _strip_choice(plain)) in words:
                return frozenset(letter)
    core = _SEPARATORS.sub("", _FILLER.sub("", plain)).upper()
    if not core or len(core) > len(letters):
        return None
    chosen = [_letter(ch, letters) for ch in core]
    if None in chosen or len(set(chosen)) != len(chosen):
        return None
    return frozenset(letter for letter in chosen if letter)


def _strip_choice(text: str) -> str:
    return re.sub(r"^(我觉得|我认为|我选择|我选|应该是|应该|选)|(吧|呢|啊|的|呀)$", "", text)


def _letter(ch: str, letters: str) -> str | None:
    if ch in letters:
        return ch
    if ch.isascii() and ch.isdigit() and 1 <= int(ch) <= len(letters):
        return letters[int(ch) - 1]
    letter = _ORDINALS.get(ch)
    return letter if letter and letter in letters else None
