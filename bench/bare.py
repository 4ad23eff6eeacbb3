"""The reference: an aiohttp handler that answers fixed bytes. ``python -m bench.bare PORT``."""

from __future__ import annotations

import sys
from typing import Final

from aiohttp import web

BODY: Final = b"x" * 600  # as long as an encrypted reply


async def answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=BODY, content_type="text/xml")


async def healthy(request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    app = web.Application()
    app.router.add_post("/callback/{account}", answer)
    app.router.add_get("/healthz", healthy)
    port = int(sys.argv[1])
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=lambda *_: None, backlog=1024)


if __name__ == "__main__":
    main()
