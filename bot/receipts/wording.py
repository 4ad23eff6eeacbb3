"""What receipts say to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.duties.wording import moment
from bot.people.rules import leaf
from bot.receipts.rules import Level, SealedReceipt
from bot.wording import LIMIT

LISTED: Final = 30  # receipts that are looked at for one answer
LEVELS = {Level.TAP: "身份点按", Level.NAME: "键入姓名", Level.HAND: "手写签名", Level.PAPER: "纸质签名"}


def issued(sealed: SealedReceipt) -> str:
    return f"已签收，编号 {sealed.code}。发「我的回执」可随时查看。"


def sign_by_hand(title: str, about: str = "") -> str:
    """A link; ``about`` is the child a letter is about."""
    return f"手写签名：{title}" + (f"（{about}）" if about else "")


def open_letter(title: str) -> str:
    return f"打开：{title}"


def please_by_hand() -> str:
    return "学校要求手写签名：请点下面的链接，在页面上写上您的姓名。链接只给您本人，请勿转发。"


def mine(receipts: Sequence[SealedReceipt]) -> str:
    if not receipts:
        return "您还没有回执。完成测试或签收信件后会有。"
    head, tail = "您的回执：", "更早的不在这里列出，编号仍然有效。"
    lines = [f"{r.code} {r.facts.what}（{moment(r.facts.at)[:10]}）" for r in receipts]
    for shown in range(len(lines), 0, -1):
        older = [tail] if shown < len(lines) or len(lines) == LISTED else []
        text = "\n".join([head, *lines[:shown], *older])
        if len(text.encode()) <= LIMIT:
            break
    return text


def statement(sealed: SealedReceipt) -> str:
    """What the page behind /verify/{code} says: enough to check it, not enough to find a person."""
    facts = sealed.facts
    return (
        f"{leaf(facts.unit)} {facts.name[:1]}* 于 {moment(facts.at)} 完成「{facts.what}」"
        f"（{facts.result}，{LEVELS[facts.level]}）。"
    )


def how_to_check() -> str:
    """To whoever asks whether something is true, without the thing itself."""
    return (
        "学校发的都有验真码，把它发给我就能查，例如：验 9F3K7P。"
        "别人转来的话，发「查」和那段话。要钱、要验证码的，先停手，打电话问老师本人。"
    )


def not_ours() -> str:
    return "没有这个编号。如果有人拿它向您收费、要验证码或让您下载，请不要照做，先问老师。"
