"""What is held in memory stays what the files say: looked at, read whole, swapped as a whole.

Every process looks for itself. A save that is still going on is waited for, unsound files change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from bot.db import Database
from bot.delivery.actions_trouble import tell_admins
from bot.duties.plan_values import ZONE
from bot.errors import BadFile, Complaint
from bot.loading import Stamps, load_school, stamps
from bot.school import School
from bot.settings import Settings
from bot.wording import files_unsound
from bot.work import Work

log = structlog.get_logger()
PACE: Final = 10.0  # seconds between looks; two that see the same make a state worth reading


@dataclass(frozen=True, slots=True)
class Held:
    """What was read, and how the files stood before: what is written meanwhile is seen by the next look."""

    school: School
    stamps: Stamps

    @classmethod
    def of(cls, settings: Settings, base: Path) -> Held:
        """Raises BadFile with all complaints of all files."""
        stood = stamps(settings, base)
        return cls(load_school(settings, base), stood)


class Watch:
    """The one holder of the School of a process."""

    def __init__(
        self,
        held: Held,
        settings: Settings,
        base: Path,
        database: Database,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        swapped: Callable[[], None],
    ) -> None:
        self._settings, self._base = settings, base
        self._database = database
        self._clock = clock
        self._wake = wake
        self._swapped = swapped
        self._school, self._known = held.school, held.stamps
        self._moving: Stamps | None = None
        self._complaints: tuple[Complaint, ...] = ()
        self._untold = False

    def school(self) -> School:
        return self._school

    @property
    def complaints(self) -> tuple[str, ...]:
        """Why the files as they are now are not in use, each with file and line; empty when they are."""
        return tuple(str(complaint).removeprefix(f"{self._base}/") for complaint in self._complaints)

    async def run(self, pace: float = PACE) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(pace)
            try:
                await self.look()
            except Exception:
                log.exception("files not looked at")

    async def look(self) -> bool:
        """One look at the files; whether another state of them is in use now."""
        if self._untold:
            await self._tell()
        found = await self._stamps()
        if found == self._known:
            self._moving = None
            return False
        if found != self._moving:
            self._moving = found
            return False
        complaints: tuple[Complaint, ...] = ()
        try:
            school = await asyncio.to_thread(load_school, self._settings, self._base)
        except BadFile as bad:
            complaints = tuple(bad.complaints)
        if await self._stamps() != found:
            return False
        self._known, self._moving = found, None
        if complaints:
            if complaints != self._complaints:
                self._complaints, self._untold = complaints, True
                await self._tell()
            return False
        self._complaints, self._untold = (), False
        self._school = school
        self._swapped()
        log.info("files read anew", questions=len(school.bank.items), texts=len(school.library.texts))
        return True

    async def _stamps(self) -> Stamps:
        return await asyncio.to_thread(stamps, self._settings, self._base)

    async def _tell(self) -> None:
        """In the log of every process, and once to the administrators, whichever process is first."""
        lines, now = self.complaints, self._clock()
        log.error("files unsound, the earlier ones stay in use", complaints=lines)
        key = sha256("\n".join(lines).encode()).hexdigest()[:16]
        async with self._database.begin() as tx:
            day = now.astimezone(ZONE).date()
            await tell_admins(Work(tx), f"files/{day}/{key}", files_unsound(lines), now)
        self._untold = False
        self._wake()
