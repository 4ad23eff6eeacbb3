"""``serve`` as a process: it answers, stops cleanly when told to, and refuses what cannot work."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.delivery.tables import account_state
from bot.simulator.stage import free_port
from tests.cli.office import SECRETS, Office

_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


async def start(office: Office, root: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", *words, "--settings", str(office.settings),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=root,
        env={**os.environ, **SECRETS},
    )  # fmt: skip


async def until_ready(process: asyncio.subprocess.Process) -> list[dict[str, object]]:
    assert process.stderr is not None
    lines: list[dict[str, object]] = []
    while not lines or lines[-1]["event"] != "ready":
        raw = await process.stderr.readline()
        assert raw, "serve ended before it was ready"
        lines.append(json.loads(raw))
    return lines


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return int(answer.status)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_it_answers_and_stops_when_told(office: Office, root: Path, told: signal.Signals) -> None:
    await office.types("db", "upgrade")
    database = office.database()
    async with database.begin() as tx:
        tx.write(account_state.insert(), account="campus", stopped="restored from a backup", since=_LONG_AGO)
    await database.close()
    port = free_port("127.0.0.1")
    process = await start(office, root, "--port", str(port))
    lines = await until_ready(process)
    assert {"event": "account stopped", "account": "campus"}.items() <= lines[0].items()
    assert await asyncio.to_thread(get, f"http://127.0.0.1:{port}/healthz") == 200
    process.send_signal(told)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err
    assert out == b""


@pytest.mark.parametrize("role", ["web", "worker"])
async def test_roles_need_postgresql(office: Office, role: str) -> None:
    refused = await office.types("serve", "--role", role)
    assert refused.code == 1
    assert "SQLite 只能由一个进程使用" in refused.err
    assert "postgresql+asyncpg" in refused.err


async def test_unsound_files_are_told_before_anything_starts(office: Office, root: Path) -> None:
    office.change("settings.yaml", "thing1: title", "thing1: titel")
    refused = await office.types("serve")
    assert (refused.code, "titel" in refused.err) == (1, True)
    office.change("settings.yaml", "thing1: titel", "thing1: title")
    office.change("schedules.yaml", "every friday", "evry friday")
    process = await start(office, root)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert b"schedules.yaml:18" in err
    office.change("settings.yaml", "listen: 127.0.0.1:0", "listen: localhost")
    refused = await office.types("serve")
    assert (refused.code, "listen：要写成 地址:端口" in refused.err) == (1, True)


async def test_a_port_that_is_taken(office: Office, root: Path) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    process = await start(office, root, "--port", str(port))
    _, err = await asyncio.wait_for(process.communicate(), 30)
    taken.close()
    await taken.wait_closed()
    assert process.returncode == 1
    assert b"Traceback" not in err
    assert str(port).encode() in err
