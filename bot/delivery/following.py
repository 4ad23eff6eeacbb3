"""Keeping in step with the 家校通讯录: its classes, who follows 学校通知, and the QR code to follow.

Politely: a few calls a minute, everything once a day; a class at once when a message is about to go there.
Each class is a transaction of its own, so that whoever dies in the middle leaves the rest to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.db import Database
from bot.delivery.actions_following import offer_again
from bot.delivery.rules import rests
from bot.delivery.store_courier import CourierRows
from bot.errors import PlatformError, Verdict
from bot.messages import Realm
from bot.people.directory import classes, fitted
from bot.people.store_follow import Follows
from bot.platforms.port import Client
from bot.platforms.wecom.school import SchoolClient
from bot.school import School
from bot.work import Work

log = structlog.get_logger()
PACE: Final = timedelta(seconds=20)  # between two rounds
_POLITE: Final = 2  # classes a round that nobody waits for
_AT_ONCE: Final = 200  # classes a round that a letter waits for; the platform allows 10,000 calls a minute
_REST: Final = timedelta(hours=1)  # after a refusal that only a person can mend
_PASSING: Final = timedelta(minutes=1)
_WORDS: Final = 200  # characters of the platform's that are kept


class FollowKeeper:
    """Reads the directory of every app with 学校通知. ``clients`` are those of the courier."""

    def __init__(
        self,
        database: Database,
        clients: Mapping[tuple[str, Realm], Client],
        school: Callable[[], School],
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._school = school
        self._clock = clock
        self._wake = wake
        self._clients = {
            account: client
            for (account, realm), client in sorted(clients.items())
            if realm is Realm.PARENT and isinstance(client, SchoolClient)
        }

    async def round(self) -> int:
        """One look at every account; how many classes and trees were read."""
        return sum([await self._account(account) for account in self._clients])

    async def drain(self) -> int:
        """Rounds until everything is known; for tests, the demo and the command line."""
        total = 0
        while done := await self.round():
            total += done
        return total

    async def _account(self, account: str) -> int:
        now = self._clock()
        async with self._database.reading() as tx:
            tree, wanted, stale = await Follows(tx).todo(account, now)
            stopped = rests((await CourierRows(tx).account_states()).get(account), now)
        if stopped or not (tree or wanted or stale):
            return 0
        async with self._database.begin() as tx:
            if not await Follows(tx).take(account, now):
                return 0
        done, rest, trouble = 0, None, ""
        try:
            if tree:
                await self._tree(account)
                done += 1
            else:
                for department in (*wanted[:_AT_ONCE], *stale[:_POLITE]):
                    await self._class(account, department)
                    done += 1
        except PlatformError as error:
            log.warning("directory not read", account=account, code=error.code, verdict=str(error.verdict))
            rest, trouble = now + _pause(error), f"{error.code} {error.message}"[:_WORDS]
        async with self._database.begin() as tx:
            await Follows(tx).done(account, rest_until=rest, trouble=trouble)
        return done

    async def _tree(self, account: str) -> None:
        """Classes, whose parents may use the app, and the QR code."""
        client = self._clients[account]
        there = classes(await client.departments())
        scope = await client.allow_scope()
        code, why = b"", ""
        try:
            code = await client.follow_picture()
        except PlatformError as error:
            log.warning("no code to follow", account=account, code=error.code)
            why = str(error.code)
        accounts = self._school().accounts
        async with self._database.begin() as tx:
            follows, now = Follows(tx), self._clock()
            apps = {unit: accounts.app_for(unit) for unit in await follows.own_classes()}
            own = [unit for unit, app in apps.items() if app is not None and app.id == account]
            await follows.keep_tree(account, there, fitted(there, own), scope.departments, now)
            if code:
                await follows.keep_code(account, Work(tx).outbox.keep_blob(code, now))
            else:
                kept = (await follows.directory(account)).code
                await follows.keep_code(account, kept, why)

    async def _class(self, account: str, department: int) -> None:
        """A refusal that concerns this class alone does not keep the others waiting."""
        try:
            found = await self._clients[account].followers(department)
        except PlatformError as error:
            if error.verdict not in (Verdict.DROP, Verdict.BUG):
                raise
            async with self._database.begin() as tx:
                await Follows(tx).not_looked(account, department, self._clock())
            return
        async with self._database.begin() as tx:
            work, now = Work(tx), self._clock()
            by_key = {address.key: follows for address, follows in found.items()}
            began = await work.follows.look(account, department, by_key, now)
            again = await offer_again(work, self._school(), began, now) if began else 0
        if again:
            self._wake()


def _pause(error: PlatformError) -> timedelta:
    """How long the directory of an account is left alone."""
    if error.wait is not None:
        return error.wait
    return _PASSING if error.verdict in (Verdict.RETRY, Verdict.UNKNOWN) else _REST
