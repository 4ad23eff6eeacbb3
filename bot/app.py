"""The composition root: the only place where everything is put together, and taken apart in reverse."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

import aiohttp
import structlog
from aiohttp import web
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import migrate
from bot.committer import Committer
from bot.conversation import Conversation
from bot.db import Database
from bot.delivery.courier import Courier
from bot.delivery.following import PACE, FollowKeeper
from bot.delivery.ledger import Ledger
from bot.duties.ticker import Ticker
from bot.lines import Lines, connect
from bot.publishing.actions_record import Record
from bot.publishing.press import Press
from bot.publishing.signboard import Signboard
from bot.school import School
from bot.settings import Settings, WecomApp
from bot.watching import Held, Watch
from bot.web.callbacks import Callbacks
from bot.web.front import listening
from bot.web.pages import Pages
from bot.web.routes import add_routes
from handlers import ROUTERS

log = structlog.get_logger()
ROLES: Final = ("all", "web", "worker")
_LOOK: Final = 30.0  # seconds between looks whether the system's clock stepped back
_LONGEST: Final = timedelta(minutes=2)  # no job of ours rests for longer
_FRESH: Final = 180.0  # seconds without a tick after which a worker is not ready
_LAST_ANSWERS: Final = 20.0  # seconds for what was accepted before the stop; systemd is patient for longer
_BODY: Final = 20 * 1024 * 1024  # an uploaded roster; callbacks have a limit of their own


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Bot:
    """The running parts, for whoever holds the composition root."""

    settings: Settings
    database: Database
    watch: Watch
    lines: Lines
    committer: Committer
    callbacks: Callbacks
    courier: Courier
    press: Press
    signboard: Signboard
    ticker: Ticker
    follows: FollowKeeper
    web: web.Application
    clock: Callable[[], datetime]
    ticked_at: float = 0.0

    @property
    def school(self) -> School:
        """As the files are now: ask anew each time."""
        return self.watch.school()

    async def tick(self) -> None:
        """One ring of the alarm clock."""
        await self.ticker.tick()
        self.ticked_at = asyncio.get_running_loop().time()

    def is_fresh(self) -> bool:
        """Has the clock rung lately? Always true where no worker runs."""
        return not self.ticked_at or asyncio.get_running_loop().time() - self.ticked_at < _FRESH


@asynccontextmanager
async def built(
    settings: Settings,
    base: Path,
    *,
    clock: Callable[[], datetime] = system_clock,
    rng: Random | None = None,
    framed_by: tuple[str, ...] = (),
) -> AsyncIterator[Bot]:
    """Everything connected, migrated and listening to nobody yet; taken down in reverse at the end."""
    chance = rng or SystemRandom()
    held = Held.of(settings, base)
    async with AsyncExitStack() as stack:
        database = Database(database_url(settings.database, base))
        stack.push_async_callback(database.close)
        await migrate.upgrade(database)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        lines = connect(settings.accounts, database, session, clock, settings.school.name)
        headcounts = {a.id: a.headcount for a in settings.accounts if isinstance(a, WecomApp)}
        ledger = Ledger(headcounts)
        watch = Watch(held, settings, base, database, clock, lambda: courier.wake(), _lasting)
        del held  # the watch alone holds the school, so that an old one is let go
        school = watch.school
        courier = Courier(database, lines.clients, school, clock, chance, ledger)
        record = Record(database, ledger, clock, chance, courier.wake)
        press = Press(lines.publishers, school, record)
        signboard = Signboard(database, lines.menus, school, clock, ledger)
        ticker = Ticker(database, school, clock, courier.wake)
        follows = FollowKeeper(database, lines.clients, school, clock, courier.wake)
        # The order of questions and options is no secret, and the system's chance is a call for each.
        order = rng or Random(chance.getrandbits(64))
        conversation = Conversation(database, ROUTERS, school, clock, order, courier.wake)
        committer = Committer(conversation.receive)
        committer.start()
        stack.push_async_callback(committer.close)
        app = web.Application(client_max_size=_BODY)
        callbacks = Callbacks(lines.codecs, committer, clock)
        bot = Bot(
            settings, database, watch, lines, committer, callbacks, courier, press, signboard, ticker,
            follows, app, clock,
        )  # fmt: skip
        app.router.add_get("/callback/{account}", callbacks.verify)
        app.router.add_post("/callback/{account}", callbacks.receive)
        add_routes(
            app,
            Pages(
                database,
                school,
                clock,
                lines.logins,
                chance,
                wake=courier.wake,
                signers=lines.signers,
                is_current=lambda: migrate.is_current(database),
                is_fresh=bot.is_fresh,
                unsound=lambda: watch.complaints,
                framed_by=framed_by,
            ),
        )
        yield bot


@asynccontextmanager
async def serving(bot: Bot, role: str, host: str, port: int) -> AsyncIterator[None]:
    """Web, worker or both, until the block ends; what was accepted is finished first."""
    async with AsyncExitStack() as stack:
        if role in ("all", "worker"):
            await stack.enter_async_context(working(bot))
        if role in ("all", "web"):
            await stack.enter_async_context(
                listening(bot.web, bot.callbacks, host, port, last_answers=_LAST_ANSWERS)
            )
        await stack.enter_async_context(_watching(bot))
        _lasting()
        log.info("ready", role=role, host=host, port=port)
        yield


@asynccontextmanager
async def _watching(bot: Bot) -> AsyncIterator[None]:
    """Every role: pages and answers need what was edited as much as the clock does."""
    task = asyncio.create_task(bot.watch.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _lasting() -> None:
    """Bank, plan and library live until they are edited: full collections need not walk them each time."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def working(bot: Bot) -> AsyncIterator[None]:
    """APScheduler rings once a minute, the others work on their own. Jobs only enqueue: stopping is safe."""
    scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": AsyncIOExecutor()})
    scheduler.add_job(
        bot.tick, "cron", second=2, coalesce=True, max_instances=1, misfire_grace_time=60, id="tick"
    )
    # A job of its own: a directory that answers slowly must not keep the clock from ringing.
    pace = PACE.total_seconds()
    scheduler.add_job(
        bot.follows.round, "interval", seconds=pace, coalesce=True, max_instances=1, id="follows"
    )
    scheduler.start()
    jobs = (bot.courier.run(), bot.press.run(), bot.signboard.run(), _following_the_clock(scheduler))
    tasks = [asyncio.create_task(job) for job in jobs]
    bot.ticked_at = asyncio.get_running_loop().time()  # from now on it matters whether the clock rings
    try:
        try:
            await bot.tick()
        except Exception:  # as when it rings later: the others go on, and the next minute is another try
            log.exception("tick failed")
        yield
    finally:
        scheduler.shutdown(wait=False)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _following_the_clock(scheduler: AsyncIOScheduler) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        after_a_step(scheduler, datetime.now(UTC))


def after_a_step(scheduler: AsyncIOScheduler, now: datetime) -> None:
    """The system's clock was set back: a job would wait until it has caught up, nobody on duty be rung."""
    for job in scheduler.get_jobs():
        if job.next_run_time - now > _LONGEST:
            job.modify(next_run_time=now)


def database_url(url: str, base: Path) -> str:
    """A relative SQLite file lies below ``base``; its folder is made."""
    prefix = "sqlite+aiosqlite:///"
    if not url.startswith(prefix) or url.endswith(":memory:"):
        return url
    path = base / url.removeprefix(prefix)
    path.parent.mkdir(parents=True, exist_ok=True)
    return prefix + str(path)
