"""Sending for one official account: customer, template, subscription, mass; menu, media (5, 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from bot.errors import BUSY, PlatformError, Verdict
from bot.messages import Address, CardUpdate, Content, File, Notice, Realm, Voice, Way
from bot.platforms import menu
from bot.platforms.api import Answer, Api
from bot.platforms.errors import MESSAGE_LENGTH, Platform, refused
from bot.platforms.http import encode
from bot.platforms.port import Ability, Packed, Receipt
from bot.platforms.wechat import payloads
from bot.platforms.wechat.tags import Tags
from bot.platforms.wechat.templates import Template

PATHS: Final[Mapping[Way, str]] = MappingProxyType(
    {
        Way.CUSTOM: "/cgi-bin/message/custom/send",
        Way.TEMPLATE: "/cgi-bin/message/template/send",
        Way.SUBSCRIBE: "/cgi-bin/message/subscribe/bizsend",
        Way.MASS: "/cgi-bin/message/mass/send",
    }
)
MASS_ALL: Final = "/cgi-bin/message/mass/sendall"
_REPEATABLE: Final[Mapping[Way, timedelta]] = MappingProxyType(
    {
        Way.CUSTOM: timedelta(0),
        Way.TEMPLATE: timedelta(minutes=10),
        Way.SUBSCRIBE: timedelta(0),
        Way.MASS: timedelta(hours=24),
    }
)
_NEEDS: Final[Mapping[Way, Ability]] = MappingProxyType(
    {
        Way.CUSTOM: Ability.WINDOW,
        Way.TEMPLATE: Ability.PUSH,
        Way.SUBSCRIBE: Ability.SUBSCRIBE,
        Way.MASS: Ability.MASS,
    }
)
_ALREADY_SUBMITTED: Final = 45065  # a repeated clientmsgid: the answer holds the first msg_id
_NO_TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of an interface today (5.8)."""

    daily_limit: int
    used: int
    remain: int


class WechatClient:
    """The client of one account. What it may do follows from type and verification (matrix 0.1).

    ``templates`` knows the uses ``notice`` (template message) and ``subscribe`` (订阅通知).
    """

    batch = 1

    def __init__(
        self,
        api: Api,
        app_id: str,
        clock: Callable[[], datetime],
        *,
        service: bool,
        verified: bool,
        templates: Mapping[str, Template] = _NO_TEMPLATES,
        menus: bool = True,
    ) -> None:
        self._api = api
        self._app_id = app_id
        self._clock = clock
        self._service = service
        self._verified = verified
        self._templates = templates
        self._menus = menus

    @property
    def abilities(self) -> frozenset[Ability]:
        """An account that is not verified can only answer."""
        if not self._verified:
            return frozenset()
        found = {Ability.WINDOW, Ability.MASS, Ability.MENU, Ability.IMAGE}
        if self._service:
            found.add(Ability.LOGIN)
            if "notice" in self._templates:
                found.add(Ability.PUSH)
            if "subscribe" in self._templates:
                found.add(Ability.SUBSCRIBE)
        return frozenset(found)

    @property
    def ways(self) -> frozenset[Way]:
        """How messages may leave as far as the settings say; the platform may have taken one back since."""
        return frozenset(way for way, ability in _NEEDS.items() if ability in self.abilities)

    def pack(
        self,
        recipients: Sequence[Address],
        content: Content,
        *,
        key: str,
        media: Mapping[str, str],
        way: Way | None = None,
    ) -> Packed:
        """Many followers: a mass send.

        One: a template for a notice, else a customer message; ``way`` overrules.
        """
        openids = self._openids(recipients)
        if isinstance(content, CardUpdate | File | Voice):
            raise refused(40008, "an official account carries neither files, voices nor cards")
        way = way or self._way(openids, content)
        body = self._body(way, openids, content, key, media)
        return Packed(PATHS[way], encode(body), tuple(recipients), _REPEATABLE[way], way.value)

    def pack_all(
        self, content: Content, *, key: str, media: Mapping[str, str], tag_id: int | None = None
    ) -> Packed:
        """To every follower, or to one tag: a day's only one for a subscription account, one of four a
        month.
        """
        body = payloads.mass_all(tag_id, content, media, key)
        return Packed(MASS_ALL, encode(body), (), _REPEATABLE[Way.MASS], Way.MASS.value)

    async def send(self, packed: Packed) -> Receipt:
        """Accepted is not delivered: the result of templates and mass sends comes as an event.

        Raises PlatformError; UNKNOWN also where the system was busy, because it may have sent all the same
        (section 8): what has no duplicate check is not to be repeated then.
        """
        answer = await self._api.raw(packed.path, packed.body, packed.content_type)
        if answer.get("errcode") == BUSY:
            raise PlatformError(Verdict.UNKNOWN, BUSY, str(answer.get("errmsg", ""))[:MESSAGE_LENGTH])
        if answer.get("errcode") != _ALREADY_SUBMITTED:
            self._api.accepted(answer)
        return Receipt(message_id=_message_id(answer))

    async def mass_state(self, message_id: str) -> str:
        """How a mass send stands: SEND_SUCCESS, SENDING, SEND_FAIL or DELETE; no counts (5.3)."""
        answer = await self._api.post("/cgi-bin/message/mass/get", encode({"msg_id": message_id}))
        return str(answer.get("msg_status", ""))

    @property
    def tags(self) -> Tags:
        return Tags(self._api)

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """A media_id for three days; there are no files."""
        if kind != "image":
            raise refused(40004, "an official account carries no files")
        answer = await self._api.upload("/cgi-bin/media/upload", name, data, type=kind)
        return str(answer["media_id"])

    async def create_menu(self, buttons: tuple[menu.Button, ...]) -> None:
        await self._api.post("/cgi-bin/menu/create", encode(menu.payload(Platform.WECHAT, buttons)))

    async def current_menu(self) -> list[dict[str, Any]]:
        """The buttons as the platform has them; none are an empty list."""
        try:
            return menu.buttons_of(await self._api.get("/cgi-bin/menu/get"))
        except PlatformError as error:
            if error.code == menu.NONE:
                return []
            raise

    async def delete_menu(self) -> None:
        """Conditional menus go with it (6.3)."""
        await self._api.get("/cgi-bin/menu/delete")

    async def quota(self, way: Way) -> Quota:
        """Today's count of one way of sending, about one per cent off (5.8)."""
        answer = await self._api.post("/cgi-bin/openapi/quota/get", encode({"cgi_path": PATHS[way]}))
        found = answer.get("quota", {})
        return Quota(*(int(found.get(name, 0)) for name in ("daily_limit", "used", "remain")))

    def _way(self, openids: list[str], content: Content) -> Way:
        if len(openids) > 1:
            return Way.MASS
        is_push = isinstance(content, Notice) and Ability.PUSH in self.abilities
        return Way.TEMPLATE if is_push else Way.CUSTOM

    def _body(
        self, way: Way, openids: list[str], content: Content, key: str, media: Mapping[str, str]
    ) -> payloads.Payload:
        if way is Way.MASS:
            return payloads.mass_to(openids, content, media, key)
        if len(openids) != 1:
            raise refused(40031, "one follower a call")
        if way is Way.CUSTOM:
            return payloads.custom(openids[0], content, media, menus=self._menus)
        chosen = self._templates.get("notice" if way is Way.TEMPLATE else "subscribe")
        if chosen is None or not isinstance(content, Notice):
            raise refused(40037, "no template for this content")
        if way is Way.TEMPLATE:
            return payloads.template(openids[0], content, chosen, key, self._clock())
        return payloads.subscription(openids[0], content, chosen, self._clock())

    def _openids(self, recipients: Sequence[Address]) -> list[str]:
        if not recipients:
            raise refused(40031, "nobody to send to")
        for one in recipients:
            if one.realm is not Realm.OPENID or one.corp != self._app_id:
                raise refused(40003, "an account sends to its own followers")
        return [one.id for one in recipients]


def _message_id(answer: Answer) -> str:
    """msgid of a template message, msg_id of a mass send; a customer message has none."""
    return str(answer.get("msgid") or answer.get("msg_id") or "")
