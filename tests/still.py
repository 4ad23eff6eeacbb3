"""A loop whose clock moves only when everybody waits: what takes minutes is over at once, on any machine."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Never waits; ``waited`` is how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.waited += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._still = _Selector()
        super().__init__(self._still)

    def time(self) -> float:
        return self._still.waited


def run(story: Coroutine[Any, Any, None]) -> None:
    """To its end, on a clock of its own; nothing in it may wait for the world outside."""
    loop = _Loop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()
