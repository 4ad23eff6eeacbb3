"""A pretended official account (公众号, 服务号) and the people who follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.corp import LOOPBACK
from bot.simulator.making import make, make_all


@dataclass(slots=True)
class Follower:
    """``minor``: customer messages are blocked (70000). ``snapshot``: web login gives a virtual openid.

    ``blocks_templates``: a template message ends in ``failed:user block``.
    """

    openid: str
    name: str
    follows: bool = True
    minor: bool = False
    blocks_templates: bool = False
    snapshot: bool = False
    tags: Sequence[int] = ()


@dataclass(slots=True)
class Template:
    """A template the account owns; ``fields`` maps key (``thing1``) to the label a reader sees.

    ``lasting``: a long-term subscription (type 3), which one acceptance opens for good.
    """

    title: str
    fields: Mapping[str, str]
    subscription: bool = False
    lasting: bool = False


@dataclass(slots=True)
class OfficialAccount:
    """``type`` is service or subscription; without ``aes_key`` callbacks travel in plain mode.

    ``forbidden`` maps a path to the code it is refused with (48001, 43107), whatever the kind of account.
    ``template_outcome`` and ``subscribe_outcome`` (errcode and status) are what the job events will say.
    ``result_first``: these events arrive before the call is answered.
    ``mass_outcome`` is the Status of mass sends; ``mass_event`` says when it is told: soon after the answer,
    early (before it), or held until ``mass.release``. ``mass_confirm``: the administrator has to agree on the
    phone, ``all`` for sends to everybody (5.3), ``every`` for any. ``moderated_counts``: a send that failed
    uses up its quota all the same (unverified there).
    """

    app_id: str
    secret: str
    token: str
    original_id: str
    name: str
    type: str = "service"
    verified: bool = True
    aes_key: str | None = None
    callback_url: str = ""
    test_account: bool = False
    oauth: bool | None = None
    trusted_ips: Sequence[str] = LOOPBACK
    trusted_domains: Sequence[str] = ()
    templates: Mapping[str, Any] = field(default_factory=dict)
    followers: Sequence[Any] = ()
    mass_outcome: str = "send success"
    template_outcome: str = "success"
    subscribe_outcome: tuple[int, str] = (0, "success")
    result_first: bool = False
    forbidden: Mapping[str, int] = field(default_factory=dict)
    mass_event: str = "soon"
    mass_confirm: str = ""
    moderated_counts: bool = True
    tags: dict[str, int] = field(default_factory=dict)
    publish_status: int = 0  # how publishing ends (6.2); 1: it goes on until somebody says otherwise
    publish_event: bool = True

    def __post_init__(self) -> None:
        where = f"account {self.app_id}"
        if self.type not in {"service", "subscription"}:
            raise ValueError(f"{where}: type must be service or subscription, not {self.type}")
        if self.mass_event not in {"soon", "early", "held"} or self.mass_confirm not in {"", "all", "every"}:
            raise ValueError(f"{where}: mass_event is soon, early or held; mass_confirm all, every or empty")
        self.templates = {
            key: make(Template, value, f"{where}.templates.{key}") for key, value in self.templates.items()
        }
        self.followers = make_all(Follower, self.followers, f"{where}.followers")

    @property
    def service(self) -> bool:
        return self.type == "service"

    @property
    def web_login(self) -> bool:
        """Verified service accounts; ``oauth`` says otherwise for the public-body exception."""
        return self.service and self.verified if self.oauth is None else self.oauth

    def follower(self, openid: str) -> Follower | None:
        return next((f for f in self.followers if f.openid == openid), None)

    def following(self) -> list[Follower]:
        return [f for f in self.followers if f.follows]
