"""One account after the other, by what it can do."""

from __future__ import annotations

import os
from typing import Final

from bot.app import Bot
from bot.cli import wording_doctor as say
from bot.cli.doctor_address import address_findings
from bot.cli.doctor_wechat import quota_findings, template_findings
from bot.cli.doctor_wecom import (
    SAMPLE,
    allowed_findings,
    follower_findings,
    group_findings,
    scope_findings,
    tried,
)
from bot.cli.findings import Finding, Level, fine, note, wrong
from bot.cli.store_upkeep import Upkeep
from bot.delivery.ledger import Ledger
from bot.delivery.store_courier import CourierRows
from bot.messages import Realm
from bot.platforms.api import Api
from bot.platforms.errors import Platform
from bot.platforms.wechat.client import WechatClient
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
        found += await address_findings(account, public_url, self._bot.clock(), os.urandom(32))
        api = self._bot.lines.apis[account.id]
        token = await tried(say.TOKEN, lambda: self._token(api), api.platform)
        found += token
        if any(one.level is Level.WRONG for one in token):
            return [*found, note(say.rest_later())]
        if isinstance(account, WecomApp):
            found += await self._wecom(account, api)
        else:
            found += await self._wechat(account, api)
        return [*found, *await self._ledger(account)]

    async def _stopped(self, account: AccountSettings) -> list[Finding]:
        async with self._bot.database.reading() as tx:
            stopped = await Upkeep(tx).stopped()
        return [
            wrong(say.account_stopped(one.reason), say.mend_stopped())
            for one in stopped
            if one.account == account.id
        ]

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
            found += await tried(say.ALLOWED, lambda: allowed_findings(school), api.platform)
            found += await tried(say.FOLLOWERS, lambda: follower_findings(api, school), api.platform)
        return found

    async def _wechat(self, account: Wechat, api: Api) -> list[Finding]:
        client = self._bot.lines.clients[account.id, Realm.OPENID]
        assert isinstance(client, WechatClient)
        found = await tried(say.PLATFORM_QUOTA, lambda: quota_findings(client), api.platform)
        if account.type == "service" and account.verified:
            found += await tried(say.TEMPLATES, lambda: template_findings(api, account), api.platform)
        return found

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
