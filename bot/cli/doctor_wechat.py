"""An official account from inside: its templates and what is left of its quotas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.cli import wording_doctor as say
from bot.cli.findings import Finding, fine, note, wrong
from bot.messages import Way
from bot.platforms.api import Api
from bot.platforms.port import Ability
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.templates import DEFAULT_FIELDS
from bot.settings import Wechat

SCARCE: Final = 0.2  # routine sends stop where less than this is left
_FIELD: Final = re.compile(r"\{\{\s*([A-Za-z_]+[0-9]*)\.DATA\s*\}\}")


async def template_findings(api: Api, account: Wechat) -> list[Finding]:
    """Does the account own the template of the settings, and are all its fields filled (5.4, 47003)?"""
    wanted = {use: t for use, t in account.templates.items() if use == "notice"}
    if not wanted:
        return [note(say.no_template(), say.mend_no_template())]
    answer = await api.get("/cgi-bin/template/get_all_private_template")
    owned = {str(one["template_id"]): str(one.get("content", "")) for one in answer.get("template_list", ())}
    found = []
    for use, template in wanted.items():
        id_ = template if isinstance(template, str) else template.id
        fields = DEFAULT_FIELDS if isinstance(template, str) else template.fields
        if id_ not in owned:
            found.append(wrong(say.template_not_owned(use, id_), say.mend_template(list(owned))))
            continue
        found.append(_fields(use, fields, set(_FIELD.findall(owned[id_]))))
    return found


def _fields(use: str, given: Mapping[str, str], wanted: set[str]) -> Finding:
    if wanted and wanted != set(given):
        missing, unknown = sorted(wanted - set(given)), sorted(set(given) - wanted)
        return wrong(say.template_fields(use, missing, unknown), say.mend_template_fields())
    return fine(say.template_fine(use))


async def quota_findings(client: WechatClient) -> list[Finding]:
    """What the platform says is left today of each way of sending (5.8)."""
    abilities = client.abilities
    if not abilities:
        return [note(say.only_answers(), say.mend_only_answers())]
    ways = [Way.CUSTOM] + [Way.TEMPLATE] * (Ability.PUSH in abilities)
    found = []
    for way in ways:
        quota = await client.quota(way)
        text = say.platform_quota(say.QUOTAS[way.value], quota.used, quota.daily_limit)
        scarce = quota.remain < quota.daily_limit * SCARCE
        found.append(note(text, say.mend_quota()) if scarce else fine(text))
    return found
