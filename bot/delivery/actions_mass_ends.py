"""How a mass send ended: from the event, whenever it comes, or asked for when it does not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from bot.db import Database, Tx
from bot.delivery import wording_mass
from bot.delivery.actions_mass import pass_on
from bot.delivery.actions_trouble import tell_admins
from bot.delivery.mass import FAILED, NO_WORD, End, counted, read_status
from bot.delivery.store_mass import MassRows
from bot.delivery.store_mass_jobs import Counts, Job, JobRows
from bot.errors import PlatformError
from bot.messages import Inbound
from bot.platforms.wechat.client import WechatClient
from bot.school import School
from bot.work import Work

log = structlog.get_logger()
_NO_SUCH_JOB: Final = 40059


def finished(work: Work, inbound: Inbound, now: datetime) -> None:
    """MASSSENDJOBFINISH: kept until the courier looks, because it may be faster than our own settling."""
    said = inbound.fields
    number = said.get("MsgID", "")
    if not number or len(number) > 64:
        return
    counts = Counts(
        *(counted(said.get(name, "")) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount"))
    )
    JobRows(work.tx).reported(inbound.account, number, said.get("Status", "")[:64], counts, now)


async def hear(database: Database, client: WechatClient, account: str, school: School, now: datetime) -> int:
    """Apply what was said, and ask where nothing was for hours; how many jobs changed."""
    async with database.reading() as tx:
        jobs = JobRows(tx)
        answered = await jobs.answered(account)
        unsent = await jobs.unsent(account)
        silent = await jobs.silent(account, now)
    for job, word, counts in answered:
        async with database.begin() as tx:
            await _conclude(tx, school, job, word, counts, now)
            await JobRows(tx).drop_result(account, job.message_id)
    if unsent:
        async with database.begin() as tx:
            await JobRows(tx).close(unsent, now)
    for job in silent:
        await _ask(database, client, job, school, now)
    return len(answered)


async def _ask(database: Database, client: WechatClient, job: Job, school: School, now: datetime) -> None:
    word = ""
    try:
        word = await client.mass_state(job.message_id)
    except PlatformError as error:
        log.warning("mass send not asked for", account=job.account, code=error.code)
        if error.code == _NO_SUCH_JOB:
            word = str(_NO_SUCH_JOB)
    async with database.begin() as tx:
        jobs = JobRows(tx)
        await jobs.asked(job, now)
        if word and read_status(word).end is not End.RUNNING:
            await _conclude(tx, school, job, word, None, now)
        elif now >= job.made_at + NO_WORD:
            await jobs.ended(job, word, None, now)


async def _conclude(
    tx: Tx, school: School, job: Job, word: str, counts: Counts | None, now: datetime
) -> None:
    """Write down an end. An event counts more than an answer, the first event more than any later one."""
    jobs, ended = JobRows(tx), read_status(word)
    fresh = await jobs.job(job.shipment)
    if fresh is None or fresh.counts is not None:
        return
    await jobs.ended(job, word, counts, now)
    if ended.end is not End.FAILURE or read_status(fresh.status).end is End.FAILURE:
        return
    await jobs.not_reached(job, f"{FAILED}{ended.code}", now)
    await pass_on(tx, school, await MassRows(tx).missed(job.shipment), now)
    at = now if job.is_alert else school.plan.quiet_until(now)
    words = wording_mass.failed(job.title, job.people, ended.code)
    await tell_admins(Work(tx), f"mass/{job.shipment}/failed", words, at)
