"""三件事: the APP, the account, overseas calls. Voluntary, tiered, and never asked again after 暂不."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.duties import wording_confirm as wording
from bot.duties.actions import prove
from bot.duties.codes import slug_for
from bot.duties.rules import CONFIRM_WORDS, Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.routing import Router, Turn

router = Router("confirm")

_WORDS: Final = frozenset(CONFIRM_WORDS.values())
_REASONS: Final = ("手机不支持", "有境外亲友", "隐私考虑", "不填")
_REASON_WITHIN: Final = timedelta(days=1)
_THANKS: Final = "记下了，谢谢。不需要截图。"


@router.says("已安装", "已关注", "已开启", help="已安装 / 已关注 / 已开启 / 暂不  三件小事，自愿确认")
async def one(turn: Turn) -> Say | None:
    return await _confirm(turn, turn.word)


@router.says("已全部做好", "全部做好", "都做好了")
async def all_of_them(turn: Turn) -> Say | None:
    open_ = await _open(turn)
    if not open_:
        return None
    for task, occurrence in open_:
        await prove(turn.work, task, occurrence, ProofKind.CONFIRMED, turn.someone.id, turn.via, turn.now)
    return Say(_THANKS)


@router.says("暂不", "不方便")
async def not_now(turn: Turn) -> Say | None:
    open_ = await _open(turn)
    if not open_:
        return None
    for task, occurrence in open_:
        await prove(
            turn.work,
            task,
            occurrence,
            ProofKind.DECLINED,
            turn.someone.id,
            turn.via,
            turn.now,
            turn.rest[:40],
        )
    return Say(
        "好的，已登记「已告知」，不会再催。原因可以不填：", tuple(Choice(f"原因 {r}", r) for r in _REASONS)
    )


@router.says("原因")
async def reason(turn: Turn) -> Say | None:
    """The reason after 暂不; it is never required."""
    if not turn.rest or turn.rest == "不填":
        return Say("好的。")
    since = turn.now - _REASON_WITHIN
    noted = await turn.work.duties.explain(turn.someone.id, since, turn.rest[:40], turn.now, turn.via)
    return Say("记下了，谢谢您告诉我们。") if noted else None


@router.taps("c")
async def tapped(turn: Turn) -> Say | None:
    """A card's button carries the same words."""
    word, _, rest = (turn.inbound.event_key or "".join(turn.inbound.selected)).partition(" ")
    turn.word, turn.rest = word, rest
    if word in _WORDS:
        say = await one(turn)
    else:
        say = await (not_now(turn) if word == "暂不" else all_of_them(turn))
    return Say(say.text if say else "已经记过了，谢谢。", say.choices if say else (), close="已登记")


@router.taps("cc")
async def submitted(turn: Turn) -> Say | None:
    """All on one card: each chosen word counts as if it had been typed; the rest stays open."""
    words = [word for word in dict.fromkeys(turn.inbound.selected) if word in _WORDS]
    counted = [task for word in words if (task := await _count(turn, word))]
    left = [(o, CONFIRM_WORDS[o.what]) for t, o in await _open(turn)
            if t.id not in counted and o.what in CONFIRM_WORDS]  # fmt: skip
    text = wording.submitted(len(counted), [(o.title, word) for o, word in left])
    pages = tuple(Choice(word, wording.how_to(o.title), _page(turn, o)) for o, word in left)
    return Say(text, pages, close=wording.FORM_CLOSED)


def _page(turn: Turn, occurrence: Occurrence) -> str:
    base = turn.school.accounts.url_at(turn.inbound.account)
    return f"{base}/a/{slug_for(turn.school.key, occurrence.id)}"


async def _open(turn: Turn) -> list[tuple[Task, Occurrence]]:
    return [t for t in await turn.work.duties.open_tasks(turn.someone.id) if t[1].do is Do.CONFIRM]


async def _confirm(turn: Turn, word: str) -> Say | None:
    """One of the three; also after 暂不, because people may change their mind."""
    counted = await _count(turn, word)
    if counted is None:
        return None
    if not counted:
        return Say("已经记过了，谢谢。")
    rest = [o.title for t, o in await _open(turn) if t.id != counted]
    more = f"还有：{'、'.join(rest)}。不方便可回「暂不」。" if rest else ""
    return Say(_THANKS + more)


async def _count(turn: Turn, word: str) -> int | None:
    """The task that is now proved; 0 where it was before, ``None`` where this was never asked."""
    guide = next(what for what, said in CONFIRM_WORDS.items() if said == word)
    found = await turn.work.duties.latest_about(turn.someone.id, guide)
    if found is None:
        return None
    task, occurrence = found
    if task.settled_at is not None and not task.declined:
        return 0
    await prove(turn.work, task, occurrence, ProofKind.CONFIRMED, turn.someone.id, turn.via, turn.now)
    return task.id
