"""查 and 验: a second opinion on a suspicious message, and whether a code is ours."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.duties.wording import day
from bot.materials.suspicion import Judgement, judge
from bot.messages import Choice, Say
from bot.people.spelling import simple
from bot.receipts.rules import holds, tidy_code
from bot.receipts.wording import how_to_check, not_ours, statement
from bot.routing import Router, Turn, Who

router = Router("check")
_CODE: Final = re.compile(r"/?验\W*([0-9A-Za-z０-９Ａ-Ｚａ-ｚ -]{6,12})")
_ALONE: Final = re.compile(r"(?=.*\d)(?=.*[A-Z])[0-9A-Z]{6}(?:[0-9A-Z]{2})?", re.ASCII)
_DOUBT: Final = re.compile(
    r".{0,10}(?:是不是|是)?(?:真的?|假的?|骗人的?|骗子|骗局|诈骗|学校发的|学校的)(?:还是假的)?[吗么嘛吧][?。!~]*"
)
_PASTED: Final = re.compile(r"/?查([\s:：,，、]*)(.{4,})", re.DOTALL)


@router.says("查", "check", who=Who.EVERYONE, help="查 可疑的话  帮您看像不像骗局")
async def suspicious(turn: Turn) -> Say:
    return _second_opinion(turn, turn.rest)


def _second_opinion(turn: Turn, words: str) -> Say:
    """Rule cards only: a hit names the type, no hit never means that it is safe."""
    if len(words) < 4:
        return Say(
            "请把可疑的话贴在后面，例如：查 您的快递丢失，点链接双倍赔偿。不要发验证码、卡号、身份证号。"
        )
    found: Judgement | None = judge(words, turn.school.library.of_kind("cards"))
    if found is None:
        return Say(
            "规则里没有对上的，但这不等于安全。要钱、要验证码、要共享屏幕的，先停手，打96110问一问。", _SOS
        )
    do = "；".join(found.do[:2])
    sure = "把握高" if found.hits >= 3 else "有几分像"
    return Say(f"很像「{found.title}」（对上{found.hits}处，{sure}）。\n{do}。\n拿不准就拨96110。", _SOS)


_SOS = (Choice("被骗", "我已经点了 / 已经转了"),)


@router.says("验", "verify", who=Who.EVERYONE, help="验 编号  是不是学校发的")
async def code(turn: Turn) -> Say:
    return await _looked_up(turn, turn.rest)


@router.text(who=Who.EVERYONE)
async def without_space(turn: Turn) -> Say | None:
    """「验9F3K7P」「查：…」; after a bare 查 only what is like a fraud, for it begins other words, too.

    A code alone is looked up, and only one of ours is spoken of.
    """
    if found := _CODE.fullmatch(turn.inbound.text.strip()):
        return await _looked_up(turn, found[1])
    if _ALONE.fullmatch(plain := unicodedata.normalize("NFKC", turn.inbound.text).strip().upper()):
        return await _known(turn, tidy_code(plain))
    if _DOUBT.fullmatch(simple(unicodedata.normalize("NFKC", turn.inbound.text)).strip()):
        return Say(how_to_check(), _SOS)
    if found := _PASTED.match(turn.inbound.text.strip()):
        is_meant = found[1] or judge(found[2], turn.school.library.of_kind("cards"))
        return _second_opinion(turn, found[2]) if is_meant else None
    return None


async def _looked_up(turn: Turn, said: str) -> Say:
    tidy = tidy_code(unicodedata.normalize("NFKC", said))
    if not tidy:
        return Say("请把编号发在后面，例如：验 9F3K7P。")
    return await _known(turn, tidy) or Say(not_ours(), _SOS)


async def _known(turn: Turn, tidy: str) -> Say | None:
    message = await turn.work.receipts.message(tidy)
    if message is not None:
        title, at = message
        return Say(f"是{turn.school.name} {day(at)}发的「{title}」。")
    receipt = await turn.work.receipts.find(tidy)
    if receipt is not None and holds(turn.school.key, receipt):
        return Say(f"是我们的回执：{statement(receipt)}")
    return None
