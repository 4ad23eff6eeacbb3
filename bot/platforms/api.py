"""Calls that carry an account's access token; a stale one is replaced once, then the account stops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.errors import PlatformError, Verdict
from bot.platforms.errors import TOKEN_REJECTED, Platform, error_for
from bot.platforms.http import Http
from bot.platforms.tokens import Tokens

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """One account's line to its platform."""

    http: Http
    tokens: Tokens
    platform: Platform
    account: str

    async def get(self, path: str, **params: str) -> Answer:
        """The answer of a read. Raises PlatformError for any errcode but 0."""
        return self.accepted(await self._with_token(lambda token: self.http.get(path, token | params)))

    async def post(
        self, path: str, body: bytes, content_type: str = "application/json", **params: str
    ) -> Answer:
        """The answer of a call that acts. Raises PlatformError for any errcode but 0."""
        return self.accepted(await self.raw(path, body, content_type, **params))

    async def raw(
        self, path: str, body: bytes, content_type: str = "application/json", **params: str
    ) -> Answer:
        """The same, with the errcode left to the caller; only a stale token is seen to."""
        return await self._with_token(lambda token: self.http.post(path, token | params, body, content_type))

    async def upload(self, path: str, name: str, data: bytes, **params: str) -> Answer:
        call = self._with_token(lambda token: self.http.upload(path, token | params, name, data))
        return self.accepted(await call)

    async def callback_ips(self) -> tuple[str, ...]:
        """Where callbacks come from (90930); it needs no permission, so it tests a token and our own IP."""
        answer = await self.get("/cgi-bin/getcallbackip")
        return tuple(map(str, answer.get("ip_list", ())))

    def accepted(self, answer: Answer) -> Answer:
        error = error_for(self.platform, answer)
        if error is not None:
            raise error
        return answer

    async def _with_token(self, call: Callable[[dict[str, str]], Awaitable[Answer]]) -> Answer:
        token = await self.tokens.current(self.account)
        answer = await call({"access_token": token})
        if answer.get("errcode") not in TOKEN_REJECTED:
            return answer
        token = await self.tokens.replace(self.account, token)
        answer = await call({"access_token": token})
        if (code := answer.get("errcode")) in TOKEN_REJECTED:
            message = str(answer.get("errmsg", ""))
            raise PlatformError(Verdict.STOP, int(code), message)
        return answer
