"""学校通知 from inside: whose parents may use the app, whose teachers see it, who follows, by campus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.cli import wording_school as say
from bot.cli.doctor_wecom import OUTSIDE, refused
from bot.cli.findings import Finding, fine, note, wrong
from bot.errors import PlatformError
from bot.messages import Address
from bot.people.directory import ClassThere, Department, Fit, classes, fitted
from bot.people.rules import leaf
from bot.platforms.api import Api
from bot.platforms.wecom.school import SchoolClient
from bot.reports.rules import percent

_CLASSES: Final = 200
_TEACHERS: Final = 100  # asked for one by one
_NEARLY: Final = 16_000  # parents: 80 % of what a verified corp may have (65018)


@dataclass(frozen=True, slots=True)
class School:
    """The classes of the platform, and which of them are ours."""

    classes: Sequence[ClassThere]
    fits: Mapping[int, Fit]


def there_and_here(departments: Sequence[Department], own: Sequence[str]) -> School:
    there = classes(departments)
    return School(there, fitted(there, own))


async def allowed_findings(client: SchoolClient, school: School) -> list[Finding]:
    """家长可使用的应用 (94895) against the classes we send to, and classes that are nobody's."""
    scope = await client.allow_scope()
    if not scope.students and not scope.departments:
        return [wrong(say.no_parents_allowed(), say.mend_parents_allowed())]
    found = [fine(say.parents_allowed(len(scope.departments), len(scope.students)))]
    ours = [one for one in school.classes if school.fits[one.id].unit is not None]
    outside = [] if scope.students else [one.path for one in ours if not one.inside(scope.departments)]
    if outside:
        found.append(wrong(say.not_allowed(outside), say.mend_parents_allowed()))
    lost = [one for one in school.classes if school.fits[one.id].unit is None]
    if lost:
        missing = [one.path for one in lost if not school.fits[one.id].rivals]
        ambiguous = [one.path for one in lost if school.fits[one.id].rivals]
        found.append(note(say.classes_unfit(missing, ambiguous), say.mend_unfit()))
    elif ours:
        found.append(fine(say.classes_fit(len(ours))))
    return found


async def teacher_findings(api: Api, school: School) -> list[Finding]:
    """A class whose 班主任 or 任课老师 does not see the app gets nothing at all (65024)."""
    teaches: dict[str, list[str]] = {}
    for one in school.classes:
        for teacher in one.teachers:
            teaches.setdefault(teacher, []).append(leaf(one.path))
    asked = list(teaches)[:_TEACHERS]
    outside = []
    for teacher in asked:
        try:
            await api.get("/cgi-bin/user/get", userid=teacher)
        except PlatformError as error:
            if error.code not in OUTSIDE:
                raise
            outside.append(teacher)
    if outside:
        names = list(dict.fromkeys(name for teacher in outside for name in teaches[teacher]))
        return [wrong(say.teachers_unseen(len(asked), len(outside), names), say.mend_teachers())]
    return [fine(say.teachers_seen(len(asked)))] if asked else []


async def follower_findings(client: SchoolClient, school: School) -> list[Finding]:
    """Parents who do not follow 学校通知 get nothing, and the platform does not say so."""
    parents: dict[Address, bool] = {}
    campuses: dict[str, dict[Address, bool]] = {}
    without: dict[str, int] = {}
    for one in school.classes[:_CLASSES]:
        follow = await client.followers(one.id)
        parents |= follow
        campuses.setdefault(one.campus, {}).update(follow)
        if missing := sum(not follows for follows in follow.values()):
            without[leaf(one.path)] = without.get(leaf(one.path), 0) + missing
    looked = say.looked_at(min(len(school.classes), _CLASSES), len(school.classes))
    if not parents:
        return [wrong(say.no_parents(looked), say.mend_no_parents())]
    found = [note(say.near_the_cap(len(parents)), say.mend_the_cap())] if len(parents) >= _NEARLY else []
    absent = sum(not follows for follows in parents.values())
    if not absent:
        return [*found, fine(say.all_follow(len(parents), looked))]
    told = say.some_follow_not(absent, len(parents), without, looked)
    try:
        found.append(note(told, say.mend_follow(await client.follow_code())))
    except PlatformError as error:
        found += [note(told), refused(say.QR_CODE, error)]
    if len(campuses) > 1:
        found += [_rate(campus, follow) for campus, follow in campuses.items() if campus and follow]
    return found


def _rate(campus: str, follow: Mapping[Address, bool]) -> Finding:
    following = sum(follow.values())
    rate = percent(following, len(follow))
    text = say.campus_rate(campus, following, len(follow), rate)
    return fine(text) if following == len(follow) else note(text)
