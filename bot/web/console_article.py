"""/console/article: a campaign's article for each official account: draft, publish, agree, what one saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.duties.rules import Occurrence, OccurrenceState
from bot.errors import Refusal
from bot.publishing import actions
from bot.publishing import wording as words
from bot.publishing.rules import OVER, Article, State, why_not
from bot.settings import Wechat
from bot.web import wording
from bot.web.console import Desk, desk
from bot.web.console_cases import row_id
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work

_ACTS: Final = {
    State.DRAFT: ("publish",),
    State.WAITING: ("agree", "back"),
    State.UNKNOWN: ("public", "nothing"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One official account on the page of a campaign. ``why``: the account may not, or how it failed."""

    account: str
    label: str
    article: Article | None
    state: str
    why: str
    acts: tuple[str, ...]
    texts: tuple[actions.Offered, ...]  # what it may be made of; empty where there is nothing to publish


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the page shows of a campaign's articles."""

    rows: tuple[Row, ...]
    note: str = words.QUIET


async def shelf(visit: Visit, work: Work, me: Desk, occurrence: Occurrence) -> Shelf:
    """Empty for those who answer for less than the campaign, and where no official account is."""
    accounts = visit.school.accounts.followed()
    if not accounts or not (me.may_change(occurrence.unit) or me.may_approve(occurrence.unit)):
        return Shelf(())
    found = await work.articles.latest(occurrence.id)
    rows = []
    for one in accounts:
        texts = tuple(await actions.texts_of(work, visit.school, occurrence, one))
        rows.append(_row(one, found.get(one.id), me, occurrence, texts))
    return Shelf(tuple(rows) if found or any(row.texts for row in rows) else ())


def _row(
    account: Wechat,
    found: Article | None,
    me: Desk,
    occurrence: Occurrence,
    texts: tuple[actions.Offered, ...],
) -> Row:
    label = words.account(account.units, account.id)
    if reason := why_not(account):
        return Row(account.id, label, found, "", words.why(reason), (), texts)
    acts: list[str] = []
    running = occurrence.state in (OccurrenceState.OPEN, OccurrenceState.PAUSED)
    if texts and running and me.may_change(occurrence.unit) and (found is None or found.state in OVER):
        acts.append("draft")
    for act in _ACTS.get(found.state, ()) if found else ():
        if act == "agree" and found is not None:
            allowed = actions.may_agree(found, occurrence.unit, me.person)
        else:
            allowed = me.may_change(occurrence.unit) and (act != "publish" or running)
        acts += [act] if allowed else []
    state = words.STATES[found.state] if found else ""
    why = words.why(found.outcome) if found and found.outcome else ""
    return Row(account.id, label, found, state, why, tuple(acts), texts)


async def change(visit: Visit) -> web.StreamResponse:
    """POST: one step of one article; on record. Nothing of it waits for the platform."""
    form = await visit.form()
    id_, act = str(form.get("id", "")), str(form.get("act", ""))
    number = str(form.get("article", ""))
    article = row_id(number)
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        occurrence = await work.duties.occurrence(id_)
        if occurrence is None:
            raise Refusal(wording.no_such_page())
        found = await work.articles.get(article)
        if act != "draft" and (found is None or found.occurrence != id_):
            raise Refusal(words.moved_on())
        allowed = me.may_approve if act == "agree" else me.may_change
        if not allowed(occurrence.unit):
            raise Refusal(wording.not_allowed())
        match act:
            case "draft":
                account = visit.school.accounts.get(str(form.get("account", "")))
                if not isinstance(account, Wechat):
                    raise Refusal(words.why("not an official account"))
                text = str(form.get("text", ""))
                await actions.draft(work, visit.school, occurrence, account, text, me.person, visit.now)
            case "publish":
                await actions.publish(work, visit.school, article, me.person, visit.now)
            case "agree":
                await actions.agree(work, article, me.person, visit.now)
            case "back":
                await actions.take_back(work, article)
            case "public":
                await actions.seen_public(work, article, str(form.get("url", "")).strip(), visit.now)
            case "nothing":
                await actions.seen_nothing(work, article)
            case _:
                raise Refusal(wording.not_allowed())
        work.people.audit(me.person.id, f"article {act}", visit.now, {"occurrence": id_, "article": number})
    visit.pages.wake()
    return visit.see_other(f"{CONSOLE}campaign?{urlencode({'id': id_})}#article")
