"""What crosses the wire, for the strip under the phones; and the pulse that tells watchers to look again."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.simulator.clock import Clock


@dataclass(frozen=True, slots=True)
class Crossing:
    """``direction``: in (bot to platform), out (callback to the bot), back (its reply); ``size`` in bytes."""

    number: int
    at: str
    direction: str
    path: str
    summary: str
    size: int
    sealed: bool
    status: str


class Pulse:
    """A counter that grows with every change; watchers wait for it to grow."""

    def __init__(self) -> None:
        self.beats = 0
        self.closed = False
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        self.beats += 1
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def close(self) -> None:
        self.closed = True
        self.beat()

    async def after(self, beats: int, seconds: float) -> int:
        """The counter once it is past ``beats``, or as it is when the time is over."""
        if self.beats > beats or self.closed:
            return self.beats
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait({future}, timeout=seconds)
        finally:
            self._waiting.discard(future)
        return self.beats


class Wire:
    """The last ``size`` crossings. Summaries hold no secrets: paths come without their query."""

    def __init__(self, clock: Clock, pulse: Pulse, size: int = 300) -> None:
        self._clock = clock
        self._pulse = pulse
        self._ring: deque[Crossing] = deque(maxlen=size)
        self._count = 0

    def note(
        self, direction: str, path: str, summary: str, size: int, *, sealed: bool = False, status: str = "ok"
    ) -> None:
        self._count += 1
        at = self._clock().isoformat()
        self._ring.append(Crossing(self._count, at, direction, path, summary[:120], size, sealed, status))
        self._pulse.beat()

    def after(self, number: int) -> list[dict[str, Any]]:
        return [asdict(crossing) for crossing in self._ring if crossing.number > number]

    def __iter__(self) -> Any:
        return iter(tuple(self._ring))


_SPOKEN = ("content", "title", "description", "head_content")


def _words(value: Any) -> str:
    """The first sentence found in a request body, going down."""
    if isinstance(value, Mapping):
        for key in _SPOKEN:
            if isinstance(value.get(key), str) and value[key]:
                return str(value[key])
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next((found for child in children if (found := _words(child))), "")


def describe(body: Mapping[str, Any]) -> str:
    """A request body in one line: type, recipients, first words."""
    to = body.get("touser") or body.get("to_parent_userid") or body.get("to_party") or ""
    if isinstance(to, list):
        to = f"{len(to)} 个收件人" if len(to) > 2 else "、".join(map(str, to))
    elif isinstance(to, str) and to.count("|") > 1:
        to = f"{to.count('|') + 1} 个收件人"
    parts = [str(body.get("msgtype", "")), f"→ {to}" if to else "", _words(body).replace("\n", " ")[:60]]
    return " ".join(part for part in parts if part)
