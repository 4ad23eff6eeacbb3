"""A WeCom app from inside: whom it sees; what a failed call is worth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from bot.cli import wording_doctor as say
from bot.cli.findings import Finding, fine, note, wrong
from bot.errors import PlatformError
from bot.messages import Address
from bot.people.rules import leaf
from bot.platforms.api import Api
from bot.platforms.errors import Platform, verdict_for
from bot.platforms.wecom.webhook import WebhookClient

SAMPLE: Final = 20  # members asked for, one call each
OUTSIDE: Final = frozenset({50002, 60011, 60111})


def refused(what: str, error: PlatformError, platform: Platform = Platform.WECOM) -> Finding:
    """A failed call with the advice of the platform's error table."""
    advice = verdict_for(platform, error.code).advice if error.code > 0 else say.mend_network()
    if 300 <= error.code < 600:  # an HTTP status instead of an errcode
        advice = say.mend_api_base()
    return wrong(say.failed(what, error.code, say.public_part(error.message)), advice)


async def tried(what: str, call: Callable[[], Awaitable[list[Finding]]], platform: Platform) -> list[Finding]:
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
            if error.code not in OUTSIDE:
                raise
            outside.append(leaf(unit))
    if outside:
        units = list(dict.fromkeys(outside))
        return [wrong(say.not_seen(len(outside), len(members), units), say.mend_scope())]
    return [fine(say.all_seen(len(members)))]


async def group_findings(client: WebhookClient) -> list[Finding]:
    """An uploaded file proves the key, and nobody in the group sees it (99110)."""
    await client.upload("file", "doctor.txt", b"doctor: nothing to see")
    return [fine(say.group_fine())]
