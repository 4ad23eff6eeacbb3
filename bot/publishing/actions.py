"""What administrators do with an article: have a draft made, publish it, agree to it, say what they saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

from bot.delivery import wording as delivery_wording
from bot.duties.filling import fields_of
from bot.duties.readers import of_class
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState
from bot.errors import Refusal
from bot.ids import new_id
from bot.materials.page import filled
from bot.materials.rules import Material
from bot.messages import Choice, Text, Urgency
from bot.people.rules import ADMIN_ROLES, Person, RoleName, in_scope, within
from bot.publishing import wording
from bot.publishing.article import Composed, of_document, of_text
from bot.publishing.rules import Article, State, why_not
from bot.publishing.store import may_start_over
from bot.reports import wording_documents
from bot.reports.actions import period_report, span
from bot.reports.rules import ReportKind
from bot.school import School
from bot.settings import AccountSettings, Wechat
from bot.work import Work

BULLETIN: Final = "bulletin"
_ALERTS: Final = "alerts"
_INSIDE: Final = (wording_documents.UNITS, wording_documents.FILINGS)  # of a bulletin: never for everybody
_ARTICLES: Final = "https://mp.weixin.qq.com/"
_MARK: Final = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Offered:
    """A text of a campaign that could become its article; ``reader`` picks the same text on our page."""

    id: str
    title: str
    reader: str


async def texts_of(
    work: Work, school: School, occurrence: Occurrence, account: AccountSettings
) -> list[Offered]:
    """Each once, the one that suits the followers of an account best first: they are who reads in the groups
    of the classes it is for.
    """
    if occurrence.do is Do.REPORT and occurrence.what in tuple(ReportKind):
        return [Offered(BULLETIN, wording.BULLETIN, "")]
    found: dict[str, Offered] = {}
    followers = of_class(await work.launches.main_stage(account.units or ("",)))
    for reader in followers.words:
        text = school.library.get(occurrence.material_for(reader))
        if text is not None and text.id not in found:
            found[text.id] = Offered(text.id, text.title, reader)
    return list(found.values())


async def draft(
    work: Work, school: School, occurrence: Occurrence, account: Wechat, text: str, by: Person, now: datetime
) -> Article:
    """A draft is wanted; the press makes it. What it says is fixed here. Raises Refusal with the reason."""
    if why_not(account):
        raise Refusal(wording.why(why_not(account)))
    if occurrence.state not in (OccurrenceState.OPEN, OccurrenceState.PAUSED):
        raise Refusal(wording.not_yet())
    offered = {one.id: one for one in await texts_of(work, school, occurrence, account)}
    if not offered:
        raise Refusal(wording.nothing_to_publish())
    chosen = offered.get(text) or next(iter(offered.values()))
    last = (await work.articles.latest(occurrence.id)).get(account.id)
    if not may_start_over(last):
        raise Refusal(wording.already())
    slug = await work.receipts.slug_of(occurrence.id)
    composed = await _composed(work, school, occurrence, chosen, slug)
    id_ = new_id(now)
    wanted = Article(
        id=id_,
        occurrence=occurrence.id,
        account=account.id,
        number=last.number + 1 if last else 1,
        text=chosen.id,
        title=composed.title,
        digest=composed.digest,
        content=composed.content,
        source_url=_page(school, account, slug, chosen.reader, id_),
        state=State.ASKED,
        asked_by=by.id,
        due=now,
    )
    if not await work.articles.ask(wanted):
        raise Refusal(wording.already())
    return wanted


async def publish(work: Work, school: School, id_: int, by: Person, now: datetime) -> Article:
    """An administrator's word. Where the duty or the school has a second person, that one has to agree."""
    found = await _in_state(work, id_, State.DRAFT)
    occurrence = await work.duties.occurrence(found.occurrence)
    if occurrence is None or occurrence.state is not OccurrenceState.OPEN:
        raise Refusal(wording.not_yet())
    approvers = await work.people.teachers_of(occurrence.unit, (RoleName.APPROVER,))
    others = [person for person in approvers if person.id != by.id]
    duty = school.plan.duties.get(occurrence.duty)
    needs_one = bool(others) or (duty is not None and duty.approve > 0)
    state = State.WAITING if needs_one else State.READY
    if not await work.articles.move(found, state, publish_by=by.id, due=None if needs_one else now):
        raise Refusal(wording.moved_on())
    if needs_one:
        await _ask(work, found, others, now)
    return replace(found, state=state, publish_by=by.id)


def may_agree(found: Article, unit: str, by: Person) -> bool:
    """With 审批 or as an administrator over the campaign's whole unit, and never who wants it published."""
    return in_scope(unit, by.units(RoleName.APPROVER, *ADMIN_ROLES)) and by.id != found.publish_by


async def agree(work: Work, id_: int, by: Person, now: datetime) -> Article:
    """The second person's yes: it goes out now. Raises Refusal."""
    found = await work.articles.get(id_)
    occurrence = await work.duties.occurrence(found.occurrence) if found else None
    if found is None or occurrence is None or found.state is not State.WAITING:
        raise Refusal(wording.cannot_agree())
    if not may_agree(found, occurrence.unit, by):
        raise Refusal(wording.cannot_agree())
    if not await work.articles.move(found, State.READY, agreed_by=by.id, due=now):
        raise Refusal(wording.cannot_agree())
    return replace(found, state=State.READY)


async def take_back(work: Work, id_: int) -> None:
    """Not to be published after all; the draft stays where it is. Raises Refusal."""
    found = await _in_state(work, id_, State.WAITING)
    if not await work.articles.move(found, State.DRAFT, publish_by=None, due=None):
        raise Refusal(wording.moved_on())


async def seen_public(work: Work, id_: int, url: str, now: datetime) -> None:
    """A person looked: it is public, and this is its address. Raises Refusal."""
    found = await _in_state(work, id_, State.UNKNOWN)
    if not url.startswith(_ARTICLES) or len(url) > 1000:
        raise Refusal(wording.not_an_address())
    if not await work.articles.move(
        found, State.PUBLISHED, url=url, outcome="by hand", since=now, due=None
    ):
        raise Refusal(wording.moved_on())


async def seen_nothing(work: Work, id_: int) -> None:
    """A person looked: it is not public. A new draft may be made. Raises Refusal."""
    found = await _in_state(work, id_, State.UNKNOWN)
    if not await work.articles.move(found, State.FAILED, outcome="not published", due=None):
        raise Refusal(wording.moved_on())


async def address_for(work: Work, school: School, occurrence: str, unit: str) -> str:
    """The public article of a campaign from the account that serves a unit; empty when there is none."""
    for id_, url in (await work.articles.addresses([occurrence])).get(occurrence, []):
        account = school.accounts.get(id_)
        if account is not None and any(within(unit, top) for top in account.units or ("",)):
            return url
    return ""


async def tell(work: Work, found: Article, now: datetime) -> None:
    """The person who wanted it hears how it ended."""
    person = found.publish_by or found.asked_by
    contacts = await work.people.contacts_of([person])
    for contact in contacts.get(person, [])[:1]:
        work.outbox.queue(
            key=f"article/{found.id}/{found.state}",
            account=contact.account,
            address=contact.address.key,
            person=person,
            content=Text(wording.result(found)),
            urgency=Urgency.SOLICITED,
            not_before=now,
        )


async def _ask(work: Work, found: Article, others: list[Person], now: datetime) -> None:
    asked = Text(wording.ask_second(found), (Choice(f"/approve {found.id}", "同意发布"),))
    key = f"publish/{found.id}/{int(now.timestamp())}"
    await work.tell([person.id for person in others], key, asked, now)


async def _composed(
    work: Work, school: School, occurrence: Occurrence, chosen: Offered, slug: str
) -> Composed:
    if chosen.id == BULLETIN:
        kind = ReportKind(occurrence.what)
        since, until = span(kind, occurrence.planned_at)
        document = await period_report(work.stats, school.name, kind, "", since, until, until)
        return of_document(document, _INSIDE, slug)
    text = school.library.get(chosen.id)
    assert text is not None
    asks = occurrence.ask in (Ask.SIGN, Ask.CONFIRM)
    body = _body(school, occurrence, text)
    return of_text(text.title, body, text.scene, text.source, slug, asks)


def _body(school: School, occurrence: Occurrence, text: Material) -> str:
    at = occurrence.launched_at or occurrence.planned_at
    if text.kind == _ALERTS:
        return delivery_wording.alert(text, occurrence.reason, at, school.name)
    return filled(text.body, fields_of(school, occurrence.planned_at, occurrence.reason))


def _page(school: School, account: Wechat, slug: str, reader: str, id_: int) -> str:
    """Our page of the campaign; ``d`` is different for each try, so that what was published is recognised."""
    view = f"v={quote(reader)}&" if reader else ""
    return f"{school.accounts.url(account)}/a/{slug}?{view}d={_mark(id_)}"


def _mark(id_: int) -> str:
    letters = []
    while id_:
        id_, rest = divmod(id_, len(_MARK))
        letters.append(_MARK[rest])
    return "".join(letters)


async def _in_state(work: Work, id_: int, state: State) -> Article:
    found = await work.articles.get(id_)
    if found is None or found.state is not state:
        raise Refusal(wording.moved_on())
    return found
