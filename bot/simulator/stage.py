"""Bot and simulator side by side, joined by nothing but HTTP; for the demonstration and for stories."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

from aiohttp import web

from bot.app import Bot, built
from bot.db import Database
from bot.duties.launch import launch
from bot.duties.occurrences import Planned, occurrences
from bot.people.actions import corps_of, import_roster, preview_roster
from bot.simulator.campus import Campus
from bot.simulator.cast import to_csv
from bot.simulator.page_api import Hooks
from bot.simulator.server import SIMULATION, build
from bot.simulator.simulation import Simulation
from bot.simulator.world import Clock, World
from bot.web.front import listening
from bot.work import Work

_PORTS: Final = range(16_000, 32_000)
_TRIES: Final = 100


@dataclass(slots=True)
class Stage:
    """A running pair. ``sim`` knows the phones, ``bot`` is what they talk to."""

    sim: Simulation
    bot: Bot
    clock: Clock
    url: str
    bot_url: str

    async def settle(self) -> None:
        """Until everything that is due has been sent and everything sent has been answered."""
        await self.bot.courier.drain()
        await self.bot.press.drain()
        await self.sim.settled()
        await self.bot.press.drain()
        await self.bot.courier.drain()

    async def hang_menus(self) -> None:
        """What a worker does at its start."""
        for account in self.bot.lines.menus:
            await self.bot.signboard.hang(account)

    async def next_moment(self) -> datetime | None:
        """When the plan rings next, within half a year."""
        now = self.clock()
        found = occurrences(
            self.bot.school.plan, self.bot.school.default_pack, now, now + timedelta(days=180)
        )
        return found[0].planned_at if found else None

    async def rings(self) -> None:
        """The alarm clock rings at the hands' present place, and the courier runs."""
        await self.bot.tick()
        await self.bot.follows.drain()
        await self.settle()

    async def turn_to(self, moment: datetime) -> None:
        """Put the hands forward and let happen what was due on the way."""
        self.clock.turn_to(moment)
        await self.rings()

    async def fire(self, duty: str) -> str:
        """Launch a duty now; the occurrence's id."""
        school = self.bot.school
        planned = Planned(school.plan.duties[duty], self.clock().replace(microsecond=0))
        async with self.bot.database.begin() as tx:
            await launch(Work(tx), school, school.default_pack, planned, self.clock(), asked_by=0)
        await self.bot.follows.drain()
        await self.settle()
        return planned.id


@asynccontextmanager
async def staged(
    campus: Campus,
    database: str,
    base: Path,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    rng: Random | None = None,
    roster: bool = True,
) -> AsyncIterator[Stage]:
    """Start both and introduce them: the platform checks the bot's address, the roster is imported."""
    async with AsyncExitStack() as stack:
        bot_port = free_port(host)
        bot_url = f"http://{host}:{bot_port}"
        stage_box: list[Stage] = []

        async def next_moment() -> datetime | None:
            return await stage_box[0].next_moment()

        async def wait_idle() -> None:
            await stage_box[0].rings()

        sim_app = build(World.from_dict(campus.world(bot_url)), clock, Hooks(next_moment, wait_idle))
        sim_runner = web.AppRunner(sim_app, access_log=None, handle_signals=False)
        await sim_runner.setup()
        stack.push_async_callback(sim_runner.cleanup)
        site = web.TCPSite(sim_runner, host, port)
        await site.start()
        url = f"http://{host}:{sim_runner.addresses[0][1]}"
        sim = sim_app[SIMULATION]
        sim.base_url = url
        bot = await stack.enter_async_context(
            built(campus.settings(url, bot_url, database), base, clock=clock, rng=rng, framed_by=(url,))
        )
        await stack.enter_async_context(listening(bot.web, bot.callbacks, host, bot_port))
        if roster:
            await admit(bot.database, campus, bot, clock())
        await sim.verify()
        stage = Stage(sim, bot, clock, url, bot_url)
        stage_box.append(stage)
        yield stage


async def admit(database: Database, campus: Campus, bot: Bot, now: datetime) -> None:
    """Import the campus's people as an administrator would: from a file, through the preview."""
    corps = corps_of(bot.school.accounts.apps())
    async with database.reading() as tx:
        preview = await preview_roster(tx, to_csv(campus.rows), "roster.csv", corps)
    async with database.begin() as tx:
        await import_roster(tx, preview, corps, who=None, now=now)


def free_port(host: str) -> int:
    """A port on which nobody listens; the simulator has to know it before the bot does.

    Below those that outgoing connections are given, so that none of them takes it meanwhile.
    """
    for port in SystemRandom().sample(_PORTS, k=_TRIES):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port
    raise OSError(f"no free port on {host}")
