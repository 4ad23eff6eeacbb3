"""Templates, security headers and static files."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlencode

import jinja2
from aiohttp import web

from bot.duties.wording import day, moment
from bot.people.rules import leaf, masked
from bot.reports.rules import percent

_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_CSP: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def headers(framed_by: tuple[str, ...]) -> dict[str, str]:
    """The security headers of every page; scripts and styles come from our own files only."""
    return {**_HEADERS, "Content-Security-Policy": " ".join([_CSP, "'self'", *framed_by])}


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, moment=moment, leaf=leaf, masked=masked, query=_query)
    environment.globals.update(static=static_url, percent=percent)
    return environment


def _query(values: dict[str, Any]) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def rendered(template: str, **context: Any) -> str:
    return _environment().get_template(template).render(**context)


@cache
def _static() -> dict[str, bytes]:
    folder = files("bot.web") / "static"
    return {
        item.name: item.read_bytes()
        for item in folder.iterdir()
        if "." + item.name.rpartition(".")[2] in _TYPES
    }


@cache
def static_url(name: str) -> str:
    """The address of a file of ours; it changes with the content, so browsers may keep it."""
    return f"/static/{name}?{hashlib.sha256(_static()[name]).hexdigest()[:10]}"


async def static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in _static():
        raise web.HTTPNotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    kind = _TYPES["." + name.rpartition(".")[2]]
    return web.Response(body=_static()[name], content_type=kind, charset="utf-8", headers=headers)
