"""Tags of a subscription account, kept in step with who is bound: some calls at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from bot.db import Database
from bot.delivery.actions_mass import resting
from bot.delivery.mass import TAGS
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_mass_tags import TagRows
from bot.errors import PlatformError, Verdict
from bot.messages import Address
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.tags import MOST, Tags
from bot.settings import Wechat

log = structlog.get_logger()
_CALLS: Final = 40  # of one look; a large school is through after some
_UNKNOWN_TAG: Final = frozenset({40152, 45159})
_NOT_OURS: Final = 40003
_NO_FOLLOWER: Final = "没有关注公众号"


class InStep(StrEnum):
    YES = "yes"
    MORE = "more"  # a large school: go on with the next look
    TROUBLE = "trouble"  # the platform said no: after a while


async def keep_in_step(
    database: Database, client: WechatClient, account: Wechat, nearer: Sequence[str], now: datetime
) -> InStep:
    """Put tags on and take them off until all is as it should be, or for as many calls as one look makes."""
    work = _Work(database, client.tags, account, nearer)
    try:
        return InStep.YES if await work.all() else InStep.MORE
    except PlatformError as error:
        log.warning("tags not in step", account=account.id, code=error.code, verdict=str(error.verdict))
        async with database.begin() as tx:
            if error.code in _UNKNOWN_TAG:
                await TagRows(tx, account.id, nearer).forget()
            elif error.verdict in (Verdict.STOP, Verdict.BUG):
                CourierRows(tx).stop(resting(account.id), f"{error.code} {error.message}"[:200], now)
        return InStep.TROUBLE


class _Work:
    def __init__(self, database: Database, tags: Tags, account: Wechat, nearer: Sequence[str]) -> None:
        self._database = database
        self._tags = tags
        self._account = account
        self._nearer = nearer
        self._calls = _CALLS

    async def all(self) -> bool:
        async with self._database.reading() as tx:
            numbers = await TagRows(tx, self._account.id, self._nearer).ids()
        for tag in TAGS:
            while self._calls > 0:
                async with self._database.reading() as tx:
                    rows = TagRows(tx, self._account.id, self._nearer)
                    put, take = await rows.to_tag(tag, MOST), await rows.to_untag(tag, MOST)
                if not put and not take:
                    break
                if tag.name not in numbers:
                    numbers[tag.name] = await self._tags.make(tag.name)
                    async with self._database.begin() as tx:
                        TagRows(tx, self._account.id, self._nearer).created(tag.name, numbers[tag.name])
                if put:
                    await self._change(tag.name, numbers[tag.name], put, on=True)
                if take:
                    await self._change(tag.name, numbers[tag.name], take, on=False)
        return self._calls > 0

    async def _change(self, name: str, number: int, addresses: Sequence[str], *, on: bool) -> None:
        """One who does not follow any more spoils a call (40003): halves find out who it is."""
        self._calls -= 1
        openids = [Address.from_key(address).id for address in addresses]
        try:
            await (self._tags.put if on else self._tags.take)(number, openids)
        except PlatformError as error:
            if error.code != _NOT_OURS:
                raise
            if len(addresses) > 1:
                half = len(addresses) // 2
                await self._change(name, number, addresses[:half], on=on)
                await self._change(name, number, addresses[half:], on=on)
                return
            async with self._database.begin() as tx:
                rows = TagRows(tx, self._account.id, self._nearer)
                await rows.lost(addresses[0], _NO_FOLLOWER)
                await rows.untagged(name, addresses)
            return
        async with self._database.begin() as tx:
            rows = TagRows(tx, self._account.id, self._nearer)
            await (rows.tagged if on else rows.untagged)(name, addresses)
