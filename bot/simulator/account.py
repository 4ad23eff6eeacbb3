"""A pretended official account (公众号, 服务号) and the people who follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.corp import LOOPBACK
from bot.simulator.making import make, make_all


@dataclass(slots=True)
class Follower:
    """``minor``: customer messages are blocked (70000). ``snapshot``: web login gives a virtual openid."""

    openid: str
    name: str
    follows: bool = True
    minor: bool = False
    blocks_templates: bool = False
    snapshot: bool = False
    tags: Sequence[int] = ()


@dataclass(slots=True)
class Template:
    """A template the account owns; ``fields`` maps key (``thing1``) to the label a reader sees."""

    title: str
    fields: Mapping[str, str]
    subscription: bool = False


@dataclass(slots=True)
class OfficialAccount:
    """``type`` is service or subscription; without ``aes_key`` callbacks travel in plain mode."""

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
    publish_status: int = 0  # how publishing ends (6.2); 1: it goes on until somebody says otherwise
    publish_event: bool = True

    def __post_init__(self) -> None:
        where = f"account {self.app_id}"
        if self.type not in {"service", "subscription"}:
            raise ValueError(f"{where}: type must be service or subscription, not {self.type}")
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
