"""A house as an operator runs it: ``bot serve`` as processes, nginx with our shipped file in front."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import aiohttp
from pydantic import SecretStr

from bot.settings import Settings
from tests.delivery.crowd import ROOT
from tests.delivery.yard import Process, until

NGINX: Final = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
_AROUND: Final = """\
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/kedaibiao.conf;
}}
"""


def written(settings: Settings, folder: Path) -> Path:
    """A settings file that says the same, with its secrets in it."""
    data = _plain(settings.model_dump())
    for name in ("schedules", "question_bank", "materials"):
        data[name] = str(ROOT / data[name])
    file = folder / "settings.yaml"
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return file


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


@dataclass
class House:
    """The processes of one settings file; ``log`` is what they all wrote."""

    settings: Path
    log: IO[bytes]
    running: dict[int, Process] = field(default_factory=dict)

    async def start(self, role: str, port: int = 0) -> None:
        self.running[port] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", "--role", role, *(["--port", str(port)] if port else []),
            "--settings", str(self.settings), cwd=ROOT, stderr=self.log,
        )  # fmt: skip
        if port:
            await until(lambda: self.ready(port), 60, f"{role} on {port} was never ready")

    async def stop(self, port: int = 0) -> float:
        """SIGTERM; the seconds until the process had ended by itself, with a good conscience."""
        loop, process = asyncio.get_running_loop(), self.running.pop(port)
        before = loop.time()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        return loop.time() - before

    async def ready(self, port: int) -> bool:
        return (await asked(f"http://127.0.0.1:{port}/readyz"))[0] == 200

    def lines(self) -> list[str]:
        self.log.seek(0)
        return self.log.read().decode().splitlines()

    async def close(self) -> None:
        for process in self.running.values():
            if process.returncode is None:
                process.kill()
            await process.wait()


async def asked(url: str, trust: ssl.SSLContext | bool = True, **headers: str) -> tuple[int, str]:
    """Status and text of a page, ``0`` when nobody answers within five seconds."""
    limit = aiohttp.ClientTimeout(total=5)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.get(url, ssl=trust, allow_redirects=False, headers=headers) as answer,
        ):
            return answer.status, await answer.text()
    except (aiohttp.ClientError, TimeoutError):
        return 0, ""


def shipped(folder: Path, ports: Sequence[int], http: int, https: int) -> Path:
    """deploy/nginx.conf with the names, ports and paths of this machine, and nothing else changed."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "127.0.0.1:8081": f"127.0.0.1:{ports[0]}",
        "127.0.0.1:8082": f"127.0.0.1:{ports[1]}",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
        "/etc/nginx/certificates/fanzha.example.edu.cn.pem": f"{folder}/cert.pem",
        "/etc/nginx/certificates/fanzha.example.edu.cn.key": f"{folder}/key.pem",
        "/var/log/nginx/": f"{folder}/",
        "/var/www/kedaibiao": f"{folder}/www",
    }
    for ours, here in changes.items():
        assert ours in text, ours
        text = text.replace(ours, here)
    (folder / "kedaibiao.conf").write_text(text, encoding="utf-8")
    (folder / "www").mkdir(exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(_AROUND.format(folder=folder), encoding="utf-8")
    return file


def self_signed(folder: Path) -> ssl.SSLContext:
    """cert.pem and key.pem in the folder; who trusts them."""
    made = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(["openssl", *made.split(), *files], check=True, capture_output=True)
    return ssl.create_default_context(cafile=str(folder / "cert.pem"))


def complaints_of_nginx(file: Path) -> str:
    """What ``nginx -t`` has to say against a file; nothing when it is content."""
    assert NGINX
    done = subprocess.run([NGINX, "-t", "-c", file], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 and "warn" not in done.stderr else done.stderr


@asynccontextmanager
async def front(file: Path) -> AsyncIterator[Process]:
    """nginx with this file, once it listens."""
    assert NGINX
    process = await asyncio.create_subprocess_exec(NGINX, "-c", str(file), stderr=asyncio.subprocess.DEVNULL)
    try:
        pid = file.parent / "nginx.pid"

        async def listens() -> bool:
            return pid.exists() and bool(pid.read_text().strip())

        await until(listens, 10, "nginx did not start")
        yield process
    finally:
        process.terminate()
        await process.wait()
