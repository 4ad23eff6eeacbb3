"""A school that put a paper, a picture or a spoken minute beside its texts. Nobody here exists."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

import pytest

from bot.simulator.campus import Campus
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.delivery.post import CAMPUS, MONDAY, Post
from tests.delivery.test_voice import SPOKEN

PAPER: Final = b"%PDF-1.7\n" + b"0" * 5000
PICTURE: Final = b"\x89PNG\r\n\x1a\n" + b"0" * 500
ENCLOSED: Final = {
    "letters/letter-parent-college.md": {"听一听.amr": SPOKEN, "给家长的一封信.pdf": PAPER},
    "guides/guide-two-cards.md": {"两卡告知书.pdf": PAPER, "海报.png": PICTURE},
    "weekly": {"六十秒.amr": SPOKEN},
}
RULES: Final = "rule-notice"
LETTER: Final = "parent-letter"
FORWARD: Final = "class-forward"


def enclose(text: Path, files: dict[str, bytes]) -> None:
    """Put files beside a text and name them in it."""
    for name, data in files.items():
        (text.parent / name).write_bytes(data)
    named = "".join(f"  - {name}\n" for name in files)
    said = text.read_text(encoding="utf-8")
    text.write_text(said.replace("review_by:", f"files:\n{named}review_by:", 1), encoding="utf-8")


def cover(text: Path) -> None:
    """Put a picture on the message of a text."""
    (text.parent / "封面.png").write_bytes(PICTURE)
    said = text.read_text(encoding="utf-8")
    text.write_text(said.replace("review_by:", "cover: 封面.png\nreview_by:", 1), encoding="utf-8")


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """The files of a school that put something beside its letter, a guide and its weekly reminders."""
    base = tmp_path / "school"
    shutil.copytree(root / "materials", base / "materials")
    shutil.copytree(root / "question_bank", base / "question_bank")
    shutil.copy(root / "schedules.yaml", base)
    for place, files in ENCLOSED.items():
        found = base / "materials" / place
        for text in [found] if found.is_file() else sorted(found.glob("*.md")):
            enclose(text, files)
    return base


@asynccontextmanager
async def opened(campus: Campus, url: str, base: Path) -> AsyncIterator[Post]:
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(campus, url, base, clock, rng=Random(5)) as stage:
        yield Post(stage)


@pytest.fixture
async def house(database_url: str, folder: Path) -> AsyncIterator[Post]:
    async with opened(CAMPUS, database_url, folder) as post:
        yield post


def kinds(phone: Speaker) -> list[str]:
    return [bubble.kind for bubble in phone.bubbles if not bubble.mine]


def names(phone: Speaker) -> list[str]:
    return [bubble.file_name for bubble in phone.bubbles if bubble.kind in ("file", "voice", "image")]


async def arrive(post: Post) -> None:
    """What is due arrives, and then its files."""
    await post.sends()
    await post.passes(seconds=20)
