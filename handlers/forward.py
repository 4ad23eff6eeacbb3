"""Articles for class groups: the teacher forwards them; opens are counted, nobody is named."""

from __future__ import annotations

from bot.duties.actions import prove
from bot.duties.composing import forwarded
from bot.duties.rules import Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.people.rules import labels
from bot.platforms.twin import room
from bot.publishing import wording
from bot.publishing.actions import address_for
from bot.routing import Router, Turn, Who
from bot.web.rules import console_link

router = Router("forward")
_DONE = Choice("已转发", "已转发")


@router.says("转发", "forward", who=Who.TEACHER, help="转发  今天要转的文章和各班链接")
async def what(turn: Turn) -> Say:
    """Every link, or as many as one message holds and the page with all of them."""
    open_ = await _open(turn)
    if not open_:
        return Say("现在没有要转发的文章。")
    base = _base(turn)
    lines: list[str] = []
    of_class: list[bool] = []
    for task, occurrence in reversed(open_):  # the newest first
        links = await turn.work.duties.links_of(task.id)
        slug = await turn.work.receipts.slug_of(occurrence.id)
        called = labels(unit for unit, _, _ in links)
        some = [wording.to_forward(forwarded(turn.school, occurrence))]
        some += [f"{called[unit]} {base}/a/{slug}?k={k}" for unit, k, _ in links]
        if article := await address_for(turn.work, turn.school, occurrence.id, turn.someone.unit):
            some.append(wording.forward(article))
        lines += some
        of_class += [0 < at <= len(links) for at in range(len(some))]
    whole = "\n".join([*lines, wording.FORWARDED])
    if len(whole.encode()) <= room((_DONE,)):
        return Say(whole, (_DONE,))
    choices = (_DONE, _page(turn, base))
    for keep in range(len(lines) - 1, 0, -1):
        missing = sum(of_class[keep:])
        left = [wording.links_left(missing)] if missing else []
        text = "\n".join([*lines[:keep], *left, wording.FORWARDED])
        if of_class[keep - 1] and len(text.encode()) <= room(choices):
            return Say(text, choices)
    return Say("\n".join([wording.links_left(sum(of_class)), wording.FORWARDED]), choices)


@router.says(
    "已转发", "转发了", "转好了", "forwarded", who=Who.TEACHER, help="已转发  转好后告诉我，无需截图"
)
async def done(turn: Turn) -> Say:
    open_ = await _open(turn)
    if not open_:
        return Say("现在没有要转发的文章。谢谢！")
    for task, occurrence in open_:
        await prove(turn.work, task, occurrence, ProofKind.SAID, turn.someone.id, turn.via, turn.now)
    return Say("收到，记为「自述已转发」。有家长打开班级链接后会自动升级，不用再做什么。")


async def _open(turn: Turn) -> list[tuple[Task, Occurrence]]:
    return [t for t in await turn.work.duties.open_tasks(turn.someone.id) if t[1].do is Do.FORWARD]


def _base(turn: Turn) -> str:
    account = turn.school.accounts.get(turn.inbound.account)
    return turn.school.accounts.url(account) if account else turn.school.accounts.public_url


def _page(turn: Turn, base: str) -> Choice:
    """The one-time way to the page with the links of all classes."""
    path = console_link(turn.school.key, turn.someone.id, turn.now, "forward")
    return Choice(wording.PAGE, wording.PAGE, f"{base}{path}")
