"""Whom a duty is for: a tree that reads aloud, and the pure answer for one person.

``str(tree)`` is its normal form in the words of audience_parser; ``and`` binds tightest, then ``or``, then
``except``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.duties.rules import LADDERS, Ask, ProofKind
from bot.people.rules import Person, PersonKind, RoleName, Stage, within


@dataclass(frozen=True, slots=True)
class OfKind:
    kind: PersonKind

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class OfStage:
    stage: Stage

    def __str__(self) -> str:
        return self.stage


@dataclass(frozen=True, slots=True)
class InUnit:
    """The unit and all below it."""

    path: str

    def __str__(self) -> str:
        plain = WORD.fullmatch(self.path) and self.path.lower() not in RESERVED
        return f"unit {self.path}" if plain else f'unit "{self.path}"'


@dataclass(frozen=True, slots=True)
class HasRole:
    role: RoleName

    def __str__(self) -> str:
        return f"role {self.role}"


@dataclass(frozen=True, slots=True)
class Without:
    """Has no such proof for the duty, nor a stronger one, said no 暂不 and is not exempt."""

    proof: ProofKind
    duty: str

    def __str__(self) -> str:
        return f"without {self.proof} of {self.duty}"


@dataclass(frozen=True, slots=True)
class Both:
    left: Audience
    right: Audience

    def __str__(self) -> str:
        return f"{_inside(self.left, Either, Except)} and {_inside(self.right, Both, Either, Except)}"


@dataclass(frozen=True, slots=True)
class Either:
    left: Audience
    right: Audience

    def __str__(self) -> str:
        return f"{_inside(self.left, Except)} or {_inside(self.right, Either, Except)}"


@dataclass(frozen=True, slots=True)
class Except:
    left: Audience
    right: Audience

    def __str__(self) -> str:
        return f"{self.left} except {_inside(self.right, Except)}"


Audience = OfKind | OfStage | InUnit | HasRole | Without | Both | Either | Except


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record about one person: (duty, proof) pairs, and the duties they are exempt from."""

    proofs: frozenset[tuple[str, ProofKind]] = frozenset()
    exempt: frozenset[str] = frozenset()


NOTHING_YET: Final = Standing()


def enough(proof: ProofKind, ask: Ask) -> frozenset[ProofKind]:
    """The proofs that end "without": this one, the stronger ones of the ladder, and a plain 暂不."""
    kinds = LADDERS[ask].kinds
    stronger = kinds[kinds.index(proof) :] if proof in kinds else (proof,)
    return frozenset({*stronger, ProofKind.DECLINED})


def matches(
    audience: Audience, person: Person, asks: Mapping[str, Ask], standing: Standing = NOTHING_YET
) -> bool:
    """Is this person meant? Those who have left never are. ``asks`` gives the ask of each duty."""
    return person.left_at is None and _matches(audience, person, asks, standing)


def _matches(audience: Audience, person: Person, asks: Mapping[str, Ask], standing: Standing) -> bool:
    match audience:
        case OfKind(kind):
            return person.kind is kind
        case OfStage(stage):
            return person.stage is stage
        case InUnit(path):
            return within(person.unit, path)
        case HasRole(role):
            return person.has(role)
        case Without(proof, duty):
            kinds = enough(proof, asks[duty])
            has = any(about == duty and kind in kinds for about, kind in standing.proofs)
            return not has and duty not in standing.exempt
        case Both(left, right):
            return _matches(left, person, asks, standing) and _matches(right, person, asks, standing)
        case Either(left, right):
            return _matches(left, person, asks, standing) or _matches(right, person, asks, standing)
        case Except(left, right):
            return _matches(left, person, asks, standing) and not _matches(right, person, asks, standing)


def parts(audience: Audience) -> Iterator[Audience]:
    """The tree from the top: every node once."""
    yield audience
    if isinstance(audience, Both | Either | Except):
        yield from parts(audience.left)
        yield from parts(audience.right)


def kinds_named(audience: Audience) -> frozenset[PersonKind]:
    """The kinds an audience speaks of; a role belongs to staff, a 学段 alone to students."""
    if isinstance(audience, Except):
        return kinds_named(audience.left)
    if isinstance(audience, Both):
        left, right = kinds_named(audience.left), kinds_named(audience.right)
        return (left & right) or left or right
    if isinstance(audience, Either):
        return kinds_named(audience.left) | kinds_named(audience.right)
    if isinstance(audience, OfKind):
        return frozenset({audience.kind})
    return _IMPLIED.get(type(audience), frozenset())


def roles_named(audience: Audience) -> frozenset[RoleName]:
    """The roles for which somebody is meant; not those whom it leaves out."""
    if isinstance(audience, Except):
        return roles_named(audience.left)
    if isinstance(audience, Both | Either):
        return roles_named(audience.left) | roles_named(audience.right)
    return frozenset({audience.role}) if isinstance(audience, HasRole) else frozenset()


def means_parents(audience: Audience) -> bool:
    """Does it speak of parents, by name or by naming no kind at all?"""
    return PersonKind.PARENT in (kinds_named(audience) or PersonKind)


def stages_named(audience: Audience) -> frozenset[Stage]:
    """The 学段 an audience is limited to; empty means any."""
    if isinstance(audience, Except):
        return stages_named(audience.left)
    if isinstance(audience, Both | Either):
        left, right = stages_named(audience.left), stages_named(audience.right)
        if isinstance(audience, Both):
            return (left & right) or left or right
        return left | right if left and right else frozenset()
    return frozenset({audience.stage}) if isinstance(audience, OfStage) else frozenset()


_IMPLIED: Final[Mapping[type, frozenset[PersonKind]]] = {
    HasRole: frozenset({PersonKind.STAFF}),
    OfStage: frozenset({PersonKind.STUDENT}),
}


def _inside(audience: Audience, *looser: type) -> str:
    return f"({audience})" if isinstance(audience, looser) else str(audience)


RESERVED: Final = frozenset({"and", "or", "except", "of", "unit", "role", "without"})
WORD: Final = re.compile(r'[^\s()"（）]+')
