"""What a platform must offer: a codec for callbacks and a client for sending. Values only, no network here.

``pack`` fixes the exact bytes of a call before it is made, so that a repeat is the same call (design 4.2);
``send`` makes it once. Retrying, waiting and choosing the next channel belong to the courier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from bot.messages import Address, Content, Inbound, Reply
from bot.platforms.menu import Button


@dataclass(frozen=True, slots=True)
class Packed:
    """One call, ready: path below the API base, exact body, and for how long a repeat has no second effect.

    ``repeatable`` is the platform's duplicate window: 4 h for WeCom (90236), 10 minutes for template
    messages, 24 h for mass sends; zero where the platform has no duplicate check.
    """

    path: str
    body: bytes
    recipients: tuple[Address, ...]
    repeatable: timedelta
    quota: str  # the ledger line it draws on: app, notice, custom, template, mass, subscribe, webhook, update
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform said: accepted, and whom it left out. Acceptance is not delivery."""

    message_id: str = ""
    response_code: str = ""
    refused: tuple[Address, ...] = ()


class Ability(StrEnum):
    """What an account can do; discovered from settings and withdrawn on 48001."""

    PUSH = "push"  # to one person, unprompted
    SUBSCRIBE = "subscribe"  # to one person who has accepted it beforehand
    WINDOW = "window"  # to one person within the window their own message opened
    CARDS = "cards"
    MASS = "mass"
    MENU = "menu"
    LOGIN = "login"  # web login (OAuth)
    IMAGE = "image"
    FILE = "file"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """The query of a callback request, decoded once."""

    signature: str = ""
    msg_signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    echostr: str = ""
    encrypt_type: str = ""


class Codec(Protocol):
    """Bytes to values and back for one account. Raises Forged or Malformed, nothing else."""

    def verify(self, query: CallbackQuery, now: datetime) -> str:
        """The body that answers the platform's URL check."""

    def read(self, query: CallbackQuery, body: bytes, now: datetime) -> Inbound: ...

    def write(
        self, inbound: Inbound, reply: Reply, query: CallbackQuery, now: datetime, nonce: bytes
    ) -> bytes:
        """The passive reply, encrypted where the request was; empty when there is nothing to say.

        ``nonce`` is 16 random bytes for the envelope.
        """

    def can_answer(self, inbound: Inbound) -> bool:
        """Whether a passive reply to this callback reaches the person; where not, ``write`` gives nothing."""


class Client(Protocol):
    """Sending for one account."""

    @property
    def abilities(self) -> frozenset[Ability]: ...

    @property
    def batch(self) -> int:
        """How many recipients of identical content one call takes."""

    def pack(
        self, recipients: Sequence[Address], content: Content, *, key: str, media: Mapping[str, str]
    ) -> Packed:
        """The call for this content; ``key`` is unique per shipment, ``media`` maps blob hash to media_id.

        Raises PlatformError(BUG) when the content breaks a limit of the platform.
        """

    async def send(self, packed: Packed) -> Receipt:
        """Make the call once. Raises PlatformError with a verdict."""

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """A media_id (three days, 90253) for ``kind`` image, file or voice."""


class MenuClient(Protocol):
    """Setting the menu of one account."""

    async def create_menu(self, buttons: tuple[Button, ...]) -> None:
        """Replace the menu as a whole; doing it twice changes nothing."""

    async def current_menu(self) -> list[dict[str, Any]]: ...

    async def delete_menu(self) -> None: ...
