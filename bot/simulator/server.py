"""The simulator as one aiohttp application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import files

from aiohttp import web

from bot.simulator import authorize, subscribe
from bot.simulator.page_api import Hooks, PageApi, gentle
from bot.simulator.simulation import Simulation
from bot.simulator.wechat_api.publish import pages as article_pages
from bot.simulator.wechat_api.routes import routes as wechat_routes
from bot.simulator.wecom_api.routes import routes as wecom_routes
from bot.simulator.world import Clock, World

__all__ = ["SIMULATION", "Hooks", "build"]

SIMULATION: web.AppKey[Simulation] = web.AppKey("simulation", Simulation)
_PAGE = {"page.html": "text/html", "page.css": "text/css", "page.js": "text/javascript"}
_PAGE |= {"paint.js": "text/javascript", "slot.js": "text/javascript", "phones.css": "text/css"}
BODY_LIMIT = 32 << 20


def build(world: World, clock: Clock, hooks: Hooks | None = None, base_url: str = "") -> web.Application:
    """``/wecom`` and ``/wechat`` are API bases, ``/open`` the login base, ``/`` the four phones.

    ``base_url`` is how the server is reached; set ``app[SIMULATION].base_url`` when it is known later.
    """
    sim = Simulation(world, clock, base_url)
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[gentle])
    app[SIMULATION] = sim
    app.add_routes(wecom_routes(sim))
    app.add_routes(wechat_routes(sim))
    app.add_routes(article_pages(sim))
    app.add_routes(authorize.routes(sim))
    app.add_routes(subscribe.routes(sim))
    app.add_routes(PageApi(sim, hooks or Hooks()).routes())
    app.add_routes(_page_routes())
    app.on_shutdown.append(_let_go)
    app.cleanup_ctx.append(_lifetime)
    return app


async def _let_go(app: web.Application) -> None:
    """Hanging calls and event streams end, so that closing does not wait for them."""
    app[SIMULATION].faults.heal()
    app[SIMULATION].pulse.close()


async def _lifetime(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[SIMULATION].close()


def _page_routes() -> list[web.RouteDef]:
    folder = files("bot.simulator") / "page"
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in _PAGE}

    async def show(request: web.Request) -> web.Response:
        name = request.match_info.get("name", "page.html")
        if name not in texts:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache"}
        return web.Response(text=texts[name], content_type=_PAGE[name], charset="utf-8", headers=headers)

    return [web.get("/", show), web.get("/page/{name}", show)]
