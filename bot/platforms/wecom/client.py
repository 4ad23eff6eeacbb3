"""Sending for one self-built app: messages, card updates, recall, menu, media (90236, 94888, 90253)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from bot.errors import PlatformError
from bot.messages import Address, CardUpdate, Content, Realm
from bot.platforms import menu
from bot.platforms.api import Api
from bot.platforms.errors import Platform, refused
from bot.platforms.http import encode
from bot.platforms.port import Ability, Packed, Receipt
from bot.platforms.wecom import amr, payloads

SEND: Final = "/cgi-bin/message/send"
UPDATE: Final = "/cgi-bin/message/update_template_card"
BATCH: Final = 1000


class WecomClient:
    """The client of one app.

    ``cards=False``: members on the WeChat plug-in, who see only text, textcard and news.
    """

    batch = BATCH

    def __init__(self, api: Api, corp_id: str, agent_id: int, *, cards: bool = True) -> None:
        self._api = api
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._cards = cards

    @property
    def abilities(self) -> frozenset[Ability]:
        always = {Ability.PUSH, Ability.MENU, Ability.LOGIN, Ability.IMAGE, Ability.FILE, Ability.VOICE}
        return frozenset(always | {Ability.CARDS} if self._cards else always)

    def pack(
        self, recipients: Sequence[Address], content: Content, *, key: str, media: Mapping[str, str]
    ) -> Packed:
        """At most 1000 members of this corp a call. Identical bytes within four hours arrive once (90236)."""
        members = _members(recipients, self._corp_id)
        if isinstance(content, CardUpdate):
            body = payloads.card_update(self._agent_id, members, content)
            return Packed(UPDATE, encode(body), tuple(recipients), timedelta(0), "update")
        payload = payloads.member_payload(content, key=key, media=media, use_cards=self._cards)
        body = {
            "touser": "|".join(members),
            "agentid": self._agent_id,
            **payload,
            **payloads.duplicates(key),
        }
        window = timedelta(seconds=payloads.WINDOW)
        return Packed(SEND, encode(body), tuple(recipients), window, "app")

    async def send(self, packed: Packed) -> Receipt:
        answer = await self._api.post(packed.path, packed.body, packed.content_type)
        left_out = {*_ids(answer.get("invaliduser")), *_ids(answer.get("unlicenseduser"))}
        return Receipt(
            message_id=str(answer.get("msgid", "")),
            response_code=str(answer.get("response_code", "")),
            refused=tuple(one for one in packed.recipients if one.id in left_out),
        )

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """A media_id for three days, good for all apps of this corp."""
        if kind == "voice":
            amr.check(data)
        answer = await self._api.upload("/cgi-bin/media/upload", name, data, type=kind)
        return str(answer["media_id"])

    async def recall(self, message_id: str) -> None:
        """Take a message back within 24 h; copies in the WeChat plug-in stay (94867)."""
        await self._api.post("/cgi-bin/message/recall", encode({"msgid": message_id}))

    async def create_menu(self, buttons: tuple[menu.Button, ...]) -> None:
        body = encode(menu.payload(Platform.WECOM, buttons))
        await self._api.post("/cgi-bin/menu/create", body, agentid=str(self._agent_id))

    async def current_menu(self) -> list[dict[str, Any]]:
        """The buttons as the platform has them; none are an empty list."""
        try:
            return menu.buttons_of(await self._api.get("/cgi-bin/menu/get", agentid=str(self._agent_id)))
        except PlatformError as error:
            if error.code == menu.NONE:
                return []
            raise

    async def delete_menu(self) -> None:
        await self._api.get("/cgi-bin/menu/delete", agentid=str(self._agent_id))


def _members(recipients: Sequence[Address], corp_id: str) -> list[str]:
    """Userids for one call; they come back lower-cased, which Address already is."""
    if not 1 <= len(recipients) <= BATCH:
        raise refused(40032, "one to 1000 members a call")
    for one in recipients:
        if one.realm is not Realm.MEMBER or one.corp != corp_id:
            raise refused(40031, "an app sends to members of its own corp")
    return [one.id for one in recipients]


def _ids(value: Any) -> list[str]:
    """``"u1|u2"`` from message/send, an array from update_template_card."""
    many = value if isinstance(value, list) else str(value or "").split("|")
    return [str(one).lower() for one in many if one]
