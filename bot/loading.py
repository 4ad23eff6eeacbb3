"""From files to values: settings, plan, bank, library. All complaints of all files at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from bot.accounts import Accounts
from bot.duties.plan import parse_plan
from bot.duties.plan_values import Plan
from bot.duties.statutory import china
from bot.errors import BadFile, Complaint
from bot.marked_yaml import check, load
from bot.materials import files as materials
from bot.materials.files import load_library
from bot.quiz import files as questions
from bot.quiz.files import load_bank
from bot.school import School
from bot.settings import Settings, fill_in
from bot.wording import NOT_UTF8, cannot_open, environment_lacks, no_such_pack

T = TypeVar("T")
Stamps = Mapping[str, tuple[int, ...]]


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file. Raises BadFile with every complaint, missing variables by name."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadFile([Complaint(name, 1, cannot_open(error))]) from error
    except UnicodeDecodeError as error:
        raise BadFile([Complaint(name, 1, NOT_UTF8)]) from error
    filled, missing = fill_in(load(text, name), os.environ if environment is None else environment)
    if missing:
        raise BadFile([Complaint(name, line, environment_lacks(var)) for line, var in missing])
    return check(filled, Settings)


def load_plan(path: Path) -> Plan:
    """Raises BadFile with every complaint, OSError where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadFile([Complaint(str(path), 1, NOT_UTF8)]) from error
    return parse_plan(text, str(path), china())


def stamps(settings: Settings, base: Path) -> Stamps:
    """What ``load_school`` would read, and how each file stands: equal stamps mean nobody has written."""
    paths = [
        base / settings.schedules,
        *questions.files_of(base / settings.question_bank),
        *materials.files_of(base / settings.materials),
        *materials.enclosures_of(base / settings.materials),
    ]
    return {str(path): _stamp(path) for path in paths}


def _stamp(path: Path) -> tuple[int, ...]:
    """Copying keeps the time of the text, so the time of the entry counts as well; empty: nothing there."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def load_school(settings: Settings, base: Path) -> School:
    """Everything that is held in memory. ``base`` is the folder that the paths of the settings start from."""
    complaints: list[Complaint] = []
    plan = _collect(lambda: load_plan(base / settings.schedules), complaints)
    bank = _collect(lambda: load_bank(base / settings.question_bank), complaints)
    library = _collect(lambda: load_library(base / settings.materials), complaints)
    if plan is not None:
        complaints += _unknown_packs(settings, plan)
    if complaints or plan is None or bank is None or library is None:
        raise BadFile(complaints)
    return School(
        name=settings.school.name,
        bank=bank,
        library=library,
        plan=plan,
        accounts=Accounts(settings.accounts, settings.public_url),
        key=settings.secret_key.get_secret_value().encode(),
        default_pack=settings.school.plan,
        packs=settings.plans,
        test_level=settings.signature.test,
        letter_level=settings.signature.letter,
        duty_phone=settings.duty_phone,
        duty_minutes=settings.duty_minutes,
    )


def _unknown_packs(settings: Settings, plan: Plan) -> list[Complaint]:
    named = {settings.school.plan, *settings.plans.values()}
    known = sorted(plan.packs)
    return [Complaint("settings", 1, no_such_pack(pack, known)) for pack in sorted(named - set(plan.packs))]


def _collect(load: Callable[[], T], complaints: list[Complaint]) -> T | None:
    try:
        return load()
    except BadFile as bad:
        complaints += bad.complaints
    except OSError as error:
        complaints.append(Complaint(str(error.filename), 1, cannot_open(error)))
    return None
