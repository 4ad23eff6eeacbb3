"""One request of one browser: who it belongs to, what its form says, and the page that answers it."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.web_request import FileField

from bot.errors import Refusal
from bot.people.rules import Person
from bot.school import School
from bot.web import wording
from bot.web.pages import Pages
from bot.web.rules import Session, client_ip, csrf_of, session_of, session_text
from bot.web.view import headers, rendered
from bot.work import Work

log = structlog.get_logger()

_SESSION: Final = "session"
_VISITOR: Final = "visitor"
_FORM_LIMIT: Final = 64 * 1024


@dataclass(slots=True)
class Visit:
    request: web.Request
    pages: Pages
    school: School
    now: datetime
    session: Session | None
    visitor: str
    cookie: str  # the session cookie as it came; the form token hangs on it
    _cookies: list[tuple[str, str, int, str]] = field(default_factory=list)

    @classmethod
    def of(cls, request: web.Request, pages: Pages) -> Visit:
        school, now = pages.school(), pages.clock()
        cookie = request.cookies.get(_SESSION, "")
        session = session_of(school.key, cookie, now) if cookie else None
        return cls(
            request, pages, school, now, session, request.cookies.get(_VISITOR, ""), cookie if session else ""
        )

    @property
    def csrf(self) -> str:
        """The token for a form of this page; a browser without a visitor cookie gets one."""
        if not self.visitor:
            self.visitor = self.pages.random_text()
            self.keep(_VISITOR, self.visitor, 30 * 86400)
        return csrf_of(self.school.key, self.visitor, self.cookie)

    @property
    def ip(self) -> str:
        return client_ip(self.request.remote or "", self.request.headers.get("X-Forwarded-For", ""))

    def asked(self, name: str) -> str:
        """A parameter of the address, at most 200 characters of it."""
        return self.request.query.get(name, "").replace("\x00", "")[:200]

    async def form(self, limit: int = _FORM_LIMIT) -> Mapping[str, str | bytes | bytearray | FileField]:
        """The posted form. Raises Refusal when it is not from a page of ours in this browser."""
        try:
            posted = await self.request.clone(client_max_size=limit).post()
        except (ValueError, LookupError):  # no form, or an encoding that does not exist
            raise Refusal(wording.stale_form()) from None
        if any(isinstance(value, str) and "\x00" in value for value in posted.values()):
            raise Refusal(wording.stale_form())
        given = posted.get("csrf", "")
        right = csrf_of(self.school.key, self.visitor, self.cookie)
        if (
            not self.visitor
            or not isinstance(given, str)
            or not hmac.compare_digest(given.encode(), right.encode())
        ):
            raise Refusal(wording.stale_form())
        return posted

    async def person(self, work: Work) -> Person | None:
        """Whose browser this is, if they are still with us and still hold the identity they came with."""
        if self.session is None:
            return None
        if not self.session.address:
            person = await work.people.by_id(self.session.person)
        else:
            found = (await work.people.current([self.session.address])).get(self.session.address)
            person = found.person if found else None
        if person is None or person.id != self.session.person or person.left_at is not None:
            return None
        return person

    def log_in(self, session: Session) -> None:
        """A new session under a new visitor id: no form that an earlier user left open still fits."""
        self.session, self.cookie = session, session_text(self.school.key, session)
        self.keep(_SESSION, self.cookie, int((session.until - self.now).total_seconds()))
        self.keep(_VISITOR, self.pages.random_text(), 30 * 86400)

    def log_out(self) -> None:
        self.session, self.cookie = None, ""
        self.keep(_SESSION, "", 0)

    def keep(self, name: str, value: str, seconds: int, path: str = "/") -> None:
        self._cookies.append((name, value, seconds, path))

    def page(self, template: str, status: int = 200, **context: Any) -> web.Response:
        text = rendered(template, visit=self, school=self.school, **context)
        return web.Response(text=text, content_type="text/html", status=status)

    def say(
        self, text: str, status: int = 200, title: str = "", link: str = "", label: str = ""
    ) -> web.Response:
        """A page of one sentence, and perhaps a way on."""
        return self.page("say.html", status, text=text, title=title, link=link, label=label)

    def see_other(self, path: str) -> web.Response:
        return web.Response(status=303, headers={"Location": path})

    def finish(self, response: web.StreamResponse) -> None:
        secure = self.school.accounts.public_url.startswith("https://")
        for name, value, seconds, path in self._cookies:
            response.set_cookie(
                name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="Lax"
            )
        for header, value in headers(self.pages.framed_by).items():
            response.headers.setdefault(header, value)


Page = Callable[[Visit], Awaitable[web.StreamResponse]]


def served(pages: Pages, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The page as a handler: a refusal becomes a polite sentence, and so does an error of ours; cookies and
    headers are set here alone.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        visit = Visit.of(request, pages)
        try:
            response = await page(visit)
        except Refusal as refusal:
            response = visit.say(refusal.sentence, 403)
        except web.HTTPRequestEntityTooLarge:
            response = visit.say(wording.too_large(), 413)
        except web.HTTPException:
            raise
        except Exception:
            log.exception("page failed", page=page.__module__)
            response = visit.say(wording.trouble(), 500)
        visit.finish(response)
        return response

    return answer
