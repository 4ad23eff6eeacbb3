"""A platform that takes everything: ``python -m bench.fake PORT``. ``/counts`` tells what it took."""

from __future__ import annotations

import json
import sys

from aiohttp import web


class Fake:
    def __init__(self) -> None:
        self.calls = 0
        self.recipients = 0

    async def send(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        self.calls += 1
        self.recipients += body["touser"].count("|") + 1
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": f"m{self.calls}"})

    async def token(self, request: web.Request) -> web.Response:
        return web.json_response({"errcode": 0, "errmsg": "ok", "access_token": "t", "expires_in": 7200})

    async def counts(self, request: web.Request) -> web.Response:
        return web.json_response({"calls": self.calls, "recipients": self.recipients})


def main() -> None:
    fake = Fake()
    app = web.Application(client_max_size=1_000_000)
    app.router.add_post("/cgi-bin/message/send", fake.send)
    app.router.add_get("/cgi-bin/gettoken", fake.token)
    app.router.add_get("/counts", fake.counts)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=lambda *_: None)


if __name__ == "__main__":
    main()
