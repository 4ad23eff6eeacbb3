"""The library from a folder of materials, with the files that travel with its texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot.errors import BadFile, Complaint, PlatformError
from bot.materials import wording_check as say
from bot.materials.loader import Placed, Reading, read_materials
from bot.materials.rules import PAPERS, PICTURES, VOICE, Enclosure, Library
from bot.platforms.wecom import amr

_MEGA: Final = 1 << 20
FILE_BYTES: Final = 20 * _MEGA  # 90253
PICTURE_BYTES: Final = 2 * _MEGA  # in a group (99110)
LEAST: Final = 6  # bytes (90253)
ALL_BYTES: Final = 100 * _MEGA  # every process holds them in memory
_PICTURE_MAGIC: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff")


def files_of(folder: Path) -> list[Path]:
    """In the order of names; editors keep their own files there under names that begin with a dot."""
    return sorted(path for path in folder.glob("*/*.md") if not path.name.startswith("."))


def enclosures_of(folder: Path) -> list[Path]:
    """What may travel with a text, named by one or not yet, in the order of names."""
    known = VOICE | PICTURES | PAPERS
    found = (path for path in folder.glob("*/*.*") if Enclosure(path.name).ending in known)
    return sorted(path for path in found if not path.name.startswith("."))


def read_folder(folder: Path) -> dict[str, str]:
    """Text of every Markdown file by name, in the order of names. Bytes that are no UTF-8 become U+FFFD.

    Raises BadFile when there is no such folder.
    """
    if not folder.is_dir():
        raise BadFile([Complaint(str(folder), 1, say.no_folder())])
    return {
        f"{folder.name}/{path.parent.name}/{path.name}": path.read_text(encoding="utf-8", errors="replace")
        for path in files_of(folder)
    }


def read_all(folder: Path) -> Reading:
    """The texts of a folder with their files, and every complaint. Raises BadFile for no folder."""
    reading = read_materials(read_folder(folder))
    placed: list[Placed] = []
    wrong: list[Complaint] = []
    for one in reading.placed:
        place = folder / one.text.kind
        files = tuple(_filled(place, file, one, "files", wrong) for file in one.text.files)
        if len({file.name for file in files}) < len(files):
            wrong.append(one.complain(say.named_twice(), "files"))
        cover = one.text.cover and _filled(place, one.text.cover, one, "cover", wrong)
        placed.append(replace(one, text=replace(one.text, files=files, cover=cover)))
    wrong += _too_much(placed)
    return Reading(tuple(placed), (*reading.complaints, *wrong))


def load_library(folder: Path) -> Library:
    """The library of a folder. Raises BadFile with all complaints."""
    reading = read_all(folder)
    if reading.complaints:
        raise BadFile(list(reading.complaints))
    return reading.library


def _filled(place: Path, file: Enclosure, one: Placed, key: str, wrong: list[Complaint]) -> Enclosure:
    """The file with its bytes; what is wrong with it joins the complaints."""
    data, complaint = _read(place / file.name)
    if complaint:
        wrong.append(one.complain(say.with_file(file.name, complaint), key))
    return replace(file, data=data)


def _read(path: Path) -> tuple[bytes, str]:
    """The bytes, or why a platform would not take them."""
    try:
        size = path.stat().st_size
        most = PICTURE_BYTES if _ending(path) in PICTURES else FILE_BYTES
        if not LEAST <= size <= most:
            return b"", say.bad_size(size, most)
        data = path.read_bytes()
    except OSError:
        return b"", say.file_missing()
    if _ending(path) in PICTURES and not data.startswith(_PICTURE_MAGIC):
        return b"", say.no_picture()
    if _ending(path) in VOICE:
        try:
            amr.check(data)
        except PlatformError:
            return b"", say.no_voice()
    return data, ""


def _ending(path: Path) -> str:
    return Enclosure(path.name).ending


def _too_much(placed: list[Placed]) -> Iterator[Complaint]:
    total = sum(len(file.data) for one in placed for file in (*one.text.files, one.text.cover) if file)
    if total > ALL_BYTES:
        yield Complaint("materials", 1, say.too_many_files(total, ALL_BYTES))
