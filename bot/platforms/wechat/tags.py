"""Tags of followers (6.5): made by name, put on and taken off fifty at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.platforms.api import Api
from bot.platforms.errors import refused
from bot.platforms.http import encode

MOST: Final = 50  # openids a call
_TAKEN: Final = 45157  # a tag of this name is there already


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of one account. Every call raises PlatformError with a verdict."""

    api: Api

    async def make(self, name: str) -> int:
        """The number of the tag of this name, made where there is none; an account has a hundred at most."""
        answer = await self.api.raw("/cgi-bin/tags/create", encode({"tag": {"name": name}}))
        if answer.get("errcode") == _TAKEN:
            for tag in (await self.api.get("/cgi-bin/tags/get")).get("tags", ()):
                if tag.get("name") == name:
                    return int(tag["id"])
        return int(self.api.accepted(answer)["tag"]["id"])

    async def put(self, tag_id: int, openids: Sequence[str]) -> None:
        """Fifty followers at most; one who does not follow spoils the call (40003)."""
        await self._change("batchtagging", tag_id, openids)

    async def take(self, tag_id: int, openids: Sequence[str]) -> None:
        await self._change("batchuntagging", tag_id, openids)

    async def _change(self, what: str, tag_id: int, openids: Sequence[str]) -> None:
        if not 1 <= len(openids) <= MOST:
            raise refused(40032, "one to fifty followers a call")
        body = {"openid_list": list(openids), "tagid": tag_id}
        await self.api.post(f"/cgi-bin/tags/members/{what}", encode(body))
