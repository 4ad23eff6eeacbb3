"""One line of a roster -> a draft of a row, or what is wrong with it. Looks at no other line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.people import wording_roster as say
from bot.people.columns import CARD, PHONE, REQUIRED, Layout, is_identity_card, is_phone
from bot.people.rules import PersonKind, RoleName, Stage
from bot.people.sheet import Line
from bot.people.spelling import WHOLE_SCHOOL, tidy, tidy_code, tidy_unit

MAX_CELL: Final = 200
_LISTS: Final = ("监护", "负责单位")  # one cell for any number of children or classes
MAX_DEPTH: Final = 8
MAX_PART: Final = 60

_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,63}")
_NAME: Final = re.compile(r"[^\W\d_][^\d_=+@|<>/\\\"]{0,49}")
_USERID: Final = re.compile(r"[0-9a-z][0-9a-z_\-@.]{0,63}")  # 90236, lower-cased
_SEPARATOR: Final = re.compile(r"[;,、，；\n]")
_KINDS: Final = {kind.value: kind for kind in PersonKind}
_STAGES: Final = {stage.value: stage for stage in Stage}
_ROLES: Final = {role.value: role for role in RoleName}


@dataclass(slots=True)
class Draft:
    """A line whose own cells are good; whether it fits the rest of the file is not yet known."""

    line: int
    code: str
    name: str
    kind: PersonKind
    unit: str
    stage: Stage | None
    roles: tuple[RoleName, ...]
    covers: tuple[str, ...]
    children: frozenset[str]
    userid: str


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A line that cannot be used: every reason, and what could be read of whom it is about."""

    line: int
    code: str
    name: str
    reasons: tuple[str, ...]


def read_line(line: Line, layout: Layout) -> Draft | Spoiled:
    raw = {column: layout.cell(line, column) for column in layout.places}
    code, name = tidy_code(raw.get("编号", "")[:MAX_CELL]), tidy(raw.get("姓名", "")[:MAX_CELL])
    long = [column for column, cell in raw.items() if len(cell) > MAX_CELL and column not in _LISTS]
    too_long = [say.too_long(column) for column in long]
    rounded = [say.rounded(column) for column, cell in raw.items() if cell == say.ROUNDED]
    if too_long or rounded:
        return Spoiled(line.number, code, name, (*too_long, *rounded))
    kind_text, unit = tidy(raw["身份"]), tidy_unit(raw["单位"])
    absent = [what for what, text in zip(REQUIRED, (code, name, kind_text, unit), strict=True) if not text]
    if absent:
        return Spoiled(line.number, code, name, (say.missing(absent),))
    kind = _KINDS.get(kind_text)
    stage_text = tidy(raw.get("学段", ""))
    role_texts = _listed(raw.get("职责", ""))
    parts = _listed(raw.get("负责单位", ""))
    covers = tuple("" if part in WHOLE_SCHOOL else tidy_unit(part) for part in parts)
    children = frozenset(map(tidy_code, _listed(raw.get("监护", ""))))
    userid = tidy_code(raw.get("企业微信账号", "")).lower()
    reasons = [
        *_wrong_code(code, kind),
        *_wrong_name(name),
        *([] if kind else [say.unknown_kind(kind_text)]),
        *_wrong_unit(unit),
        *([say.unknown_stage(stage_text)] if stage_text and stage_text not in _STAGES else []),
        *(say.unknown_role(text) for text in role_texts if text not in _ROLES),
        *([say.role_for_staff_only()] if role_texts and kind not in (None, PersonKind.STAFF) else []),
        *([say.covers_without_role()] if covers and not role_texts else []),
        *([say.children_for_parents_only()] if children and kind not in (None, PersonKind.PARENT) else []),
        *([say.bad_userid()] if userid and not _USERID.fullmatch(userid) else []),
        *([say.private_value("企业微信账号", CARD)] if is_identity_card(userid) else []),
    ]
    if reasons or kind is None:
        return Spoiled(line.number, code, name, tuple(reasons))
    roles = tuple(dict.fromkeys(_ROLES[text] for text in role_texts))
    stage = _STAGES.get(stage_text)
    return Draft(line.number, code, name, kind, unit, stage, roles, covers, children, userid)


def _listed(cell: str) -> list[str]:
    if not cell:
        return []
    return [part for part in map(tidy, _SEPARATOR.split(cell)) if part]


def _wrong_code(code: str, kind: PersonKind | None) -> Iterable[str]:
    if is_identity_card(code):
        yield say.private_value("编号", CARD)
    elif kind is PersonKind.PARENT and is_phone(code):
        yield say.private_value("编号", PHONE)
    elif not _CODE.fullmatch(code):
        yield say.bad_code(code)


def _wrong_name(name: str) -> Iterable[str]:
    if len(name) > 50:
        yield say.too_long("姓名")
    elif not _NAME.fullmatch(name):
        yield say.bad_name()


def _wrong_unit(unit: str) -> Iterable[str]:
    parts = unit.split("/")
    if len(parts) > MAX_DEPTH or max(map(len, parts)) > MAX_PART:
        yield say.deep_unit()
    if any(is_identity_card(part) for part in parts):
        yield say.private_value("单位", CARD)
