"""What a good bank must be: all rules over all questions, errors apart from warnings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.errors import Complaint
from bot.quiz import check_balance, check_items, check_points
from bot.quiz import wording_check as say
from bot.quiz.bank import Reading


@dataclass(frozen=True, slots=True)
class Findings:
    """Errors must be mended, warnings looked at; notes name what no card shows whole."""

    errors: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()
    notes: tuple[Complaint, ...] = ()


def check_bank(reading: Reading, today: date) -> Findings:
    """Every finding about these files, the complaints of reading them among the errors; by file and line."""
    errors: list[Complaint] = [*reading.complaints, *check_points.families(reading.placed)]
    errors += check_points.near_twins(reading.placed)
    warnings: list[Complaint] = [*check_balance.of_bank(reading.placed)]
    warnings += check_points.same_traps(reading.placed)
    notes: list[Complaint] = []
    if not reading.placed and not reading.complaints:
        errors.append(Complaint(check_balance.WHOLE, 1, say.no_questions()))
    for placed in reading.placed:
        errors += check_items.errors(placed, today)
        warnings += check_items.warnings(placed, today)
        notes += check_items.notes(placed)
    return Findings(_sorted(errors), _sorted(warnings), _sorted(notes))


def _sorted(complaints: Iterable[Complaint]) -> tuple[Complaint, ...]:
    return tuple(sorted(complaints, key=lambda c: (c.file, c.line)))
