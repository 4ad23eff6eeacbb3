"""Importing a roster: the command line and the console do the same two steps, look and then apply.

preview_roster   file -> Preview, in a reading transaction; changes nothing
import_roster    Preview -> Imported, in a writing transaction; only what was shown
undo_roster      the newest import is taken back
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.db import Tx
from bot.errors import Refusal
from bot.people import wording
from bot.people.difference import Difference, difference
from bot.people.roster import read_roster
from bot.people.roster_rows import Corp, RosterFile
from bot.people.store_import import Imported
from bot.people.store_roster import Rosters
from bot.people.store_undo import Undone


class Serving(Protocol):
    """A WeCom app of the settings and the units it serves; none means the whole tree."""

    @property
    def id(self) -> str: ...
    @property
    def corp_id(self) -> str: ...
    @property
    def units(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Preview:
    file: RosterFile
    difference: Difference

    @property
    def text(self) -> str:
        return wording.preview(self.file, self.difference)


def corps_of(apps: Iterable[Serving]) -> dict[str, Corp]:
    """Which corp a unit's userids belong to; of two apps for one unit the first in the settings counts."""
    corps: dict[str, Corp] = {}
    for app in apps:
        for unit in app.units or ("",):
            corps.setdefault(unit, Corp(app.id, app.corp_id))
    return corps


async def preview_roster(tx: Tx, data: bytes, filename: str, corps: Mapping[str, Corp]) -> Preview:
    """What the file would change. Raises BadFile when it cannot be used at all.

    Reading and comparing take seconds of computing for a large school, so they leave the event loop free.
    """
    rosters = Rosters(tx)
    units, known = await rosters.units(), await rosters.known()

    def look() -> Preview:
        file = read_roster(data, filename, units=units, known=known, corps=corps)
        return Preview(file, difference(known, file, corps))

    return await asyncio.to_thread(look)


async def import_roster(
    tx: Tx,
    preview: Preview,
    corps: Mapping[str, Corp],
    *,
    who: int | None,
    now: datetime,
    allow_many_leavers: bool = False,
) -> Imported | None:
    """Write what the preview showed; ``None`` when nothing differs.

    Raises Refusal when more than a fifth would leave (unless allowed), or when the roster changed meanwhile.
    """
    if preview.difference.many_leavers and not allow_many_leavers:
        raise Refusal(wording.too_many_leavers(preview.difference))
    if preview.difference.empty:
        return None
    rosters = Rosters(tx)
    await rosters.lock()
    current = await asyncio.to_thread(difference, await rosters.known(), preview.file, corps)
    if current != preview.difference:
        raise Refusal(wording.stale())
    return await rosters.apply(current, file=preview.file.name, corps=corps, who=who, now=now)


async def undo_roster(tx: Tx, *, who: int | None, now: datetime) -> Undone:
    undone = await Rosters(tx).undo(who=who, now=now)
    if undone is None:
        raise Refusal(wording.cannot_undo())
    return undone
