"""Who reads what is forwarded: whose group it is, and for whom the text in it is written.

A class of 大学 reads itself, for its students are of age; of every other 学段 the parents read. Whoever
forwards without a class, such as a 反诈联络员, has a group of staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.duties.audience import Audience, roles_named
from bot.people.rules import TEACHER_ROLES, Person, PersonKind, Stage

_PARENT: Final = str(PersonKind.PARENT)
_VERSIONS: Final = (_PARENT, *(f"{_PARENT}/{stage}" for stage in Stage))
_ALL: Final = (*map(str, Stage), str(PersonKind.STAFF), *_VERSIONS)


@dataclass(frozen=True, slots=True)
class Readers:
    """``group``: what their group is called. ``words``: every audience word, theirs first, so that the first
    of them which has a text names the one they read.
    """

    group: str
    words: tuple[str, ...]


def of_class(stage: Stage) -> Readers:
    if stage is Stage.COLLEGE:
        return Readers("班级群", _words(str(stage), f"{_PARENT}/{stage}", *_VERSIONS))
    return Readers("班级家长群", _words(f"{_PARENT}/{stage}", *_VERSIONS, str(stage)))


def _words(*first: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *_ALL)))


OF_OFFICE: Final = Readers("工作群", _words(str(PersonKind.STAFF)))


def groups_of(to: Audience, person: Person) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The classes and the offices into whose groups a person forwards, by the roles the duty speaks of.

    Without a role all classes of theirs; who holds none of it has their own unit. Nobody has nothing.
    """
    named = roles_named(to)
    classes = person.units(*(TEACHER_ROLES & named if named else TEACHER_ROLES))
    offices = tuple(unit for unit in person.units(*(named - TEACHER_ROLES)) if unit not in classes)
    if classes or offices:
        return classes, offices
    return ((), (person.unit,)) if person.kind is PersonKind.STAFF else ((person.unit,), ())
