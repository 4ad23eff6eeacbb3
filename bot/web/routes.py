"""Every address of the pages."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.web import (
    article,
    article_acts,
    article_files,
    console,
    console_article,
    console_before,
    console_call,
    console_campaign,
    console_case,
    console_cases,
    console_exports,
    console_follow,
    console_forward,
    console_home,
    console_people,
    console_roster,
    console_unfinished,
    oauth,
    screen,
    screen_class,
    sign,
    verify,
    wording,
)
from bot.web.health import health_routes
from bot.web.pages import Pages
from bot.web.view import static
from bot.web.visit import Page, Visit, served

_ROUTES: Final[tuple[tuple[str, str, Page], ...]] = (
    ("GET", "/a/{slug}", article.show),
    ("GET", "/a/{slug}/file/{text}/{name}", article.file),
    ("GET", "/cover/{text}", article_files.cover),
    ("POST", "/a/{slug}/open", article_acts.opened),
    ("POST", "/a/{slug}/confirm", article_acts.confirm),
    ("POST", "/a/{slug}/sign", article_acts.signed),
    ("POST", "/a/{slug}/scene", article_acts.answered),
    ("GET", "/oauth/{account}", oauth.login),
    ("GET", "/sign/{token}", sign.show),
    ("POST", "/sign/{token}", sign.signed),
    ("GET", "/verify", verify.form),
    ("GET", "/verify/", verify.form),
    ("GET", "/verify/{code}", verify.show),
    ("GET", "/screen/{slug}", screen.show),
    ("GET", "/screen/{slug}/{k}", screen_class.show),
    ("GET", "/console", console_home.show),
    ("GET", "/console/", console_home.show),
    ("GET", "/console/login", console.door),
    ("POST", "/console/logout", console.left),
    ("GET", "/console/enter/{token}", console.enter),
    ("POST", "/console/enter/{token}", console.entered),
    ("GET", "/console/campaigns", console_home.campaigns),
    ("GET", "/console/before", console_before.show),
    ("POST", "/console/before", console_before.send),
    ("GET", "/console/campaign", console_campaign.show),
    ("POST", "/console/campaign", console_campaign.change),
    ("POST", "/console/article", console_article.change),
    ("GET", "/console/unfinished", console_unfinished.show),
    ("GET", "/console/forward", console_forward.show),
    ("GET", "/console/follow", console_follow.show),
    ("GET", "/console/follow/code", console_follow.code),
    ("GET", "/console/follow/sheet", console_follow.sheet),
    ("GET", "/console/people", console_people.form),
    ("POST", "/console/people", console_people.found),
    ("GET", "/console/audit", console_people.audit),
    ("GET", "/console/roster", console_roster.form),
    ("POST", "/console/roster", console_roster.preview),
    ("POST", "/console/roster/apply", console_roster.apply),
    ("POST", "/console/roster/undo", console_roster.undo),
    ("GET", "/console/cases", console_cases.show),
    ("POST", "/console/cases/police", console_cases.police),
    ("GET", "/console/call", console_call.show),
    ("POST", "/console/call", console_call.change),
    ("GET", "/console/case", console_case.show),
    ("POST", "/console/case", console_case.change),
    ("GET", "/console/case/new", console_cases.form_new),
    ("POST", "/console/case/new", console_cases.opened),
    ("POST", "/console/case/pack", console_case.pack),
    ("GET", "/console/exports", console_exports.form),
    ("GET", "/console/reports", console_exports.form),
    ("POST", "/console/exports", console_exports.export),
)


def add_routes(app: web.Application, pages: Pages) -> None:
    """Articles, login, signatures, verification, screen, console, health and our static files."""
    for method, path, page in _ROUTES:
        app.router.add_route(method, path, served(pages, page))
        if method == "GET":
            app.router.add_route("HEAD", path, served(pages, page))
    app.router.add_get("/static/{name}", static)
    app.add_routes(health_routes(pages))
    app.router.add_get("/{nowhere:.*}", served(pages, _nowhere))


async def _nowhere(visit: Visit) -> web.StreamResponse:
    return visit.say(wording.no_such_page(), 404)
