"""Long work: a bar on a terminal, plain lines elsewhere; on stderr, so that stdout stays the result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[str], None]


@contextmanager
def steps(total: int) -> Iterator[Advance]:
    """Call the value with what is being worked on now; each call is one step of ``total``."""
    if not sys.stderr.isatty():
        done = 0

        def line(what: str) -> None:
            nonlocal done
            done += 1
            print(f"[{done}/{total}] {what}", file=sys.stderr, flush=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)

        def move(what: str) -> None:
            bar.update(task, description=what, advance=1)

        yield move
