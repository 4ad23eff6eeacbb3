"""The library from a folder of materials."""

from __future__ import annotations

from pathlib import Path

from bot.errors import BadFile, Complaint
from bot.materials import wording_check as say
from bot.materials.loader import read_library
from bot.materials.rules import Library


def files_of(folder: Path) -> list[Path]:
    """In the order of names; editors keep their own files there under names that begin with a dot."""
    return sorted(path for path in folder.glob("*/*.md") if not path.name.startswith("."))


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


def load_library(folder: Path) -> Library:
    """The library of a folder. Raises BadFile with all complaints."""
    return read_library(read_folder(folder))
