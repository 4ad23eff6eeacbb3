"""/a/{slug}: a letter or article. Anybody may read; acting in a person's name needs a platform login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.duties.actions import prove
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState, ProofKind
from bot.materials.rules import Material
from bot.messages import Realm
from bot.quiz.items import AUDIENCES
from bot.receipts.rules import tidy_code
from bot.school import audience_of
from bot.settings import WecomApp
from bot.web import wording
from bot.web.article_own import BUTTONS, Reader, reader, scene_open
from bot.web.article_text import article, fields_of
from bot.web.rules import is_class_key
from bot.web.visit import Visit
from bot.work import Work

_HIDDEN: Final = (OccurrenceState.ASKED, OccurrenceState.WAITING, OccurrenceState.SKIPPED)
_ON_PAGE: Final = frozenset({Ask.SIGN, *BUTTONS})


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
    return _page(visit, slug, occurrence, me)


async def _reader(visit: Visit, work: Work, occurrence: Occurrence) -> Reader | None:
    """Only a platform login counts here; a link into the console is no signature."""
    if visit.session is None or not visit.session.address:
        return None
    person = await visit.person(work)
    return None if person is None else await reader(work, occurrence, person)


def _page(visit: Visit, slug: str, occurrence: Occurrence, me: Reader | None) -> web.Response:
    school, k = visit.school, visit.asked("k")
    audience = _audience(visit, occurrence, me)
    text = school.library.get(occurrence.material_for(audience))
    counting = is_class_key(k) and f"opened-{k}" not in visit.request.cookies
    paused = occurrence.state is OccurrenceState.PAUSED
    scene = text.scene if text else None
    answered = visit.asked("answered")
    return visit.page(
        "article.html",
        slug=slug,
        occurrence=occurrence,
        text=text,
        me=me,
        paused=paused,
        title=text.title if text else occurrence.title,
        html=article(text.body, fields_of(school, occurrence.planned_at)) if text else "",
        safe=wording.SAFE,
        todo=wording.todo(occurrence.ask),
        k=k if counting else "",
        keep=_keep(visit),
        scene=scene,
        answered=answered if scene and answered in dict(scene.options) else "",
        can_answer=me is None or any(scene_open(occurrence, own) for own in me.tasks),
        level=school.letter_level,
        screen=_screen(text),
        voluntary=occurrence.do is Do.CONFIRM,
        thanks=wording.thanks(me.receipts) if me and me.receipts else "",
        other=wording.other_guardian(),
        logins=_logins(visit, slug, occurrence) if me is None and occurrence.ask in _ON_PAGE else [],
    )


def _audience(visit: Visit, occurrence: Occurrence, me: Reader | None) -> str:
    """The one in the link, else the reader's own, else 家长 for a class link, else the first with a text."""
    wanted = [visit.asked("v")]
    if me is not None:
        wanted.append(audience_of(me.person.kind, me.person.stage))
    if visit.asked("k") or occurrence.do is Do.FORWARD:
        wanted.append("家长")
    return next((a for a in (*wanted, *AUDIENCES) if a in AUDIENCES and occurrence.material_for(a)), "")


def _logins(visit: Visit, slug: str, occurrence: Occurrence) -> list[LoginButton]:
    """Where the reader may log in: the accounts that live at this address, else all of them."""
    accounts = visit.school.accounts
    able = [account for account in accounts if visit.pages.realms(account.id)]
    here = [account for account in able if accounts.url(account).partition("://")[2] == visit.request.host]
    buttons = []
    for account in here or able:
        label = (
            "" if len(here or able) == 1 else wording.account(isinstance(account, WecomApp), account.units)
        )
        query = {"next": f"/a/{slug}" + _keep(visit)}
        if visit.asked("v") == "家长" and Realm.PARENT in visit.pages.realms(account.id):
            query["as"] = "parent"
        words = wording.login(occurrence.ask) + label
        buttons.append(LoginButton(words, f"{accounts.url(account)}/oauth/{account.id}?{urlencode(query)}"))
    return buttons


def _keep(visit: Visit) -> str:
    """The parameters that go on from page to page."""
    kept = {name: value for name in ("k", "v") if (value := visit.asked(name))}
    return f"?{urlencode(kept)}" if kept else ""


def _screen(text: Material | None) -> str:
    return f"/screen/{text.id}" if text is not None and text.kind == "sixty_seconds" else ""


def _is_reading(visit: Visit) -> bool:
    purpose = visit.request.headers.get("Sec-Purpose", "") + visit.request.headers.get("Purpose", "")
    return visit.request.method == "GET" and "prefetch" not in purpose
