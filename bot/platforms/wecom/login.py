"""Web login of members and of parents and students (91023, 95791). A code is spent by one call, once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import Refusal
from bot.messages import Address, Realm
from bot.platforms import wording
from bot.platforms.api import Api
from bot.platforms.authorize import DEFAULT_BASE, authorize_url


@dataclass(frozen=True, slots=True)
class MemberLogin:
    """Who of the corp's members opened a page."""

    api: Api
    corp_id: str
    agent_id: int
    authorize_base_url: str = DEFAULT_BASE

    def url(self, redirect_uri: str, state: str) -> str:
        return authorize_url(
            self.authorize_base_url, self.corp_id, redirect_uri, state, agent_id=self.agent_id
        )

    async def address(self, code: str) -> Address:
        """Raises Refusal for an outsider, PlatformError for a code that is wrong, spent or five minutes
        old.
        """
        answer = await self.api.get("/cgi-bin/auth/getuserinfo", code=code)
        userid = str(answer.get("userid") or answer.get("UserId") or "")
        corp, slash, inner = userid.partition("/")  # members of a lower corp come as CorpId/userid (91023)
        if slash:
            return Address.member(corp, inner)
        if not userid:
            raise Refusal(wording.not_a_member())
        return Address.member(self.corp_id, userid)


@dataclass(frozen=True, slots=True)
class SchoolLogin:
    """Which parent or student of the school directory opened a page."""

    api: Api
    corp_id: str
    authorize_base_url: str = DEFAULT_BASE

    def url(self, redirect_uri: str, state: str) -> str:
        return authorize_url(self.authorize_base_url, self.corp_id, redirect_uri, state)

    async def address(self, code: str) -> Address:
        """Raises Refusal for anybody else, PlatformError for a code that is wrong, spent or five minutes
        old.
        """
        answer = await self.api.get("/cgi-bin/school/getuserinfo", code=code)
        if parent := answer.get("parent_userid"):
            return Address.parent(self.corp_id, str(parent))
        if student := answer.get("student_userid"):
            return Address(self.corp_id, Realm.STUDENT, str(student).lower())
        raise Refusal(wording.not_in_directory())
