"""One spelling for names, codes and unit paths, and a way to see that two spellings look alike."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WHOLE_SCHOOL: Final = frozenset({"全校", "全部", "/"})

_DIGITS: Final = frozenset("123456789")
_HAN_DIGITS: Final = "零一二三四五六七八九"
_HAN: Final = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_INVISIBLE: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE_AT_HAN: Final = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")
_ZERO: Final = re.compile(r"(?<=\d)[Oo〇○](?=[\dOo〇○]|\b|\D)|[Oo〇○](?=\d)")
# The traditional characters that our own words may be written with; names stay as they are.
_SIMPLE: Final = str.maketrans(
    "幫單綁題開試續執驗騙發復裝關啟暫閱簽確認誰沒辦轉記維碼經還錢話對錯選聯絡聯繫給統計別謝麼弄們嗎誤冊個項這裡樣懂會見應該覺為點師學號長聽進寫",
    "帮单绑题开试续执验骗发复装关启暂阅签确认谁没办转记维码经还钱话对错选联络联系给统计别谢么弄们吗误册个项这里样懂会见应该觉为点师学号长听进写",
)
_ONE: Final = re.compile(r"(?<=\d)[lI|丨]|[lI|丨](?=\d)")


def tidy(text: str) -> str:
    """NFKC, nothing invisible, single spaces, and none beside a Han character (「张　三」 is 张三)."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    normal = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return _SPACE_AT_HAN.sub("", " ".join(normal.split()))


def same_name(said: str, name: str) -> bool:
    """Did they write this name? Spaces, full-width letters and capitals make no difference."""
    return tidy(said).casefold() == tidy(name).casefold()


def simple(text: str) -> str:
    """The same with the characters of our own words as they are written in the mainland (幫助 is 帮助)."""
    return text if text.isascii() else text.translate(_SIMPLE)


def tidy_code(text: str) -> str:
    """A 编号 or userid: no spaces at all; zeros in front stay."""
    return "".join(tidy(text).split())


def tidy_unit(text: str) -> str:
    """A path ``a/b/c`` without empty parts."""
    return "/".join(part for part in map(str.strip, tidy(text).split("/")) if part)


def ancestors(unit: str) -> list[str]:
    """The unit and everything above it, nearest first, without the empty path of the whole school."""
    parts = unit.split("/") if unit else []
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]


def skeleton(unit: str) -> str:
    """Equal for paths that a reader takes for the same: 护理23O1 and 护理2301, 软件230l and 软件2301."""
    previous, text = "", unit
    while text != previous:
        previous, text = text, _ONE.sub("1", _ZERO.sub("0", text))
    return re.sub("[_—–‐]", "-", text).replace(" ", "").casefold()


def matching_units(text: str, units: list[str]) -> list[str]:
    """The units a person may mean: the exact path, else those ending in this text at a whole part."""
    wanted = tidy_unit(text)
    if not wanted:
        return []
    if wanted in units:
        return [wanted]
    return sorted(unit for unit in units if unit.endswith("/" + wanted))


def called_for_short(text: str, units: list[str]) -> list[str]:
    """The classes that are said so in passing: 三（2）班, 三2 and 3年级2班 are 三年级2班."""
    short = _short(tidy_unit(text))
    return sorted(unit for unit in units if short and _short(unit.rpartition("/")[2]) == short)


def _short(name: str) -> str:
    """The one form of all of these; empty for what has no number."""
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", name)).casefold()
    grade, _, rest = plain.partition("年级") if "年级" in plain else (plain[:1], "", plain[1:])
    grade = _HAN_DIGITS[int(grade)] if grade in _DIGITS and "年级" in plain else grade
    rest = "".join(str(_HAN_DIGITS.index(ch)) if ch in _HAN_DIGITS else ch for ch in rest.removesuffix("班"))
    return grade + rest if any(ch.isdigit() for ch in rest) else ""
