"""/stats: one campaign or all, by unit, within the asker's scope; as text and as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import Refusal
from bot.messages import Choice, Image, Say
from bot.people.rules import labels
from bot.platforms.twin import fitting
from bot.reports import chart, wording
from bot.reports.rules import merged
from bot.routing import Router, Turn, Who

router = Router("stats")
_TRIED = 6  # campaigns of one name


@router.says("stats", "统计", who=Who.ADMIN, help="/stats 单位 活动  完成情况")
@router.says("stats", "统计", who=Who.TEACHER)
async def stats(turn: Turn) -> Say:
    """「/stats」「/stats 护理学院」「/stats 护理学院 测试」; outside the scope: one polite sentence."""
    scope = turn.someone.scope
    asked = await _asked(turn, scope)
    if isinstance(asked, Say):
        return asked
    unit, named = asked
    tops = (unit,) if unit is not None else scope
    for campaign in named or ("",):
        tallies = await turn.work.stats.tallies(tops, occurrence=campaign or None, duty=None, depth=1)
        if tallies:
            break
    turn.work.people.audit(turn.someone.id, "stats", turn.now, {"unit": unit or "", "campaign": campaign})
    if not tallies:
        return Say(wording.no_figures(tops, turn.school.name, bool(named)))
    text = wording.stats(tallies, tops, turn.now, turn.school.name)
    svg = chart.overview(tallies, turn.now)
    picture = Image(turn.work.outbox.keep_blob(svg.encode(), turn.now), "stats.png") if svg else None
    return Say(text, more=(picture,) if picture else ())


async def _asked(turn: Turn, scope: tuple[str, ...]) -> tuple[str | None, Sequence[str]] | Say:
    """The unit, and the campaigns a word may mean: a word that is no unit is looked for among them.

    A name that several units have is asked back. Of several campaigns the first with figures is meant: whole
    titles before parts of them, then the newest.
    """
    unit: str | None = None
    named: Sequence[str] = ()
    words = turn.rest.split()
    for at, word in enumerate(words):
        if word in ("全校", "全部"):
            if "" not in scope:
                raise Refusal(await _only_total(turn, scope))
            continue
        matches = [] if unit is not None else await turn.work.people.find_unit(word, scope)
        if len(matches) > 1:
            rest = " ".join(["", *words[:at], *words[at + 1 :]])
            names = labels(matches).values()
            taps = fitting(Choice(f"/stats {name}{rest}", name) for name in names)
            return Say(wording.which(word, len(matches)), taps)
        if matches:
            unit = matches[0]
            continue
        found = [o for o in await turn.work.duties.occurrences() if word in o.title or word in (o.id, o.duty)]
        if not found:
            raise Refusal(_unknown(turn, scope, word))
        found.sort(key=lambda o: word not in (o.title, o.id, o.duty))
        named = [o.id for o in found[:_TRIED]]
    return unit, named


def _unknown(turn: Turn, scope: tuple[str, ...], word: str) -> str:
    duties = turn.school.plan.duties.values()
    title = next((duty.title for duty in duties if word in (duty.id, duty.title)), None)
    return wording.not_yet(title) if title else f"{wording.beyond(scope, None)}没有找到「{word}」。"


async def _only_total(turn: Turn, scope: tuple[str, ...]) -> str:
    """Beyond one's own units there is one figure for the whole school, of the campaign that matters most."""
    tallies = await turn.work.stats.tallies(("",), occurrence=None, duty=None, depth=0)
    main = [t for t in tallies if t.occurrence == wording.main_campaign(tallies)]
    return wording.beyond(scope, merged(main, "") if main else None)
