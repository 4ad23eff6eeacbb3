"""Who hears of trouble that no message and no person stands for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.db import Tx
from bot.delivery import wording
from bot.delivery.store_courier import CourierRows
from bot.messages import Text
from bot.people.rules import RoleName
from bot.work import Work


async def tell_admins(work: Work, key: str, words: str, at: datetime, *, but: Collection[str] = ()) -> None:
    """One line to each administrator, none by the accounts ``but``; the same ``key`` is told once."""
    admins = await work.people.teachers_of("", (RoleName.ADMIN,))
    await work.tell([person.id for person in admins], key, Text(words), at, but=but)


async def stop(tx: Tx, account: str, reason: str, now: datetime) -> None:
    """Nothing goes out here until a person has looked. Administrators hear of it by another account, once."""
    rows = CourierRows(tx)
    stopped = {name for name, (_, why) in (await rows.account_states()).items() if why}
    if account in stopped:
        return
    rows.stop(account, reason, now)
    words = wording.account_stopped(account, reason)
    await tell_admins(Work(tx), f"stopped/{account}/{now:%Y-%m-%dT%H}", words, now, but={*stopped, account})
