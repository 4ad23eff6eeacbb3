"""Articles for class groups: the teacher forwards them; opens are counted, nobody is named."""

from __future__ import annotations

from bot.duties.actions import prove
from bot.duties.rules import Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.people.rules import leaf
from bot.publishing import wording
from bot.publishing.actions import address_for
from bot.routing import Router, Turn, Who

router = Router("forward")


@router.says("转发", "forward", who=Who.TEACHER, help="转发  今天要转的文章和各班链接")
async def what(turn: Turn) -> Say:
    open_ = await _open(turn)
    if not open_:
        return Say("现在没有要转发的文章。")
    lines: list[str] = []
    for task, occurrence in open_[:2]:
        lines.append(f"「{occurrence.title}」请转到班级家长群：")
        for unit, url, _ in await _links(turn, task, occurrence):
            lines.append(f"{leaf(unit)} {url}")
        if article := await address_for(turn.work, turn.school, occurrence.id, turn.someone.unit):
            lines.append(wording.forward(article))
    lines.append("转好后回「已转发」。无需截图。")
    return Say("\n".join(lines), (Choice("已转发", "已转发"),))


@router.says("已转发", "forwarded", who=Who.TEACHER, help="已转发  转好后告诉我，无需截图")
async def done(turn: Turn) -> Say:
    open_ = await _open(turn)
    if not open_:
        return Say("现在没有要转发的文章。谢谢！")
    for task, occurrence in open_:
        await prove(turn.work, task, occurrence, ProofKind.SAID, turn.someone.id, turn.via, turn.now)
    return Say("收到，记为「自述已转发」。有家长打开班级链接后会自动升级，不用再做什么。")


async def _open(turn: Turn) -> list[tuple[Task, Occurrence]]:
    return [t for t in await turn.work.duties.open_tasks(turn.someone.id) if t[1].do is Do.FORWARD]


async def _links(turn: Turn, task: Task, occurrence: Occurrence) -> list[tuple[str, str, int]]:
    """(unit, address, opens) of the class links of this task."""
    account = turn.school.accounts.get(turn.inbound.account)
    base = turn.school.accounts.url(account) if account else turn.school.accounts.public_url
    slug = await turn.work.receipts.slug_of(occurrence.id)
    return [
        (unit, f"{base}/a/{slug}?k={k}", opens) for unit, k, opens in await turn.work.duties.links_of(task.id)
    ]
