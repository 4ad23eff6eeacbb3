"""Articles for groups of classes and of staff: who has them forwards them; opens name nobody."""

from __future__ import annotations

from bot.duties.actions import prove
from bot.duties.actions_forward import bundles, given_links, lines_of
from bot.duties.rules import Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.platforms.twin import room
from bot.publishing import wording
from bot.publishing.actions import address_for
from bot.routing import Router, Turn, Who
from bot.web.rules import console_link

router = Router("forward")
_DONE = Choice("已转发", "已转发")


@router.says("转发", "forward", who=Who.TEACHER, help="转发  今天要转的文章和各班链接")
@router.says("转发", "forward", who=Who.KNOWN)
async def what(turn: Turn) -> Say | None:
    """Every link, or as many as one message holds and the page with all of them."""
    open_ = await _open(turn)
    if not open_:
        return Say("现在没有要转发的文章。") if turn.someone.is_teacher else None
    base = turn.school.accounts.url_at(turn.inbound.account)
    lines: list[tuple[str, bool]] = []
    for task, occurrence in reversed(open_):  # the newest first
        links = await given_links(turn.work, turn.school, task)
        slug = await turn.work.receipts.slug_of(occurrence.id)
        lines += lines_of(base, slug, bundles(turn.school.library, occurrence, links))
        if article := await address_for(turn.work, turn.school, occurrence.id, turn.someone.unit):
            lines.append((wording.forward(article), False))
    whole = "\n".join([*(line for line, _ in lines), wording.FORWARDED])
    if len(whole.encode()) <= room((_DONE,)):
        return Say(whole, (_DONE,))
    choices = (_DONE, _page(turn, base))
    return Say(wording.as_many(lines, room(choices), wording.links_left), choices)


@router.says(
    "已转发", "转发了", "转好了", "forwarded", who=Who.TEACHER, help="已转发  转好后告诉我，无需截图"
)
@router.says("已转发", "forwarded", who=Who.KNOWN)
async def done(turn: Turn) -> Say | None:
    open_ = await _open(turn)
    if not open_:
        return Say("现在没有要转发的文章。谢谢！") if turn.someone.is_teacher else None
    for task, occurrence in open_:
        await prove(turn.work, task, occurrence, ProofKind.SAID, turn.someone.id, turn.via, turn.now)
    return Say("收到，记为「自述已转发」。群里有人打开链接后会自动升级，不用再做什么。")


async def _open(turn: Turn) -> list[tuple[Task, Occurrence]]:
    return [t for t in await turn.work.duties.open_tasks(turn.someone.id) if t[1].do is Do.FORWARD]


def _page(turn: Turn, base: str) -> Choice:
    """The one-time way to the page with the links of all classes."""
    path = console_link(turn.school.key, turn.someone.id, turn.now, "forward")
    return Choice(wording.PAGE, wording.PAGE, f"{base}{path}")
