"""The menus of all accounts, set by the workers at their start: one does it, the others see it done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.db import Database
from bot.delivery.ledger import Ledger
from bot.delivery.rules import limit_over
from bot.delivery.store_courier import CourierRows
from bot.errors import PlatformError, Verdict
from bot.messages import Urgency
from bot.platforms.menu import Button
from bot.platforms.port import MenuClient
from bot.publishing.menu import look, menu_of, platform_of
from bot.publishing.store_menu import Menus
from bot.school import School

log = structlog.get_logger()
DELETED: Final = "deleted"
_PASSING: Final = (Verdict.RETRY, Verdict.UNKNOWN)
_SOON, _LATER = timedelta(minutes=2), timedelta(hours=1)


class Signboard:
    """Setting a menu twice has no second effect, so a lost answer is simply tried again."""

    def __init__(
        self,
        database: Database,
        clients: Mapping[str, MenuClient],
        school: Callable[[], School],
        clock: Callable[[], datetime],
        ledger: Ledger,
    ) -> None:
        self._database = database
        self._clients = clients
        self._school = school
        self._clock = clock
        self._ledger = ledger

    async def run(self, pause: float = 60.0) -> None:
        """Until every menu hangs, then no more: two versions of the settings must not take turns for ever."""
        left = set(self._clients)
        while left:
            for account in sorted(left):
                try:
                    if await self.hang(account):
                        left.discard(account)
                except Exception as error:
                    log.error("menu not set", account=account, error=type(error).__name__)
            if left:
                await asyncio.sleep(pause)

    def wanted(self, account: str) -> tuple[tuple[Button, ...], str] | None:
        """The buttons of an account and their look; ``None`` where the settings leave the menu alone."""
        school = self._school()
        found = school.accounts.get(account)
        buttons = menu_of(found, school.accounts.url(found)) if found else None
        if found is None or buttons is None:
            return None
        return buttons, look(platform_of(found), buttons)

    async def hang(self, account: str, *, again: bool = False) -> bool:
        """Set the menu unless it hangs already; ``False`` when it has to be tried later.

        ``again``: set it whatever the database says; then a refusal is raised as PlatformError.
        """
        wanted = self.wanted(account)
        if wanted is None:
            return True
        buttons, sign = wanted
        now = self._clock()
        async with self._database.begin() as tx:
            menus = Menus(tx)
            if not again:
                if (await menus.find(account)).look == sign:
                    return True
                if not await menus.claim(account, sign, now):
                    return False
            if not await self._ledger.draw(CourierRows(tx), account, "menu", 1, Urgency.SOLICITED, now):
                await menus.failed(account, "45009", self._ledger.next_window("menu", now))
                return False
        try:
            await self._clients[account].create_menu(buttons)
        except PlatformError as error:
            log.warning("menu not set", account=account, code=error.code, verdict=str(error.verdict))
            pause = _SOON if error.verdict in _PASSING else _LATER
            at = limit_over(error, now) if error.wait else now + pause
            async with self._database.begin() as tx:
                await Menus(tx).failed(account, str(error.code), at)
            if again:
                raise
            return False
        async with self._database.begin() as tx:
            await Menus(tx).hung(account, sign, self._clock())
        log.info("menu set", account=account)
        return True

    async def take_down(self, account: str) -> None:
        """Delete the menu on the platform; it stays away until the settings change. Raises PlatformError."""
        await self._clients[account].delete_menu()
        wanted = self.wanted(account)
        async with self._database.begin() as tx:
            await Menus(tx).hung(account, wanted[1] if wanted else "", self._clock(), DELETED)
