"""Who is who: persons, the unit tree as paths, roles and how far they reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

WHOLE: Final = "全校"
_NAMED: Final = 8
_LETTERS: Final = 120


class PersonKind(StrEnum):
    STUDENT = "学生"
    STAFF = "教职工"
    PARENT = "家长"


class Stage(StrEnum):
    PRIMARY = "小学"
    JUNIOR = "初中"
    SENIOR = "高中"
    COLLEGE = "大学"


CHILDREN = frozenset({Stage.PRIMARY, Stage.JUNIOR})


class RoleName(StrEnum):
    HOMEROOM = "班主任"
    COUNSELLOR = "辅导员"
    ADMIN = "管理员"
    LIAISON = "反诈联络员"
    DUTY = "值班"
    APPROVER = "审批"


TEACHER_ROLES = frozenset({RoleName.HOMEROOM, RoleName.COUNSELLOR})
ADMIN_ROLES = frozenset({RoleName.ADMIN, RoleName.LIAISON})


@dataclass(frozen=True, slots=True)
class RoleHeld:
    role: RoleName
    unit: str


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the roster. ``unit`` is a path from the top, ``a/b/c``; ``code`` is the 编号."""

    id: int
    code: str
    name: str
    kind: PersonKind
    unit: str
    stage: Stage | None = None
    roles: tuple[RoleHeld, ...] = ()
    consent: bool = False  # a guardian agreed to a binding of a child of 小学 or 初中
    left_at: datetime | None = None

    def units(self, *names: RoleName) -> tuple[str, ...]:
        """The units a person answers for in one of these roles, outermost first, none inside another."""
        held = sorted({r.unit for r in self.roles if r.role in names})
        return tuple(u for u in held if not any(u != o and within(u, o) for o in held))

    @property
    def is_teacher(self) -> bool:
        return any(r.role in TEACHER_ROLES for r in self.roles)

    @property
    def is_admin(self) -> bool:
        return any(r.role in ADMIN_ROLES for r in self.roles)

    def has(self, role: RoleName) -> bool:
        return any(r.role is role for r in self.roles)

    @property
    def scope(self) -> tuple[str, ...]:
        """Every unit this person may ask about; empty for those who answer for nobody."""
        return self.units(*TEACHER_ROLES, *ADMIN_ROLES)


def within(unit: str, top: str) -> bool:
    """Is ``unit`` the same as or below ``top``? The empty path is the whole tree."""
    return not top or unit == top or unit.startswith(top + "/")


def in_scope(unit: str, scope: tuple[str, ...]) -> bool:
    return any(within(unit, top) for top in scope)


def leaf(unit: str) -> str:
    """The last part of a path, which is what people call it."""
    return unit.rsplit("/", 1)[-1]


def labels(units: Iterable[str]) -> dict[str, str]:
    """What to call each of these units: the last part of its path, and as much before it as tells it from
    the others. Whoever types it back means this one; the whole tree is 全校.
    """
    paths = {unit: unit.split("/") for unit in units}
    depth = dict.fromkeys(paths, 1)
    while True:
        called = {unit: "/".join(parts[-depth[unit] :]) for unit, parts in paths.items()}
        often = Counter(called.values())
        alike = [u for u in paths if often[called[u]] > 1 and depth[u] < len(paths[u])]
        if not alike:
            return {unit: name or WHOLE for unit, name in called.items()}
        for unit in alike:
            depth[unit] += 1


def several(units: Iterable[str]) -> str:
    """The names of some units in one sentence; of many only how many there are."""
    names = list(labels(units).values())
    shown = names[:_NAMED]
    while len(shown) > 1 and sum(map(len, shown)) > _LETTERS:
        shown.pop()
    return "、".join(shown) + (f"等{len(names)}个单位" if len(shown) < len(names) else "")


def masked(name: str, code: str) -> str:
    """How a person is shown in a private list: family name and the last four of the 编号."""
    return f"{name[:1]}*（尾号{code[-4:]}）"
