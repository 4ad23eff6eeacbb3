"""The bank from a folder of question files."""

from __future__ import annotations

from pathlib import Path

from bot.errors import BadFile, Complaint
from bot.quiz import wording_check as say
from bot.quiz.bank import read_bank
from bot.quiz.items import Bank


def files_of(folder: Path) -> list[Path]:
    """In the order of names; editors keep their own files there under names that begin with a dot."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def read_folder(folder: Path) -> dict[str, str]:
    """Text of every question file by name, in the order of names. Bytes that are no UTF-8 become U+FFFD.

    Raises BadFile when there is no such folder.
    """
    if not folder.is_dir():
        raise BadFile([Complaint(str(folder), 1, say.no_folder())])
    return {
        f"{folder.name}/{path.name}": path.read_text(encoding="utf-8-sig", errors="replace")
        for path in files_of(folder)
    }


def load_bank(folder: Path) -> Bank:
    """The bank of a folder. Raises BadFile with all complaints."""
    return read_bank(read_folder(folder))
