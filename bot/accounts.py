"""The accounts of a deployment: which serves whom, and where its links lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.messages import Address, Realm
from bot.people.rules import within
from bot.settings import AccountSettings, Webhook, Wechat, WecomApp

A = TypeVar("A", WecomApp, Wechat)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts, in the order of the settings file."""

    settings: Sequence[AccountSettings]
    public_url: str

    def __iter__(self) -> Iterator[AccountSettings]:
        return iter(self.settings)

    def get(self, account_id: str) -> AccountSettings | None:
        return next((a for a in self.settings if a.id == account_id), None)

    def apps(self) -> list[WecomApp]:
        return [a for a in self.settings if isinstance(a, WecomApp)]

    def followed(self) -> list[Wechat]:
        return [a for a in self.settings if isinstance(a, Wechat)]

    def webhooks(self) -> list[Webhook]:
        return [a for a in self.settings if isinstance(a, Webhook)]

    def app_for(self, unit: str) -> WecomApp | None:
        """The app that serves a unit: the nearest one up the tree wins."""
        return _nearest(self.apps(), unit)

    def member(self, unit: str, userid: str) -> tuple[str, Address] | None:
        """Account id and address of a WeCom member of this unit."""
        app = self.app_for(unit)
        return None if app is None else (app.id, Address.member(app.corp_id, userid))

    def parent(self, unit: str, userid: str) -> tuple[str, Address] | None:
        app = self.app_for(unit)
        return None if app is None else (app.id, Address.parent(app.corp_id, userid))

    def url(self, account: AccountSettings) -> str:
        """Where this account's links begin; trusted domains are per corp."""
        return (account.public_url or self.public_url).rstrip("/")

    def url_at(self, account_id: str) -> str:
        """The same by its id; the school's own where there is no such account."""
        account = self.get(account_id)
        return self.url(account) if account else self.public_url


def _nearest(accounts: Sequence[A], unit: str) -> A | None:
    best: A | None = None
    depth = -1
    for account in accounts:
        for top in account.units or ("",):
            length = len(top.split("/")) if top else 0
            if within(unit, top) and length > depth:
                best, depth = account, length
    return best


def logs_in(account: AccountSettings) -> bool:
    """Whether people can log in on pages here: of official accounts only where a verified service account
    has the right (0.1).
    """
    return isinstance(account, WecomApp) or (
        isinstance(account, Wechat) and account.type == "service" and account.verified
    )


def realms_of(account: AccountSettings) -> tuple[Realm, ...]:
    """The id spaces in which an account reaches people."""
    if isinstance(account, WecomApp):
        return (Realm.MEMBER, Realm.PARENT) if account.school_notice else (Realm.MEMBER,)
    return (Realm.OPENID,) if isinstance(account, Wechat) else ()
