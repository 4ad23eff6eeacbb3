"""Web login of followers (official account 7.1): the openid behind a code, never that of a snapshot page."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.errors import Refusal
from bot.messages import Address
from bot.platforms import wording
from bot.platforms.authorize import DEFAULT_BASE, authorize_url
from bot.platforms.errors import Platform, error_for
from bot.platforms.http import Http


@dataclass(frozen=True, slots=True)
class FollowerLogin:
    """Who opened a page, by the account's own secret; no access token is needed."""

    http: Http
    app_id: str
    app_secret: str = field(repr=False)
    authorize_base_url: str = DEFAULT_BASE

    def url(self, redirect_uri: str, state: str) -> str:
        return authorize_url(self.authorize_base_url, self.app_id, redirect_uri, state)

    async def address(self, code: str) -> Address:
        """Raises Refusal on a snapshot page, PlatformError for a code that is wrong, spent or five minutes
        old.
        """
        answer = await self.http.get(
            "/sns/oauth2/access_token",
            {
                "appid": self.app_id,
                "secret": self.app_secret,
                "code": code,
                "grant_type": "authorization_code",
            },
        )
        error = error_for(Platform.WECHAT, answer)
        if error is not None:
            raise error
        if answer.get("is_snapshotuser"):
            raise Refusal(wording.snapshot())
        if not (openid := answer.get("openid")):
            raise Refusal(wording.not_a_follower())
        return Address.follower(self.app_id, str(openid))
