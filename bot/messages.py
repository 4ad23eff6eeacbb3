"""The shared words: what comes in, what goes out, and to whom. Values only; every floor may use them.

Inbound   one callback of a platform, decrypted and parsed
Say       what a handler answers; the edge decides how a platform can carry it
Content   what a delivery carries: Text, Notice, Question, Form, Image, File, Voice, Markdown, CardUpdate
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

NO_FIELDS: Final[Mapping[str, str]] = MappingProxyType({})
EVERYONE: Final = "all"  # the id of a party that is the whole school


class Realm(StrEnum):
    """Which id space a platform id belongs to; the same id in two realms is two people."""

    MEMBER = "member"  # WeCom directory: staff, college students
    PARENT = "parent"  # WeCom 家校通讯录
    STUDENT = "student"  # WeCom 家校通讯录
    OPENID = "openid"  # follower of an official account
    PARTY = "party"  # a class of the 家校通讯录, or all of it: nobody in particular
    GROUP = "group"  # a group webhook: no person at all


REALMS: Final = {str(realm): realm for realm in Realm}  # many times quicker than ``Realm(word)``


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached: corp_id or app_id, the realm, and the id (lower-cased for WeCom)."""

    corp: str
    realm: Realm
    id: str

    @property
    def key(self) -> str:
        """One text for the unique key; platform ids never contain a bar."""
        return f"{self.corp}|{self.realm}|{self.id}"

    @classmethod
    def from_key(cls, key: str) -> Address:
        corp, realm, id_ = key.split("|", 2)
        return cls(corp, REALMS[realm], id_)

    @classmethod
    def member(cls, corp: str, userid: str) -> Address:
        """WeCom userids are case-insensitive and come back lower-cased (90236)."""
        return cls(corp, Realm.MEMBER, userid.lower())

    @classmethod
    def parent(cls, corp: str, userid: str) -> Address:
        return cls(corp, Realm.PARENT, userid.lower())

    @classmethod
    def party(cls, corp: str, department: int | None) -> Address:
        """The parents of one class (92343), or, without one, of the whole school."""
        return cls(corp, Realm.PARTY, EVERYONE if department is None else str(department))

    @classmethod
    def follower(cls, app: str, openid: str) -> Address:
        """An openid is case-sensitive; it is kept as it came."""
        return cls(app, Realm.OPENID, openid)


class Kind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    MINIPROGRAM = "miniprogram"
    EVENT = "event"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One authentic callback.

    ``key`` is the deduplication key of the platform documents, already with account and sender.
    ``fields`` holds what only one kind or event has, flattened with dots (``ScanCodeInfo.ScanType``).
    ``sender`` is ``None`` for events of the platform itself (``sys``, job results).
    """

    account: str
    key: str
    kind: Kind
    sender: Address | None
    sent_at: datetime
    text: str = ""
    event: str = ""  # lower-cased: official documents differ in case
    event_key: str = ""
    card_task: str = ""
    card_type: str = ""
    response_code: str = ""
    selected: tuple[str, ...] = ()  # option ids of a card, in the order of the platform
    media_id: str = ""
    to: str = ""  # ToUserName as it came: corp id or gh_ id, needed for a passive reply
    sender_id: str = ""  # FromUserName as it came
    fields: Mapping[str, str] = field(default_factory=lambda: NO_FIELDS)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap. ``word`` is what tapping says, and what a person may type instead."""

    word: str
    label: str
    url: str = ""  # set: tapping opens this page instead of saying the word


@dataclass(frozen=True, slots=True)
class Text:
    """A few lines. Where taps are possible the choices become links, else they are named in the text."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A short card that opens a page: textcard, 学校通知 news, news or template message.

    With figures it is a template card text_notice where that can be shown (90236); elsewhere its body says
    the same figures, see ``twin.spelled``.
    """

    title: str
    body: str
    url: str
    button: str = "查看"
    picture: str = ""
    figures: tuple[tuple[str, str], ...] = ()  # what stands left, what stands right; a card has room for six
    emphasis: tuple[str, str] | None = None  # the one big figure, and what it counts


@dataclass(frozen=True, slots=True)
class Question:
    """A question with options to tap: a template card, or its text twin, never both.

    ``key`` becomes the card's task_id: ``[0-9A-Za-z_@-]``, at most 128 bytes, never used twice (90236).
    """

    key: str
    title: str
    stem: str
    choices: tuple[Choice, ...]
    multiple: bool = False
    hint: str = ""  # one line under the text twin


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. The first choice stands there until somebody chooses: it must do no harm."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Some questions that are submitted at once: a template card, or its text twin, never both.

    ``key`` as for a Question. ``instead`` is the twin.
    """

    key: str
    title: str
    stem: str
    fields: tuple[Field, ...]
    instead: Text
    submit: str = "提交"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture kept in the blob store under its hash, uploaded by the courier when it is sent."""

    blob: str
    name: str = "chart.png"


@dataclass(frozen=True, slots=True)
class File:
    blob: str
    name: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Something spoken, AMR of at most 60 seconds, kept and uploaded as a picture is (90253)."""

    blob: str
    name: str = "voice.amr"


@dataclass(frozen=True, slots=True)
class Markdown:
    """For group webhooks and members who use the WeCom client; never for parents (90236)."""

    text: str


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """Close one person's card with the code of the tap; once, within 72 h (94888)."""

    response_code: str
    replace_name: str


Content = Text | Notice | Question | Form | Image | File | Voice | Markdown | CardUpdate


class Urgency(StrEnum):
    """What the attention budget looks at. Only ROUTINE is bound by caps, quiet hours and digest."""

    SOLICITED = "solicited"  # the person just asked for it
    SOS = "sos"
    ALERT = "alert"
    ROUTINE = "routine"


class Way(StrEnum):
    """How an official account's message travels; also the ledger line it draws on (5.2 to 5.5)."""

    CUSTOM = "custom"  # 客服消息
    TEMPLATE = "template"  # 模板消息
    SUBSCRIBE = "subscribe"  # 订阅通知
    MASS = "mass"  # 群发


@dataclass(frozen=True, slots=True)
class Say:
    """What a handler answers: one message, and whatever else should follow it to the same person.

    ``question`` is shown as a card after a tap where cards are possible, else appended as text.
    ``close`` is what the tapped card's button should say afterwards.
    """

    text: str = ""
    choices: tuple[Choice, ...] = ()
    question: Question | None = None
    more: tuple[Content, ...] = ()
    close: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a passive reply carries; an empty text means an empty 200."""

    text: str = ""
    choices: tuple[Choice, ...] = ()


SILENCE: Final = Say()
