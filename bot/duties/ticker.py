"""Every minute: what has fallen due? Launch it, record what came too late, remind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from bot.cases.actions_ledger import clock as ring_cases
from bot.db import Database
from bot.delivery.actions import tell_staff
from bot.delivery.actions_detour import detour
from bot.delivery.actions_reminders import remind_due
from bot.duties.actions_excusing import end_exemptions
from bot.duties.cadence_wording import went_out_before
from bot.duties.launch import Launched, carry_out, launch, register
from bot.duties.occurrences import Planned, Skipped, day_around, due, moved_from
from bot.duties.plan_values import ZONE
from bot.duties.rules import Occurrence, OccurrenceState
from bot.metrics import OCCURRENCES
from bot.school import School
from bot.work import Work

log = structlog.get_logger()
_MARK: Final = "clock/"
_FIRST_LOOK: Final = timedelta(minutes=1)


class Ticker:
    """Reads the clock in one transaction with what it launches; two replicas launch once."""

    def __init__(
        self,
        database: Database,
        school: Callable[[], School],
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._school = school
        self._clock = clock
        self._wake = wake

    async def tick(self) -> int:
        """Launch whatever fell due since the last look; how many occurrences and reminders that were.

        What one part raises is raised at the end: cries for help do not wait behind a campaign that fails.
        """
        school = self._school()
        packs = sorted({school.default_pack, *school.packs.values()})
        parts = (self._excused, self._asked, self._remind, self._cases, self._detours)
        rest = [partial(part, school) for part in parts]
        try:
            launched = await _all([*(partial(self._pack, school, pack) for pack in packs), *rest])
        except Exception:
            self._wake()
            raise
        if launched:
            self._wake()
        return launched

    async def _pack(self, school: School, pack: str) -> int:
        now = self._clock()
        async with self._database.begin() as tx:
            work = Work(tx)
            mark = await work.duties.watermark(_MARK + pack)
            if mark is not None and mark >= now:
                return 0  # another replica was faster, or the clock stepped back
            found = due(school.plan, [pack], mark or now - _FIRST_LOOK, now)
            work.duties.set_watermark(_MARK + pack, now)
            for skipped in found.skipped:
                await _record(work, school, pack, skipped)
            launched = 0
            for planned in found.launch:
                if (earlier := await _went_out(work, school, pack, planned)) is not None:
                    await _record(work, school, pack, earlier)
                    continue
                launched += _logged(work, school, await launch(work, school, pack, planned, now), now)
            return launched

    async def _asked(self, school: School) -> int:
        """What /push or the command line asked for, once its time has come; one transaction each."""
        async with self._database.reading() as tx:
            asked = await Work(tx).duties.in_state(OccurrenceState.ASKED)
        now = self._clock()
        return await _all([partial(self._carry_out, school, one) for one in asked if one.planned_at <= now])

    async def _carry_out(self, school: School, occurrence: Occurrence) -> int:
        async with self._database.begin() as tx:
            work, now = Work(tx), self._clock()
            return _logged(work, school, await carry_out(work, school, occurrence, now), now)

    async def _remind(self, school: School) -> int:
        """Reminders of tasks that fall due; a transaction of their own, because they can be many."""
        async with self._database.begin() as tx:
            return await remind_due(Work(tx), school, self._clock())

    async def _cases(self, school: School) -> int:
        """Calls that nobody answered, and visits of the day."""
        async with self._database.begin() as tx:
            return await ring_cases(Work(tx), school, self._clock())

    async def _excused(self, school: School) -> int:
        """Exemptions whose day has come; one transaction for each such moment."""
        owing = 0
        while True:
            async with self._database.begin() as tx:
                found = await end_exemptions(Work(tx), school, self._clock())
            if found is None:
                return owing
            owing += found

    async def _detours(self, school: School) -> int:
        """Alerts that wait for an account which was stopped."""
        async with self._database.begin() as tx:
            return await detour(tx, school, self._clock())


async def _all(parts: Iterable[Callable[[], Awaitable[int]]]) -> int:
    """How much they did together. What the first to fail raises is raised when all have had their turn."""
    done, failed = 0, list[Exception]()
    for part in parts:
        try:
            done += await part()
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return done


def _logged(work: Work, school: School, result: Launched | None, now: datetime) -> int:
    """Count what was launched, and let the staff groups hear of it once it is open."""
    if result is None:
        return 0
    if result.is_open:
        tell_staff(work, school, result.occurrence, now)
    OCCURRENCES.labels("launched").inc()
    log.info(
        "launched",
        occurrence=result.occurrence.id,
        audience=result.audience,
        queued=sum(result.queued.values()),
    )
    return 1


async def _went_out(work: Work, school: School, pack: str, planned: Planned) -> Skipped | None:
    """The plan was edited after this day's run had gone out: why it does not go out again."""
    gone_out = await work.launches.by_clock(planned.duty.id, *day_around(planned.planned_at))
    earlier = moved_from(school.plan, pack, planned, gone_out)
    if earlier is None:
        return None
    at, before = planned.planned_at.astimezone(ZONE), earlier.astimezone(ZONE)
    return Skipped(planned, went_out_before(at, before))


async def _record(work: Work, school: School, pack: str, skipped: Skipped) -> None:
    """A moment that came too late is on record with its reason, so that nobody wonders."""
    await register(work, school, pack, skipped.planned, OccurrenceState.SKIPPED, reason=skipped.reason)
    OCCURRENCES.labels("skipped").inc()
    log.warning("skipped", occurrence=skipped.planned.id, reason=skipped.reason)
