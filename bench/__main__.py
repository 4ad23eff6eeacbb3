"""``python -m bench [NAME...] [--full]``: all benchmarks or some, in one table and ``bench/results.json``."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import callbacks, codec, fanout, stats
from bench.figures import Figure, keep, show
from bench.postgres import durable_server
from tests.postgres import Server

NAMES: Final = ("codec", "callbacks", "fanout", "stats")
RESULTS: Final = Path(__file__).with_name("results.json")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--full", action="store_true", help="a million people where the usual run has fewer")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    found: list[Figure] = []
    failed = False
    with durable_server() as server:
        if server is None:
            print("no PostgreSQL on this machine: SQLite only", file=sys.stderr)
        for name in chosen.names or NAMES:
            print(f"{name} ...", file=sys.stderr, flush=True)
            try:
                run(name, server, chosen.full, found)
            except Exception as error:
                # What the others found is worth keeping; the exit code tells that this is not all.
                failed = True
                print(f"{name} failed: {type(error).__name__}: {error}"[:1000], file=sys.stderr)
            keep(found, RESULTS)
    show(found)
    if failed:
        sys.exit(1)


def run(name: str, server: Server | None, full: bool, found: list[Figure]) -> None:
    people = fanout.FULL if full else fanout.USUAL
    match name:
        case "codec":
            found += _codec()
        case "callbacks":
            asyncio.run(callbacks.collect(server, found))
        case "fanout":
            asyncio.run(fanout.collect(server, people, found))
        case _:
            found += asyncio.run(_stats(server, people))


def _codec() -> list[Figure]:
    return [
        Figure("codec", f"{what}: fast", fast, "µs", note=f"wechatpy {slow:.0f}, {slow / fast:.0f} times")
        for what, fast, slow in codec.measure()
    ]


async def _stats(server: Server | None, people: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kdb-bench-") as folder:
        found = {"sqlite": await stats.run(f"sqlite+aiosqlite:///{folder}/stats.db", people)}
    if server is not None:
        async with server.database() as url:
            found["postgresql"] = await stats.run(url, people)
    return [
        Figure(f"stats, {engine}, {people:,} tasks", what, value, "ms", None, 50 if "stats" in what else None)
        for engine, times in found.items()
        for what, value in times.items()
    ]


if __name__ == "__main__":
    main()
