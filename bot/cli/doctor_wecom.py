"""A WeCom app from inside: whom it sees, and whose parents it reaches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from bot.cli import wording_doctor as say
from bot.cli.findings import Finding, fine, note, wrong
from bot.errors import PlatformError
from bot.messages import Address
from bot.people.rules import leaf
from bot.platforms.api import Api
from bot.platforms.errors import Platform, verdict_for
from bot.platforms.wecom.school import SchoolClient
from bot.platforms.wecom.webhook import WebhookClient

SAMPLE: Final = 20  # members asked for, one call each
_CLASSES: Final = 200
_CLASS: Final = 1  # type of a school department (92343)
_OUTSIDE: Final = frozenset({50002, 60011, 60111})


def refused(what: str, error: PlatformError, platform: Platform = Platform.WECOM) -> Finding:
    """A failed call with the advice of the platform's error table."""
    advice = verdict_for(platform, error.code).advice if error.code > 0 else say.mend_network()
    if 300 <= error.code < 600:  # an HTTP status instead of an errcode
        advice = say.mend_api_base()
    return wrong(say.failed(what, error.code, say.public_part(error.message)), advice)


async def tried(
    what: str, call: Callable[[], Awaitable[list[Finding]]], platform: Platform
) -> list[Finding]:
    """What the call found, or why it could not."""
    try:
        return await call()
    except PlatformError as error:
        return [refused(what, error, platform)]


async def scope_findings(api: Api, members: Sequence[tuple[str, str]]) -> list[Finding]:
    """Ask for some people of the roster, by address key and unit: only whom it sees can an app write to."""
    answer = await api.get("/cgi-bin/department/simplelist")
    departments = answer.get("department_id", ())
    if not members:
        return [note(say.nobody_bound(len(departments)), say.mend_nobody_bound())]
    outside = []
    for key, unit in members:
        try:
            await api.get("/cgi-bin/user/get", userid=Address.from_key(key).id)
        except PlatformError as error:
            if error.code not in _OUTSIDE:
                raise
            outside.append(leaf(unit))
    if outside:
        units = list(dict.fromkeys(outside))
        return [wrong(say.not_seen(len(outside), len(members), units), say.mend_scope())]
    return [fine(say.all_seen(len(members)))]


async def allowed_findings(school: SchoolClient) -> list[Finding]:
    """Whose parents may use the app (94895)."""
    scope = await school.allow_scope()
    if not scope.students and not scope.departments:
        return [wrong(say.no_parents_allowed(), say.mend_parents_allowed())]
    return [fine(say.parents_allowed(len(scope.departments), len(scope.students)))]


async def follower_findings(api: Api, school: SchoolClient) -> list[Finding]:
    """Parents who do not follow 学校通知 get nothing, and the platform does not say so."""
    answer = await api.get("/cgi-bin/school/department/list")
    classes: list[Mapping[str, Any]] = [d for d in answer.get("departments", ()) if d.get("type") == _CLASS]
    parents: dict[Address, bool] = {}
    without: dict[str, int] = {}
    for one in classes[:_CLASSES]:
        follow = await school.followers(int(one["id"]))
        parents |= follow
        if missing := sum(not follows for follows in follow.values()):
            without[str(one.get("name", one["id"]))] = missing
    absent = sum(not follows for follows in parents.values())
    looked = say.looked_at(min(len(classes), _CLASSES), len(classes))
    if not parents:
        return [wrong(say.no_parents(looked), say.mend_no_parents())]
    if not absent:
        return [fine(say.all_follow(len(parents), looked))]
    try:
        code = await school.follow_code()
    except PlatformError as error:
        return [note(say.some_follow_not(absent, len(parents), without, looked)), refused(say.QR_CODE, error)]
    return [note(say.some_follow_not(absent, len(parents), without, looked), say.mend_follow(code))]


async def group_findings(client: WebhookClient) -> list[Finding]:
    """An uploaded file proves the key, and nobody in the group sees it (99110)."""
    await client.upload("file", "doctor.txt", b"doctor: nothing to see")
    return [fine(say.group_fine())]
