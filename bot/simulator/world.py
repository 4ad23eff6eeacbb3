"""The pretended world as values: corps, official accounts, group webhooks, and who holds which phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.account import OfficialAccount
from bot.simulator.clock import Clock
from bot.simulator.corp import App, Corp
from bot.simulator.making import make, make_all

__all__ = ["Clock", "Limits", "Webhook", "World", "phone_key"]


def phone_key(corp: str, realm: str, id_: str) -> str:
    """``corp|realm|id``, lower-cased for WeCom: the same text as the key of an address."""
    return f"{corp}|{realm}|{id_ if realm == 'openid' else id_.lower()}"


@dataclass(slots=True)
class Webhook:
    """A group robot; its messages appear on the phones of ``members`` (phone keys)."""

    key: str
    name: str
    members: Sequence[str] = ()


@dataclass(slots=True)
class Limits:
    """Numbers the platforms may change without notice, so they are settings here (90312, 90236)."""

    member_per_minute: int = 30
    member_per_hour: int = 1000
    app_per_head: int = 200
    api_per_minute: int = 10_000
    webhook_per_minute: int = 20
    wrong_secrets: int = 5
    token_seconds: int = 7200
    # "refused" (42014) or "accepted": whether the duplicate check looks before the task_id, unverified
    identical_card_repeat: str = "refused"
    passive_card_update: bool = False
    custom_after_message: int = 5
    custom_after_tap: int = 3
    mass_per_month: int = 4


@dataclass(slots=True)
class World:
    """Everything that is pretended. ``phones`` names the four places of the page: title to phone keys."""

    corps: Sequence[Any] = ()
    accounts: Sequence[Any] = ()
    webhooks: Sequence[Any] = ()
    phones: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Any = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.corps = make_all(Corp, self.corps, "corps")
        self.accounts = make_all(OfficialAccount, self.accounts, "accounts")
        self.webhooks = make_all(Webhook, self.webhooks, "webhooks")
        self.limits = make(Limits, self.limits, "limits")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> World:
        """Checked values. Raises ValueError that names the place of the mistake."""
        return make(cls, data, "world")

    def corp(self, corp_id: str) -> Corp | None:
        return next((c for c in self.corps if c.corp_id == corp_id), None)

    def account(self, app_id: str) -> OfficialAccount | None:
        return next((a for a in self.accounts if a.app_id == app_id), None)

    def webhook(self, key: str) -> Webhook | None:
        return next((w for w in self.webhooks if w.key == key), None)

    def apps(self) -> list[tuple[Corp, App]]:
        return [(corp, app) for corp in self.corps for app in corp.apps]
