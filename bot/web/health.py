"""/healthz, /readyz, /metrics: for whoever runs the machines."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.web.pages import Pages
from bot.web.store import answers


def health_routes(pages: Pages) -> list[web.RouteDef]:
    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(_: web.Request) -> web.Response:
        """200 when database, migrations and scheduler are fine, else 503 and which is not."""
        found = {"database": await answers(pages.database), "scheduler": pages.is_fresh()}
        found["migrations"] = found["database"] and await pages.is_current()
        return web.json_response(found, status=200 if all(found.values()) else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(pages.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    return [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", metrics)]
