"""The pretended world in motion: its phones, ledgers and lines, all put together."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.simulator.account import OfficialAccount
from bot.simulator.browser import Browser
from bot.simulator.callbacks import Callbacks, Door
from bot.simulator.codes import LoginCodes
from bot.simulator.corp import App, Corp
from bot.simulator.crypto import Envelope
from bot.simulator.ears import Speaker
from bot.simulator.faults import Faults
from bot.simulator.lines import FollowerLine, MemberLine, ParentLine
from bot.simulator.media import MediaShelf
from bot.simulator.phone import Chat, Line
from bot.simulator.quota import Ledger
from bot.simulator.tokens import TokenBook
from bot.simulator.wechat_api.archive import Archive
from bot.simulator.wechat_api.books import FollowerBooks
from bot.simulator.wecom_api.cardbook import CardBook
from bot.simulator.wire import Pulse, Wire
from bot.simulator.world import Clock, World, phone_key

NOTICE_CHAT = "学校通知"


def app_chat(agent_id: int) -> str:
    return f"app-{agent_id}"


class Simulation:
    """One running world. ``base_url`` is where its own server can be reached, once that is known."""

    def __init__(self, world: World, clock: Clock, base_url: str = "") -> None:
        self.world = world
        self.clock = clock
        self.base_url = base_url
        self.pulse = Pulse()
        self.wire = Wire(clock, self.pulse)
        self.faults = Faults()
        self.ledger = Ledger(clock)
        self.media = MediaShelf(clock)
        self.archive = Archive(clock)
        self.tokens = TokenBook(clock)
        self.codes = LoginCodes(clock)
        self.cards = CardBook(clock)
        self.books = FollowerBooks(clock)
        self.callbacks = Callbacks(clock, self.wire)
        self.phones: dict[str, Speaker] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._furnish()

    def phone(self, corp: str, realm: str, id_: str) -> Speaker:
        """Raises KeyError for somebody who is not in this world."""
        return self.phones[phone_key(corp, realm, id_)]

    def door(self, corp: Corp, app: App) -> Door:
        envelope = Envelope(app.token, app.aes_key, corp.corp_id)
        return Door(app.callback_url, app.token, corp.corp_id, envelope, True, app.agent_id)

    def account_door(self, account: OfficialAccount) -> Door:
        envelope = Envelope(account.token, account.aes_key, account.app_id) if account.aes_key else None
        return Door(account.callback_url, account.token, account.original_id, envelope, False)

    async def verify(self) -> dict[str, bool]:
        """Save every server address in the console: the URL check of each, by corp or app id and agent."""
        found = {}
        for corp, app in self.world.apps():
            if app.callback_url:
                found[f"{corp.corp_id}|{app.agent_id}"] = await self.callbacks.verify(self.door(corp, app))
        for account in self.world.accounts:
            if account.callback_url:
                found[account.app_id] = await self.callbacks.verify(self.account_door(account))
        return found

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Something the platform does after it has answered."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settled(self) -> None:
        """Once nothing of the platform's own is under way."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def close(self) -> None:
        self.faults.heal()
        self.pulse.close()
        for task in set(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.callbacks.close()
        for phone in self.phones.values():
            await phone.browser.close()

    def _furnish(self) -> None:
        for corp in self.world.corps:
            line = MemberLine(self, corp)
            seen_by = [(app, corp.visible(app).keys()) for app in corp.apps]
            for member in corp.members:
                phone = self._phone(corp.corp_id, "member", member.id, member.name, "member", line)
                for app, visible in seen_by:
                    if member.id in visible:
                        phone.chats[app_chat(app.agent_id)] = Chat(app_chat(app.agent_id), app.name, True)
            family = ParentLine(self, corp)
            for parent in corp.school.parents:
                phone = self._phone(corp.corp_id, "parent", parent.id, parent.name, "parent", family)
                phone.follows = parent.is_subscribe
                phone.chats[NOTICE_CHAT] = Chat(NOTICE_CHAT, NOTICE_CHAT, False)
        for account in self.world.accounts:
            follow = FollowerLine(self, account)
            for person in account.followers:
                phone = self._phone(account.app_id, "openid", person.openid, person.name, "follower", follow)
                phone.follows = person.follows
                phone.chats[account.app_id] = Chat(account.app_id, account.name, True)
        for webhook in self.world.webhooks:
            for key in webhook.members:
                if key not in self.phones:
                    raise ValueError(f"webhook {webhook.name}: nobody has the phone {key}")
                self.phones[key].chats[f"group-{webhook.key}"] = Chat(
                    f"group-{webhook.key}", webhook.name, False
                )
        for title, keys in self.world.phones.items():
            if missing := [key for key in keys if key not in self.phones]:
                raise ValueError(f"phones.{title}: nobody has the phone {missing[0]}")

    def _phone(self, corp: str, realm: str, id_: str, name: str, kind: str, line: Line) -> Speaker:
        key = phone_key(corp, realm, id_)
        browser = Browser(key, lambda: self.base_url)
        self.phones[key] = Speaker(key, name, kind, line, self.clock, self.pulse, browser)
        return self.phones[key]
