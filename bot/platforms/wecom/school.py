"""学校通知 to persons or whole classes of the school directory (92321), and who can be reached at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any, Final

from bot.errors import PlatformError, Verdict
from bot.messages import EVERYONE, Address, CardUpdate, Content, File, Image, Notice, Realm, Voice
from bot.people.directory import Department
from bot.platforms.api import Api
from bot.platforms.errors import refused
from bot.platforms.http import encode
from bot.platforms.port import Ability, Packed, Receipt
from bot.platforms.wecom import amr, payloads

SEND: Final = "/cgi-bin/externalcontact/message/send"
BATCH: Final = 1000
CLASSES: Final = 100  # departments a call
_TEACHERS: Final = (3, 4)  # 班主任, 任课老师 among the admins of a class


class Scope(IntEnum):
    """``recv_scope``: whom a class or the whole school stands for."""

    PARENTS = 0
    STUDENTS = 1
    BOTH = 2


@dataclass(frozen=True, slots=True)
class AllowScope:
    """Whose parents can use the app (94895)."""

    students: tuple[str, ...]
    departments: tuple[int, ...]


class SchoolClient:
    """学校通知 of one app. Parents have no chat with us: what they answer, they answer on a page."""

    batch = BATCH
    abilities = frozenset({Ability.PUSH, Ability.LOGIN, Ability.IMAGE, Ability.FILE, Ability.VOICE})

    def __init__(self, api: Api, corp_id: str, agent_id: int) -> None:
        self._api = api
        self._corp_id = corp_id
        self._agent_id = agent_id

    def pack(
        self, recipients: Sequence[Address], content: Content, *, key: str, media: Mapping[str, str]
    ) -> Packed:
        """At most 1000 parents, or 1000 students, a call. Textcards, Markdown and cards do not exist here."""
        scope, field, ids = self._scope(recipients)
        to = {"recv_scope": scope, field: ids, "toall": 0}
        return self._packed(to, recipients, content, key, media)

    def _packed(
        self,
        to: Mapping[str, Any],
        recipients: Sequence[Address],
        content: Content,
        key: str,
        media: Mapping[str, str],
    ) -> Packed:
        to = {**to, "agentid": self._agent_id}
        body = encode({**to, **_payload(content, media), **payloads.duplicates(key)})
        return Packed(SEND, body, tuple(recipients), timedelta(seconds=payloads.WINDOW), "notice")

    async def send(self, packed: Packed) -> Receipt:
        """Whoever does not follow 学校通知 is accepted and gets nothing: ask ``followers`` before."""
        answer = await self._api.post(packed.path, packed.body, packed.content_type)
        left_out = {
            (realm, str(one).lower())
            for realm, name in (
                (Realm.PARENT, "invalid_parent_userid"),
                (Realm.STUDENT, "invalid_student_userid"),
            )
            for one in answer.get(name) or ()
        }
        return Receipt(refused=tuple(one for one in packed.recipients if (one.realm, one.id) in left_out))

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        if kind == "voice":
            amr.check(data)
        answer = await self._api.upload("/cgi-bin/media/upload", name, data, type=kind)
        return str(answer["media_id"])

    async def departments(self) -> list[Department]:
        """The whole tree, from the top (92343)."""
        answer = await self._api.get("/cgi-bin/school/department/list")
        return [_department(one) for one in answer.get("departments", ())]

    async def followers(self, department: int) -> dict[Address, bool]:
        """The parents of one class and whether each follows 学校通知 (92446)."""
        answer = await self._api.get("/cgi-bin/school/user/list_parent", department_id=str(department))
        parents: list[dict[str, Any]] = answer.get("parents", [])
        return {
            Address.parent(self._corp_id, str(one["parent_userid"])): one.get("is_subscribe") == 1
            for one in parents
        }

    async def follow_code(self) -> str:
        """The address of the QR code that parents scan to follow, 430 pixels wide (92320)."""
        answer = await self._api.get("/cgi-bin/externalcontact/get_subscribe_qr_code")
        return str(answer.get("qrcode_middle", ""))

    async def follow_picture(self) -> bytes:
        """The QR code itself, as large as there is one; 43009 where the corp is not verified (92320).

        How long it stays good is not documented: it is fetched anew each day.
        """
        answer = await self._api.get("/cgi-bin/externalcontact/get_subscribe_qr_code")
        sizes = [answer[name] for name in ("qrcode_big", "qrcode_middle", "qrcode_thumb") if answer.get(name)]
        if not sizes:
            raise PlatformError(Verdict.RETRY, 0, "no address of a QR code")
        return await self._api.http.picture(str(sizes[0]))

    async def allow_scope(self) -> AllowScope:
        answer = await self._api.get("/cgi-bin/school/agent/get_allow_scope", agentid=str(self._agent_id))
        scope = answer.get("allow_scope", {})
        students = tuple(str(one) for one in scope.get("students", {}).get("userid", ()))
        return AllowScope(students, tuple(scope.get("departments", {}).get("partyid", ())))

    def _scope(self, recipients: Sequence[Address]) -> tuple[int, str, list[str]]:
        realms = {one.realm for one in recipients}
        if not 1 <= len(recipients) <= BATCH or any(one.corp != self._corp_id for one in recipients):
            raise refused(40032, "one to 1000 people of this corp a call")
        ids = [one.id for one in recipients]
        if realms == {Realm.PARENT}:
            return 0, "to_parent_userid", ids
        if realms == {Realm.STUDENT}:
            return 1, "to_student_userid", ids
        raise refused(40031, "a notice goes to parents or to students")


class ClassClient(SchoolClient):
    """The same to whole classes: the platform knows who their parents are, and we need not.

    ``scope``: pupils of a school mostly have no phone of their own, so parents are
    meant unless said otherwise.
    """

    batch = CLASSES

    def __init__(self, api: Api, corp_id: str, agent_id: int, scope: Scope = Scope.PARENTS) -> None:
        super().__init__(api, corp_id, agent_id)
        self._whom = scope

    def pack(
        self, recipients: Sequence[Address], content: Content, *, key: str, media: Mapping[str, str]
    ) -> Packed:
        """At most 100 classes a call, or the whole school."""
        if any(one.realm is not Realm.PARTY or one.corp != self._corp_id for one in recipients):
            raise refused(40031, "classes of this corp")
        ids = [one.id for one in recipients]
        whole = EVERYONE in ids
        if not 1 <= len(ids) <= CLASSES or (whole and len(ids) > 1):
            raise refused(82002, "one to 100 classes, or everybody alone")
        to = {"toall": 1} if whole else {"to_party": ids, "toall": 0}
        return self._packed({"recv_scope": self._whom.value, **to}, recipients, content, key, media)

    async def send(self, packed: Packed) -> Receipt:
        """The classes that the platform does not know, or that lie outside the app's scope, are named."""
        answer = await self._api.post(packed.path, packed.body, packed.content_type)
        left_out = {str(one) for one in answer.get("invalid_party") or ()}
        return Receipt(refused=tuple(one for one in packed.recipients if one.id in left_out))


def _department(one: Mapping[str, Any]) -> Department:
    teachers = [str(admin.get("userid", "")).lower() for admin in one.get("department_admins") or ()
                if admin.get("type") in _TEACHERS]  # fmt: skip
    return Department(
        int(one["id"]),
        str(one.get("name", "")),
        int(one.get("parentid", 0)),
        int(one.get("type", 0)),
        tuple(teacher for teacher in teachers if teacher),
        one.get("is_graduated") == 1,
    )


def _payload(content: Content, media: Mapping[str, str]) -> payloads.Payload:
    match content:
        case Notice():
            return payloads.news(content)
        case Image() | File() | Voice():
            return payloads.attachment(content, media)
        case CardUpdate():
            raise refused(40008, "a notice has no card")
        case _:
            return payloads.text(content)
