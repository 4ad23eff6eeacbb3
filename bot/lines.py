"""The lines to the platforms: one codec, client and login per account, built from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.accounts import logs_in
from bot.db import Database
from bot.messages import Realm
from bot.platforms.api import Api
from bot.platforms.errors import Platform
from bot.platforms.http import Http
from bot.platforms.port import Ability, Client, Codec, MenuClient
from bot.platforms.tokens import AppSource, CorpSource, Source, Tokens
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.codec import WechatCodec
from bot.platforms.wechat.jssdk import PageSigner, TicketSource, ticket_name
from bot.platforms.wechat.login import FollowerLogin
from bot.platforms.wechat.publishing import Publishing
from bot.platforms.wechat.templates import Template
from bot.platforms.wecom.client import WecomClient
from bot.platforms.wecom.codec import WecomCodec
from bot.platforms.wecom.login import MemberLogin, SchoolLogin
from bot.platforms.wecom.school import ClassClient, SchoolClient
from bot.platforms.wecom.webhook import WebhookClient
from bot.settings import AccountSettings, Webhook, Wechat, WecomApp

Login = MemberLogin | SchoolLogin | FollowerLogin


@dataclass(frozen=True, slots=True)
class Lines:
    codecs: Mapping[str, Codec]
    clients: Mapping[tuple[str, Realm], Client]
    logins: Mapping[tuple[str, Realm], Login]
    signers: Mapping[str, PageSigner]
    apis: Mapping[str, Api]
    tokens: Tokens
    publishers: Mapping[str, Publishing]

    @property
    def menus(self) -> Mapping[str, MenuClient]:
        """Who sets the menu of each account that may have one."""
        able = {id_: client for (id_, _), client in self.clients.items() if Ability.MENU in client.abilities}
        return {id_: c for id_, c in able.items() if isinstance(c, WecomClient | WechatClient)}


def connect(
    accounts: tuple[AccountSettings, ...],
    database: Database,
    session: aiohttp.ClientSession,
    clock: Callable[[], datetime],
    school: str,
) -> Lines:
    """Nothing is called yet; tokens are fetched when the first message goes out."""
    sources: dict[str, Source] = {}
    https = {a.id: Http(session, a.api_base_url) for a in accounts}
    for account in accounts:
        if isinstance(account, WecomApp):
            sources[account.id] = CorpSource(
                https[account.id], account.corp_id, account.secret.get_secret_value()
            )
        elif isinstance(account, Wechat):
            sources[account.id] = AppSource(
                https[account.id], account.app_id, account.app_secret.get_secret_value()
            )
    tokens = Tokens(database, clock, sources)
    signers: dict[str, PageSigner] = {}
    codecs: dict[str, Codec] = {}
    clients: dict[tuple[str, Realm], Client] = {}
    logins: dict[tuple[str, Realm], Login] = {}
    apis: dict[str, Api] = {}
    for account in accounts:
        if isinstance(account, Webhook):
            clients[account.id, Realm.GROUP] = WebhookClient(
                https[account.id], account.key.get_secret_value()
            )
            continue
        platform = Platform.WECOM if isinstance(account, WecomApp) else Platform.WECHAT
        api = apis[account.id] = Api(https[account.id], tokens, platform, account.id)
        if isinstance(account, WecomApp):
            _wecom(account, api, codecs, clients, logins)
        else:
            _wechat(account, school, api, https[account.id], clock, codecs, clients, logins)
            if account.subscription is not None:
                tokens.add(ticket_name(account.id), TicketSource(api))
                signers[account.id] = PageSigner(tokens, account.id, account.app_id)
    publishers = {a.id: Publishing(apis[a.id]) for a in accounts if isinstance(a, Wechat) and a.verified}
    return Lines(codecs, clients, logins, signers, apis, tokens, publishers)


def _wecom(
    account: WecomApp,
    api: Api,
    codecs: dict[str, Codec],
    clients: dict[tuple[str, Realm], Client],
    logins: dict[tuple[str, Realm], Login],
) -> None:
    codecs[account.id] = WecomCodec(
        account.id,
        account.corp_id,
        account.token.get_secret_value(),
        account.encoding_aes_key.get_secret_value(),
        account.agent_id,
    )
    clients[account.id, Realm.MEMBER] = WecomClient(
        api, account.corp_id, account.agent_id, cards=account.cards
    )
    logins[account.id, Realm.MEMBER] = MemberLogin(
        api, account.corp_id, account.agent_id, account.authorize_base_url
    )
    if account.school_notice:
        clients[account.id, Realm.PARENT] = SchoolClient(api, account.corp_id, account.agent_id)
        clients[account.id, Realm.PARTY] = ClassClient(api, account.corp_id, account.agent_id)
        logins[account.id, Realm.PARENT] = SchoolLogin(api, account.corp_id, account.authorize_base_url)


def _wechat(
    account: Wechat,
    school: str,
    api: Api,
    http: Http,
    clock: Callable[[], datetime],
    codecs: dict[str, Codec],
    clients: dict[tuple[str, Realm], Client],
    logins: dict[tuple[str, Realm], Login],
) -> None:
    key = account.encoding_aes_key
    codecs[account.id] = WechatCodec(
        account.id, account.app_id, account.token.get_secret_value(), key.get_secret_value() if key else None
    )
    fixed = {"school": school, "from": school}
    templates = {
        use: Template.of(t, fixed=fixed) if isinstance(t, str) else Template.of(t.id, t.fields, fixed)
        for use, t in account.templates.items()
    }
    clients[account.id, Realm.OPENID] = WechatClient(
        api,
        account.app_id,
        clock,
        service=account.type == "service",
        verified=account.verified,
        templates=templates,
    )
    if logs_in(account):
        logins[account.id, Realm.OPENID] = FollowerLogin(
            http, account.app_id, account.app_secret.get_secret_value(), account.authorize_base_url
        )
