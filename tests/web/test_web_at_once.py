"""Two people, or one person twice, at one instant: what was read earlier takes nothing back."""

from __future__ import annotations

import asyncio

from aiohttp.test_utils import TestServer
from web_cast import Campus

from bot.duties.actions import prove
from bot.duties.rules import Occurrence, Proof, ProofKind, Task
from bot.work import Work


async def _father(campus: Campus, campaign: str) -> tuple[Task, Occurrence]:
    father = await campus.person("P2")
    async with campus.database.reading() as tx:
        return (await Work(tx).duties.tasks_for(campaign, person=father.id))[0]


async def _proves(campus: Campus, task: Task, occurrence: Occurrence, kind: ProofKind) -> None:
    """As a transaction does that read the task before others were through with it."""
    async with campus.database.begin() as tx:
        Work(tx).duties.prove(task, occurrence, Proof(task.id, kind, campus.clock.now, task.person, "page"))


async def test_opening_a_letter_does_not_undo_the_signature_of_the_same_instant(
    server: TestServer, campus: Campus
) -> None:
    campaign, _ = await campus.launches("parents-letter")
    task, occurrence = await _father(campus, campaign)
    await _proves(campus, task, occurrence, ProofKind.SIGNED)
    await _proves(campus, task, occurrence, ProofKind.OPENED)
    await _proves(campus, task, occurrence, ProofKind.CONFIRMED)
    after, _ = await _father(campus, campaign)
    assert (after.tier, after.settled_at) == (occurrence.ladder.tier(ProofKind.SIGNED), campus.clock.now)


async def test_opening_does_not_undo_a_no_of_the_same_instant(server: TestServer, campus: Campus) -> None:
    campaign, _ = await campus.launches("parents-letter")
    task, occurrence = await _father(campus, campaign)
    await _proves(campus, task, occurrence, ProofKind.DECLINED)
    await _proves(campus, task, occurrence, ProofKind.OPENED)
    after, _ = await _father(campus, campaign)
    assert (after.tier, after.declined, after.settled_at) == (1, True, campus.clock.now)
    await _proves(campus, task, occurrence, ProofKind.SIGNED)
    after, _ = await _father(campus, campaign)
    assert not after.declined
    await _proves(campus, task, occurrence, ProofKind.DECLINED)
    after, _ = await _father(campus, campaign)
    assert not after.declined


async def test_both_parents_sign_at_one_instant(server: TestServer, campus: Campus) -> None:
    """Each settles the other's task, too: they lock the two rows in one order, or PostgreSQL gives one up."""
    for _ in range(60):
        campus.clock.passes(minutes=1)
        campaign, _ = await campus.launches("parents-letter")
        await asyncio.gather(*(_signs(campus, campaign, code) for code in ("P1", "P2")))


async def _signs(campus: Campus, campaign: str, code: str) -> None:
    parent = await campus.person(code)
    async with campus.database.begin() as tx:
        work = Work(tx)
        for task, occurrence in await work.duties.tasks_for(campaign, person=parent.id):
            await prove(work, task, occurrence, ProofKind.SIGNED, parent.id, "page", campus.clock.now)
