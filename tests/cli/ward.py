"""A school whose bot is running, beside its pretended platforms, as ``doctor`` finds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.app import built
from bot.loading import load_settings
from bot.simulator.server import SIMULATION, build
from bot.simulator.simulation import Simulation
from bot.simulator.stage import free_port
from bot.simulator.world import Clock, World
from tests.cli.office import SECRETS, Office, Outcome, open_office

HOST = "127.0.0.1"


def world() -> dict[str, Any]:
    app = {
        "agent_id": 1000002, "secret": SECRETS["CAMPUS_SECRET"], "token": SECRETS["CAMPUS_TOKEN"],
        "aes_key": SECRETS["CAMPUS_AES_KEY"], "school": True,
    }  # fmt: skip
    members = [{"userid": userid, "name": userid} for userid in ("XiaoLin", "ateng", "teacher_su")]
    school = {
        "departments": [{"id": 1, "name": "护理2301"}],
        "students": [{"student_userid": "s_lin", "name": "林小满", "department": [1]}],
        "parents": [
            {"parent_userid": "P_lin_ma", "name": "林家长", "children": [{"student_userid": "s_lin"}]}
        ],
    }
    corp = {"corp_id": "ww0123456789abcdef", "name": "示例职业技术学院", "members": members, "apps": [app]}
    public = {
        "app_id": "wx0123456789abcdef", "secret": SECRETS["PUBLIC_SECRET"], "token": SECRETS["PUBLIC_TOKEN"],
        "aes_key": SECRETS["PUBLIC_AES_KEY"], "original_id": "gh_0123456789ab", "name": "示例学院",
        "templates": {
            "TPL": {"title": "待办提醒", "fields": {"thing1": "事项", "time2": "时间"}},
            "SUB": {"title": "学校提醒", "fields": {"thing1": "提醒", "time2": "时间"}, "subscription": True},
        },
    }  # fmt: skip
    hook = {"key": SECRETS["STAFFROOM_KEY"], "name": "反诈工作群"}
    return {"corps": [corp | {"school": school}], "accounts": [public], "webhooks": [hook]}


@dataclass(slots=True)
class Ward:
    """A school whose bot is running, beside its pretended platforms."""

    office: Office
    sim: Simulation
    bot: web.Application
    url: str = ""

    async def doctor(self) -> Outcome:
        return await self.office.types("doctor")

    @property
    def app(self) -> Any:
        return self.sim.world.corps[0].apps[0]

    @property
    def public(self) -> Any:
        return self.sim.world.accounts[0]


@asynccontextmanager
async def served(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def open_ward(folder: Path) -> AsyncIterator[Ward]:
    platform, own = free_port(HOST), free_port(HOST)
    office = open_office(folder, f"http://{HOST}:{platform}", f"http://{HOST}:{own}")
    await office.types("roster", "import", folder / "roster.csv", "--apply")
    sim_app = build(World.from_dict(world()), Clock(), base_url=f"http://{HOST}:{platform}")
    settings = load_settings(office.settings, SECRETS)
    async with (
        served(sim_app, platform),
        built(settings, office.folder) as bot,
        served(bot.web, own),
    ):
        yield Ward(office, sim_app[SIMULATION], bot.web, f"http://{HOST}:{own}")
