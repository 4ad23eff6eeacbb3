"""A pretended WeCom tenant: members, apps, and the school directory (家校通讯录)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.simulator.making import make, make_all

LOOPBACK = ("127.0.0.1", "::1")


@dataclass(slots=True)
class Member:
    """``client`` is ``wecom``, or ``wechat`` for members who read inside WeChat and see no cards (90236)."""

    userid: str
    name: str
    departments: Sequence[int] = (1,)
    tags: Sequence[int] = ()
    client: str = "wecom"
    active: bool = True

    @property
    def id(self) -> str:
        return self.userid.lower()


@dataclass(slots=True)
class App:
    """A self-built app. ``visible`` is None for the whole corp.

    ``school``: listed in 家长可使用的应用, for the departments of ``school_scope``; None: for all.
    """

    agent_id: int
    secret: str
    token: str
    aes_key: str
    name: str = "反诈课代表"
    callback_url: str = ""
    visible: Sequence[str] | None = None
    school: bool = False
    school_scope: Sequence[int] | None = None
    trusted_ips: Sequence[str] = LOOPBACK
    trusted_domains: Sequence[str] = ()
    enabled: bool = True


@dataclass(slots=True)
class Department:
    id: int
    name: str
    parentid: int = 0


@dataclass(slots=True)
class SchoolDepartment:
    """``type`` 1 class, 2 grade, 3 stage, 4 campus, 5 school; admins ``{userid, type}``, 3 班主任 (92343).

    ``is_graduated`` is shown for grades only.
    """

    id: int
    name: str
    parentid: int = 0
    type: int = 1
    department_admins: Sequence[Mapping[str, Any]] = ()
    is_graduated: bool = False


@dataclass(slots=True)
class Student:
    student_userid: str
    name: str
    department: Sequence[int] = ()


@dataclass(slots=True)
class Parent:
    """``is_subscribe``: follows 学校通知. ``children``: ``{student_userid, relation}``."""

    parent_userid: str
    name: str
    is_subscribe: bool = True
    children: Sequence[Mapping[str, str]] = ()

    @property
    def id(self) -> str:
        return self.parent_userid.lower()


@dataclass(slots=True)
class School:
    departments: Sequence[Any] = ()
    students: Sequence[Any] = ()
    parents: Sequence[Any] = ()

    def __post_init__(self) -> None:
        self.departments = make_all(SchoolDepartment, self.departments, "school.departments")
        self.students = make_all(Student, self.students, "school.students")
        self.parents = make_all(Parent, self.parents, "school.parents")

    def below(self, root: int) -> set[int]:
        """The department and everything under it."""
        found, grown = {root}, True
        while grown:
            more = {d.id for d in self.departments if d.parentid in found} - found
            found |= more
            grown = bool(more)
        return found

    def parent(self, userid: str) -> Parent | None:
        return next((p for p in self.parents if p.id == userid.lower()), None)

    def student(self, userid: str) -> Student | None:
        return next((s for s in self.students if s.student_userid.lower() == userid.lower()), None)

    def parents_of(self, student_userid: str) -> list[Parent]:
        wanted = student_userid.lower()
        return [p for p in self.parents if any(c["student_userid"].lower() == wanted for c in p.children)]

    def students_in(self, departments: set[int]) -> list[Student]:
        return [s for s in self.students if departments & set(s.department)]

    def allowed(self, app: App) -> set[int]:
        """The departments whose parents may use an app (94895)."""
        if app.school_scope is None:
            return {d.id for d in self.departments}
        return {below for top in app.school_scope for below in self.below(top)}


@dataclass(slots=True)
class Corp:
    """``headcount`` is 账号上限: the daily quota of an app is 200 times it (90236)."""

    corp_id: str
    name: str
    headcount: int = 1000
    verified: bool = True
    members: Sequence[Any] = ()
    departments: Sequence[Any] = field(default_factory=lambda: [{"id": 1, "name": "根部门"}])
    apps: Sequence[Any] = ()
    school: Any = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"corp {self.corp_id}"
        self.members = make_all(Member, self.members, f"{where}.members")
        self.departments = make_all(Department, self.departments, f"{where}.departments")
        self.apps = make_all(App, self.apps, f"{where}.apps")
        self.school = make(School, self.school, f"{where}.school")
        ids = [m.id for m in self.members]
        if len(set(ids)) != len(ids):
            raise ValueError(f"{where}.members: userid appears twice (case does not count)")

    def app(self, agent_id: int) -> App | None:
        return next((a for a in self.apps if a.agent_id == agent_id), None)

    def member(self, userid: str) -> Member | None:
        return next((m for m in self.members if m.id == userid.lower()), None)

    def visible(self, app: App) -> dict[str, Member]:
        """The members an app may see and message, by lower-cased userid."""
        allowed = None if app.visible is None else {u.lower() for u in app.visible}
        return {m.id: m for m in self.members if m.active and (allowed is None or m.id in allowed)}

    def below(self, root: int) -> set[int]:
        found, grown = {root}, True
        while grown:
            more = {d.id for d in self.departments if d.parentid in found} - found
            found |= more
            grown = bool(more)
        return found
