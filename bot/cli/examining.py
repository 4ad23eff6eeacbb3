"""Looking at every file of a deployment; all complaints of all files at once, nothing written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import bot.duties
from bot.cli import wording, wording_menu
from bot.duties.coverage import Clause, coverage, parse_clauses
from bot.duties.plan import parse_plan
from bot.duties.plan_values import Plan
from bot.duties.statutory import china
from bot.errors import BadFile, Complaint
from bot.marked_yaml import Marked, load
from bot.marked_yaml import check as checked
from bot.materials.check import check_materials
from bot.materials.files import read_all
from bot.platforms.wechat.templates import Template
from bot.publishing.menu import words
from bot.quiz.bank import read_questions
from bot.quiz.check import check_bank
from bot.quiz.files import read_folder as read_bank_folder
from bot.routing import split_command
from bot.settings import Settings, Wechat, fill_in
from bot.wording import NOT_UTF8, cannot_open, environment_lacks, no_such_pack
from handlers import ROUTERS

_PATHS: Final = {"schedules": "schedules.yaml", "question_bank": "question_bank", "materials": "materials"}


@dataclass(slots=True)
class Examined:
    """``lines`` are for reading: what was skipped, and the coverage of each pack."""

    errors: list[Complaint] = field(default_factory=list)
    warnings: list[Complaint] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    questions: int = 0
    materials: int = 0
    plan: Plan | None = None


def examine_deployment(
    settings_file: Path, may_be_absent: bool, environment: Mapping[str, str], today: date
) -> Examined:
    """The settings, then the files they name; without sound settings, the files at their usual places."""
    name = shown(settings_file)
    try:
        text = settings_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = examine_data(settings_file.resolve().parent, today)
        if may_be_absent and isinstance(error, FileNotFoundError):
            found.lines.insert(0, wording.no_settings(name))
        else:
            reason = cannot_open(error) if isinstance(error, OSError) else NOT_UTF8
            found.errors.insert(0, Complaint(name, 1, reason))
        return found
    errors: list[Complaint] = []
    marked, settings = None, None
    try:
        marked, missing = fill_in(load(text, name), environment)
        errors += [Complaint(name, line, environment_lacks(variable)) for line, variable in missing]
        settings = checked(marked, Settings)
    except BadFile as bad:
        told = {complaint.line for complaint in errors}
        errors += [complaint for complaint in bad.complaints if complaint.line not in told]
    found = examine_data(settings_file.resolve().parent, today, _paths(marked))
    if settings is not None:
        errors += template_complaints(settings, name, marked)
        errors += menu_complaints(settings, name, marked)
    if settings is not None and marked is not None and found.plan is not None:
        errors += _unknown_packs(settings, marked, found.plan)
    found.errors[:0] = errors
    return found


def examine_data(base: Path, today: date, paths: Mapping[str, str] = _PATHS) -> Examined:
    """Schedules, questions and materials below ``base``."""
    found = Examined()
    _schedules(base / paths["schedules"], found)
    if folder := _folder(base / paths["question_bank"], found):
        reading = read_questions(read_bank_folder(folder))
        bank = check_bank(reading, today)
        found.errors += bank.errors
        found.warnings += bank.warnings
        found.questions = len(reading.placed)
    if folder := _folder(base / paths["materials"], found):
        texts = read_all(folder)
        library = check_materials(texts, today)
        found.errors += library.errors
        found.warnings += library.warnings
        found.materials = len(texts.placed)
    return found


def template_complaints(settings: Settings, name: str, marked: Marked | None = None) -> list[Complaint]:
    """Field mappings of templates that no message could be made with."""
    found = []
    for number, account in enumerate(settings.accounts):
        if not isinstance(account, Wechat):
            continue
        for use, template in account.templates.items():
            try:
                if isinstance(template, str):
                    Template.of(template)
                else:
                    Template.of(template.id, template.fields, {"school": "", "from": ""})
            except ValueError as error:
                line = marked.line(("accounts", number, "templates", use)) if marked else 1
                found.append(Complaint(name, line, str(error)))
    return found


def menu_complaints(settings: Settings, name: str, marked: Marked | None = None) -> list[Complaint]:
    """Words of menus that no conversation knows: a tap would be answered by 没看懂."""
    known = {word for router in ROUTERS for route in router.routes for word in route.words}
    found = []
    for number, account in enumerate(settings.accounts):
        for place, word in words(account):
            if split_command(word)[0] not in known:
                line = marked.line(("accounts", number, *place)) if marked else 1
                found.append(Complaint(name, line, wording_menu.unknown_word(word)))
    return found


def shipped_clauses() -> tuple[Clause, ...]:
    """The clause lists of the four plans."""
    path = Path(bot.duties.__path__[0]) / "clauses.yaml"
    return parse_clauses(path.read_text(encoding="utf-8"), path.name)


def shown(path: Path) -> str:
    """A path as the person at the command line would write it."""
    try:
        return os.path.relpath(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)
    except OSError:
        return str(path)


def _paths(marked: Marked | None) -> Mapping[str, str]:
    value: Any = marked.value if marked else None
    given = value if isinstance(value, dict) else {}
    return {key: given[key] if isinstance(given.get(key), str) else usual for key, usual in _PATHS.items()}


def _schedules(path: Path, found: Examined) -> None:
    name = shown(path)
    try:
        text = path.read_text(encoding="utf-8")
        found.plan = plan = parse_plan(text, name, china())
    except BadFile as bad:
        found.errors += bad.complaints
        return
    except UnicodeDecodeError:
        found.errors.append(Complaint(name, 1, NOT_UTF8))
        return
    except OSError as error:
        found.errors.append(Complaint(name, 1, cannot_open(error)))
        return
    marked, clauses = load(text, name), shipped_clauses()
    for pack in plan.packs.values():
        result = coverage(plan, pack.id, clauses)
        line = marked.line(("packs", pack.id), key=True)
        found.errors += [Complaint(name, line, wording.clause_missing(c.id, c.title)) for c in result.missing]
        found.errors += [Complaint(name, line, wording.clause_unknown(clause)) for clause in result.unknown]
        ids = [c.id for c in clauses if pack.clauses and c.id.startswith(f"{pack.clauses}-")]
        served = sum(clause in result.served for clause in ids)
        left_out = sum(clause in result.left_out and clause not in result.served for clause in ids)
        found.lines.append(wording.coverage(pack.id, served, left_out, len(ids)))


def _folder(path: Path, found: Examined) -> Path | None:
    if path.is_dir():
        return path
    found.errors.append(Complaint(shown(path), 1, wording.no_folder()))
    return None


def _unknown_packs(settings: Settings, marked: Marked, plan: Plan) -> list[Complaint]:
    places = [(("school", "plan"), settings.school.plan)]
    places += [(("plans", unit), pack) for unit, pack in settings.plans.items()]
    known = sorted(plan.packs)
    return [
        marked.complain(path, no_such_pack(pack, known)) for path, pack in places if pack not in plan.packs
    ]
