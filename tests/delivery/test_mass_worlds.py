"""Random worlds of both kinds of accounts: everybody ends somewhere, and nobody sees a campaign twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery.tables import delivery
from bot.simulator.wechat_api.mass import release
from tests.delivery.mass_cast import ALL, GET, LIST, PARENTS, PUT_TAG, STUDENTS, MassPost, opened

EVERYBODY = (*STUDENTS, *PARENTS, "T2001")
OUTCOMES = ("send success", "send success", "send fail", "err(20008)", "err(40002)")


async def mishap(post: MassPost, chance: Random) -> None:
    """Something that happens between two looks."""
    faults, account = post.stage.sim.faults, post.account
    path = chance.choice((LIST, ALL, GET, PUT_TAG))
    match chance.randrange(8):
        case 0:
            faults.drop(path, times=chance.randrange(1, 3))
        case 1:
            faults.errcode(path, chance.choice((-1, 45011, 42010, 45066)), times=chance.randrange(1, 4))
        case 2:
            codes = (45028, 45009, 45168, 40152, 89505)
            faults.errcode(path, chance.choice(codes), times=chance.randrange(1, 3))
        case 3:
            faults.http(path, 502, times=chance.randrange(1, 3))
        case 4:
            await post.follower(f"o{chance.choice(EVERYBODY)}").says("你好")
        case 5:
            async with post.work() as work:
                work.people.less(await post.person(chance.choice(EVERYBODY)), chance.random() < 0.5)
        case 6:
            account.mass_outcome = chance.choice(OUTCOMES)
        case 7:
            account.mass_event = chance.choice(("soon", "early", "held"))


@pytest.mark.parametrize("kind", ["service", "subscription"])
async def test_the_sum_is_the_audience_and_nobody_sees_it_twice(
    database_url: str, root: Path, kind: str
) -> None:
    chance = Random(20261123)
    async with opened(database_url, root, account=kind, templates=False) as post:
        await post.bind_all(EVERYBODY)
        for number in range(12):
            for _ in range(3):
                await mishap(post, chance)
            before = len(post.stage.sim.books.jobs)
            campaign = await post.launched(chance.choice(("weekly-reminder", "term-test", "parent-letter")))
            audience = sum((await post.states(campaign)).values())
            for _ in range(5):
                await post.passes(minutes=chance.choice((1, 3, 40, 400, 900)))
                if chance.random() < 0.4:
                    await release(post.stage.sim, post.account)
                states = await post.states(campaign)
                assert sum(states.values()) == audience, (number, states)
            shown = [job for job in list(post.stage.sim.books.jobs.values())[before:] if job.done]
            assert all(job.total <= len(EVERYBODY) for job in shown)
            post.stage.sim.faults.heal()
            async with post.work() as work:
                await work.tx.execute(sa.text("delete from account_state"))
            post.stage.clock.turn(timedelta(hours=chance.randrange(1, 60)))
        await post.passes(days=9)
        await post.passes(days=1)
        open_ = await post.rows(
            sa.select(delivery.c.key, delivery.c.not_before).where(
                delivery.c.state.in_(("due", "leased")), ~delivery.c.digest
            )
        )
        assert open_ == [], "nobody waits for ever"
        for code in EVERYBODY:
            unasked = [b.text for b in post.follower(f"o{code}").bubbles if not b.mine and not b.passive]
            texts = await post.rows(
                sa.select(sa.func.count(sa.distinct(delivery.c.occurrence_id))).where(
                    delivery.c.address.endswith(f"|o{code}")
                )
            )
            assert len(unasked) <= texts[0][0], (code, unasked)
