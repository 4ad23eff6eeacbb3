"""One account after the other, by what it can do."""

from __future__ import annotations

import os
from functools import partial
from typing import Final

from bot.app import Bot
from bot.cli import wording_address, wording_school
from bot.cli import wording_doctor as say
from bot.cli.doctor_address import address_findings
from bot.cli.doctor_menu import article_findings, menu_findings
from bot.cli.doctor_school import (
    allowed_findings,
    follower_findings,
    teacher_findings,
    there_and_here,
)
from bot.cli.doctor_wechat import (
    ability_findings,
    quota_findings,
    subscription_findings,
    template_findings,
)
from bot.cli.doctor_wecom import SAMPLE, group_findings, refused, scope_findings, tried
from bot.cli.findings import Finding, Level, fine, note, wrong
from bot.cli.store_upkeep import Upkeep
from bot.cli.wording_menu import MENU
from bot.delivery.ledger import Ledger
from bot.delivery.store_abilities import Abilities
from bot.delivery.store_courier import CourierRows
from bot.duties.wording import moment
from bot.errors import PlatformError
from bot.messages import Realm, Way
from bot.people.store_follow import Follows
from bot.platforms.api import Api
from bot.platforms.errors import Platform
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.jssdk import ticket_name
from bot.platforms.wecom.school import SchoolClient
from bot.platforms.wecom.webhook import WebhookClient
from bot.settings import AccountSettings, Webhook, Wechat, WecomApp

_NEARLY: Final = 0.8  # of a quota line


class Examiner:
    """Holds the running parts; every call to a platform is made once, a refused secret is not repeated."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def examine(self, account: AccountSettings) -> list[Finding]:
        found = await self._stopped(account)
        if isinstance(account, Webhook):
            client = self._bot.lines.clients[account.id, Realm.GROUP]
            assert isinstance(client, WebhookClient)
            found += await tried(say.GROUP, lambda: group_findings(client), Platform.WECOM)
            return [*found, *await self._ledger(account)]
        public_url = self._bot.school.accounts.url(account)
        address = await address_findings(account, public_url, self._bot.clock(), os.urandom(32))
        found += address
        if not any(one.level is Level.WRONG for one in address):
            found += await self._heard(account, f"{public_url}/callback/{account.id}")
        api = self._bot.lines.apis[account.id]
        token = await tried(say.TOKEN, lambda: self._token(api), api.platform)
        found += token
        if any(one.level is Level.WRONG for one in token):
            return [*found, note(say.rest_later())]
        if isinstance(account, WecomApp):
            found += await self._wecom(account, api)
        else:
            found += await self._wechat(account, api)
        found += await tried(MENU, lambda: menu_findings(self._bot, account), api.platform)
        found += await article_findings(self._bot, account.id)
        return [*found, *await self._ledger(account)]

    async def _stopped(self, account: AccountSettings) -> list[Finding]:
        async with self._bot.database.reading() as tx:
            stopped = await Upkeep(tx).stopped()
        return [
            wrong(say.account_stopped(one.reason), say.mend_stopped())
            for one in stopped
            if one.account.removesuffix("/mass") == account.id
        ]

    async def _heard(self, account: WecomApp | Wechat, url: str) -> list[Finding]:
        """Whether the console has our address can be seen only by what the platform has sent to it."""
        source = account.id if isinstance(account, WecomApp) else account.app_id
        async with self._bot.database.reading() as tx:
            upkeep = Upkeep(tx)
            if await upkeep.has_heard(source):
                return []
            last = await upkeep.last_heard(account.id)
        page = wording_address.callback_page(isinstance(account, WecomApp))
        if last is None:
            return [note(wording_address.never_called(), wording_address.mend_never_called(page, url))]
        told = wording_address.long_silent(self._bot.settings.retention.inbox, moment(last))
        return [note(told, wording_address.mend_long_silent(page, url))]

    async def _token(self, api: Api) -> list[Finding]:
        """Somebody who runs this has mended something, so an earlier refusal is forgotten."""
        await self._bot.lines.tokens.forgive(api.account)
        return [fine(say.token_fine(len(await api.callback_ips())))]

    async def _wecom(self, account: WecomApp, api: Api) -> list[Finding]:
        async with self._bot.database.reading() as tx:
            members = await Upkeep(tx).members(account.id, SAMPLE)
        found = await tried(say.SCOPE, lambda: scope_findings(api, members), api.platform)
        school = self._bot.lines.clients.get((account.id, Realm.PARENT))
        if isinstance(school, SchoolClient):
            found += await self._school(account, api, school)
        return found

    async def _school(self, account: WecomApp, api: Api, school: SchoolClient) -> list[Finding]:
        accounts = self._bot.school.accounts
        async with self._bot.database.reading() as tx:
            apps = {unit: accounts.app_for(unit) for unit in await Follows(tx).own_classes()}
        own = [unit for unit, app in apps.items() if app is not None and app.id == account.id]
        try:
            there = there_and_here(await school.departments(), own)
        except PlatformError as error:
            return [refused(wording_school.TREE, error)]
        found = await tried(wording_school.ALLOWED, lambda: allowed_findings(school, there), api.platform)
        found += await tried(wording_school.TEACHERS, lambda: teacher_findings(api, there), api.platform)
        return found + await tried(
            wording_school.FOLLOWERS, lambda: follower_findings(school, there), api.platform
        )

    async def _wechat(self, account: Wechat, api: Api) -> list[Finding]:
        client = self._bot.lines.clients[account.id, Realm.OPENID]
        assert isinstance(client, WechatClient)
        found = await tried(say.PLATFORM_QUOTA, lambda: quota_findings(client), api.platform)
        sound: list[Way] = []
        if account.type == "service" and account.verified:
            for way, what, look in (
                (Way.TEMPLATE, say.TEMPLATES, template_findings),
                (Way.SUBSCRIBE, say.SUBSCRIPTIONS, subscription_findings),
            ):
                seen = await tried(what, partial(look, api, account), api.platform)
                sound += [way] * all(one.level is not Level.WRONG for one in seen)
                found += seen
            if account.subscription is not None:
                found += await tried(say.TICKET, partial(self._ticket, account), api.platform)
        async with self._bot.database.begin() as tx:
            abilities = Abilities(tx)
            taken_back = await abilities.withdrawn(account.id)
            found += ability_findings(abilities, taken_back, sound, self._bot.clock())
        return found

    async def _ticket(self, account: Wechat) -> list[Finding]:
        """Without a ticket the pages have no 下次提醒我."""
        tokens, name = self._bot.lines.tokens, ticket_name(account.id)
        await tokens.forgive(name)
        await tokens.current(name)
        return [fine(say.ticket_fine())]

    async def _ledger(self, account: AccountSettings) -> list[Finding]:
        """What our own ledger says of the running windows, line by line; calls only where there were any."""
        ledger, now = Ledger.of(self._bot.settings.accounts), self._bot.clock()
        async with self._bot.database.reading() as tx:
            rows = CourierRows(tx)
            lines = [await ledger.left(rows, account.id, name, now) for name in ledger.lines(account)]
            calls = await ledger.calls(rows, account, now)
        found = []
        for one in filter(None, lines):
            text = say.ledger(one)
            scarce = one.used >= one.limit * _NEARLY
            found.append(note(text, say.mend_ledger(one.line)) if scarce else fine(text))
        for one in calls:
            text = say.calls(one)
            scarce = one.used >= one.limit * _NEARLY
            found.append(note(text, say.mend_ledger(one.line)) if scarce else fine(text))
        return found
