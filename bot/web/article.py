"""/a/{slug}: a letter or article. Anybody may read; acting in a person's name needs a platform login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.duties.actions import prove
from bot.duties.actions_forward import readers_of_link
from bot.duties.composing import CASE_CARD
from bot.duties.readers import of_class
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState, ProofKind
from bot.materials.rules import Material
from bot.messages import Realm
from bot.receipts.rules import tidy_code
from bot.settings import WecomApp
from bot.web import wording
from bot.web.article_files import fetched, shown
from bot.web.article_own import Own, Reader, button, level_of, may_sign, reader, scene_open
from bot.web.article_text import PARENTS, WORDS, article, fields_of, texts_for
from bot.web.rules import is_class_key
from bot.web.subscribing import Asking, asking, offer, policy
from bot.web.visit import Visit
from bot.work import Work

_HIDDEN: Final = (OccurrenceState.ASKED, OccurrenceState.WAITING, OccurrenceState.SKIPPED)


@dataclass(frozen=True, slots=True)
class LoginButton:
    label: str
    url: str


async def find(visit: Visit, work: Work) -> tuple[str, Occurrence] | None:
    """The slug, tidy, and its occurrence; ``None`` for unknown ones and those that have not gone out."""
    slug = tidy_code(visit.request.match_info["slug"])
    id_ = await work.receipts.occurrence_of_slug(slug)
    occurrence = await work.duties.occurrence(id_) if id_ else None
    if occurrence is None or occurrence.state in _HIDDEN:
        return None
    return slug, occurrence


async def show(visit: Visit) -> web.StreamResponse:
    """GET. Only a logged-in person leaves a trace by reading, and never through a preview of the link."""
    database = visit.pages.database
    async with database.begin() if visit.session else database.reading() as tx:
        work = Work(tx)
        found = await find(visit, work)
        if found is None:
            return visit.say(wording.no_such_page(), 404)
        slug, occurrence = found
        if occurrence.state is OccurrenceState.STOPPED:
            return visit.say(wording.stopped(), title=occurrence.title)
        me = await _reader(visit, work, occurrence)
        if me is not None and _is_reading(visit):
            for own in me.tasks:
                if not own.task.exempt:
                    await prove(work, own.task, occurrence, ProofKind.OPENED, me.person.id, "page", visit.now)
        texts = await _texts(visit, work, slug, occurrence, me)
        offered = await offer(visit, work) if me is not None else None
    ask = await asking(visit, offered)
    response = _page(visit, slug, occurrence, me, texts, ask)
    if ask is not None:
        response.headers["Content-Security-Policy"] = policy(visit, ask)
    return response


async def file(visit: Visit) -> web.StreamResponse:
    """GET: anybody who may read the article may open its files."""
    async with visit.pages.database.reading() as tx:
        found = await find(visit, Work(tx))
    return visit.say(wording.no_such_page(), 404) if found is None else fetched(visit, found[1])


async def _reader(visit: Visit, work: Work, occurrence: Occurrence) -> Reader | None:
    """Only a platform login counts here; a link into the console is no signature."""
    if visit.session is None or not visit.session.address:
        return None
    person = await visit.person(work)
    return None if person is None else await reader(work, occurrence, person)


def _page(
    visit: Visit,
    slug: str,
    occurrence: Occurrence,
    me: Reader | None,
    texts: list[Material],
    ask: Asking | None,
) -> web.Response:
    school, k = visit.school, visit.asked("k")
    first = texts[0] if texts else None
    scene = first.scene if first else None
    answered = visit.asked("answered")
    fields = fields_of(school, occurrence.planned_at, occurrence.reason)
    kind = button(occurrence)
    return visit.page(
        "article.html",
        slug=slug,
        occurrence=occurrence,
        me=me,
        paused=occurrence.state is OccurrenceState.PAUSED,
        title=occurrence.title if _own_words(occurrence) else first.title if first else occurrence.title,
        articles=_own_words(occurrence) or [(text.title, article(text.body, fields)) for text in texts],
        cover=f"/cover/{first.id}" if first and first.cover else "",
        files=shown(slug, texts),
        safe=wording.SAFE,
        todo=wording.todo(occurrence.ask),
        k=k if is_class_key(k) and f"opened-{k}" not in visit.request.cookies else "",
        keep=_keep(visit),
        scene=scene,
        answered=answered if scene and answered in dict(scene.options) else "",
        can_answer=me is not None and any(scene_open(occurrence, own) for own in me.tasks),
        level=level_of(school, occurrence),
        signs=me is not None and any(may_sign(occurrence, own.task) for own in me.open),
        statement=wording.pledge(me.person) if me and occurrence.ask is Ask.FULL_MARKS else "",
        screen=f"/screen/{first.id}" if first and first.kind == "sixty_seconds" else "",
        voluntary=occurrence.do is Do.CONFIRM,
        button=wording.button(occurrence, kind) if kind else "",
        can_press=me is not None
        and kind is not None
        and any(_pressable(occurrence, own, kind) for own in me.open),
        asks=occurrence.ask in (Ask.SIGN, Ask.CONFIRM, Ask.TICK),
        thanks=wording.thanks(me.receipts) if me and me.receipts else "",
        other=wording.other_guardian(),
        ask=ask,
        logins=_logins(visit, slug, occurrence)
        if me is None and (kind or occurrence.ask is Ask.SIGN)
        else [],
    )


def _own_words(occurrence: Occurrence) -> list[tuple[str, Markup]]:
    """An approved card of a case of our own stands before the general one of the library."""
    own = occurrence.what == CASE_CARD and occurrence.reason
    return [(occurrence.title, article(occurrence.reason, {}))] if own else []


def _pressable(occurrence: Occurrence, own: Own, kind: ProofKind) -> bool:
    return own.task.tier < occurrence.ladder.tier(kind)


async def _texts(
    visit: Visit, work: Work, slug: str, occurrence: Occurrence, me: Reader | None
) -> list[Material]:
    """The version the address asks for, else that of the group the link was given for, else the reader's own,
    else that of the 学段 most pupils here are in, or of the followers there where it is to be forwarded.

    A parent of children of several 学段 gets every version, because they sign for all of them.
    """
    library, k = visit.school.library, visit.asked("k")
    group = await readers_of_link(work, visit.school, occurrence, slug, k) if is_class_key(k) else None
    given = group.words if group else ()
    found = texts_for(library, occurrence, [visit.asked("v"), *given, *(me.words if me else ())])
    if me and any(own.task.about for own in me.tasks):
        return found
    if not found:
        stage = await work.launches.main_stage()
        forwarded = occurrence.do is Do.FORWARD
        here = of_class(stage).words if forwarded else (stage, f"家长/{stage}", *PARENTS)
        found = texts_for(library, occurrence, [*here, *WORDS])
    return found[:1]


def _logins(visit: Visit, slug: str, occurrence: Occurrence) -> list[LoginButton]:
    """Where the reader may log in: the accounts that live at this address, else all of them."""
    accounts = visit.school.accounts
    able = [account for account in accounts if visit.pages.realms(account.id)]
    here = [account for account in able if accounts.url(account).partition("://")[2] == visit.request.host]
    buttons = []
    for account in here or able:
        is_parent = visit.asked("v") in PARENTS and Realm.PARENT in visit.pages.realms(account.id)
        label = ""
        if len(here or able) > 1:
            label = wording.account(isinstance(account, WecomApp), account.units, is_parent)
        # Who has read the letter comes back to where it is signed, not to its first line.
        query = {"next": f"/a/{slug}{_keep(visit)}#act"}
        if is_parent:
            query["as"] = "parent"
        words = wording.login(occurrence.ask) + label
        buttons.append(LoginButton(words, f"{accounts.url(account)}/oauth/{account.id}?{urlencode(query)}"))
    return buttons


def _keep(visit: Visit) -> str:
    """The parameters that go on from page to page."""
    kept = {name: value for name in ("k", "v") if (value := visit.asked(name))}
    return f"?{urlencode(kept)}" if kept else ""


def _is_reading(visit: Visit) -> bool:
    purpose = visit.request.headers.get("Sec-Purpose", "") + visit.request.headers.get("Purpose", "")
    return visit.request.method == "GET" and "prefetch" not in purpose
