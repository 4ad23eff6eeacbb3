"""May others read this text about a case? No name, no class, no exact day, no exact sum, no number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

LONGEST: Final = 600  # characters
SHORTEST: Final = 40

_DAY: Final = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|(?<!\d)\d{1,2}\s*[日号](?!码)"
    r"|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十廿]{1,3}[日号]?"
)
_CLOCK: Final = re.compile(r"\d{1,2}\s*[:：]\s*\d{2}|\d{1,2}\s*点\s*\d{1,2}\s*分?")
_SUM: Final = re.compile(r"(约|近|超过)?\s*(\d[\d,，]*(?:\.\d+)?)\s*([亿万千百]?)\s*余?\s*(?:元|块)")
_NUMBER: Final = re.compile(r"[0-9A-Za-z_-]*\d{5,}[0-9A-Za-z_-]*")
_HOTLINES: Final = re.compile(r"(?<![0-9A-Za-z])(?:110|96110|12356|12381|12321|12377|12345|12308|120)(?!\d)")
_CALLED: Final = re.compile(r"同学|某|女士|先生|老师")
_ADDRESS: Final = re.compile(r"https?://|www\.|[\w-]+\.(?:com|cn|net|top|xyz|vip)\b", re.IGNORECASE)


class Tells(StrEnum):
    """What a text gives away."""

    NAME = "有姓名或称呼"
    UNIT = "有班级、年级等单位"
    DAY = "有具体日期或钟点"
    SUM = "有具体金额，请写「约3000元」「数千元」"
    NUMBER = "有号码、编号或账号"
    ADDRESS = "有网址"
    LENGTH = f"请写{SHORTEST}到{LONGEST}字"


def tells(text: str, names: Iterable[str], units: Iterable[str], codes: Iterable[str] = ()) -> list[Tells]:
    """Everything that would point at somebody; empty when others may read it.

    ``names`` of the victim and those around, ``units`` as paths, of which the top part alone may be named.
    """
    plain = re.sub(r"\s+", "", text)
    found = []
    if any(len(name) > 1 and name in plain for name in names) or _is_called(plain, names):
        found.append(Tells.NAME)
    below = {part for unit in units for part in unit.split("/")[1:]}
    if any(len(part) > 1 and part in plain for part in below):
        found.append(Tells.UNIT)
    if _DAY.search(text) or _CLOCK.search(text):
        found.append(Tells.DAY)
    if any(_is_exact(match) for match in _SUM.finditer(text)):
        found.append(Tells.SUM)
    if _NUMBER.search(_HOTLINES.sub("", plain)) or any(len(code) > 2 and code in plain for code in codes):
        found.append(Tells.NUMBER)
    if _ADDRESS.search(text):
        found.append(Tells.ADDRESS)
    if not SHORTEST <= len(plain) <= LONGEST:
        found.append(Tells.LENGTH)
    return found


def rough(fen: int) -> str:
    """An amount with one figure: 约3000元, 约20万元."""
    yuan = max(1, round(fen / 100))
    size = 10 ** (len(str(yuan)) - 1)
    lead = (yuan + size // 2) // size * size
    for name, worth in (("亿", 10**8), ("万", 10**4)):
        if lead >= worth:
            return f"约{lead // worth}{name}元"
    return f"约{lead}元"


def _is_called(plain: str, names: Iterable[str]) -> bool:
    """林同学, 林某: the family name is enough for a class."""
    families = {name[0] for name in names if name}
    return any(match.start() and plain[match.start() - 1] in families for match in _CALLED.finditer(plain))


def _is_exact(match: re.Match[str]) -> bool:
    digits = re.sub(r"[,，.]", "", match[2]).strip("0")
    return len(digits) > 1 or not match[1]
