"""An official account from inside: its templates and what is left of its quotas."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.cli import wording_doctor as say
from bot.cli.findings import Finding, fine, note, wrong
from bot.delivery import wording as words
from bot.delivery.store_abilities import Abilities, Withdrawn
from bot.messages import Way
from bot.platforms.api import Api
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.templates import DEFAULT_FIELDS
from bot.settings import Wechat

_TYPES: Final = {"2": "once", "3": "long"}
SCARCE: Final = 0.2  # routine sends stop where less than this is left
_FIELD: Final = re.compile(r"\{\{\s*([A-Za-z_]+[0-9]*)\.DATA\s*\}\}")


async def template_findings(api: Api, account: Wechat) -> list[Finding]:
    """Does the account own the template of the settings, and are all its fields filled (5.4, 47003)?"""
    wanted = {use: t for use, t in account.templates.items() if use == "notice"}
    if not wanted:
        return [] if account.subscription else [note(say.no_template(), say.mend_no_template())]
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


async def subscription_findings(api: Api, account: Wechat) -> list[Finding]:
    """Does the account own the 订阅通知 of the settings, of this type, and are its fields filled (5.5)?"""
    wanted = account.subscription
    if wanted is None:
        return []
    answer = await api.get("/wxaapi/newtmpl/gettemplate")
    owned = {str(one["priTmplId"]): one for one in answer.get("data", ())}
    if wanted.id not in owned:
        return [wrong(say.template_not_owned("subscribe", wanted.id), say.mend_subscription(list(owned)))]
    kind = _TYPES.get(str(owned[wanted.id].get("type", "")), wanted.type)
    if kind != wanted.type:
        return [wrong(say.subscription_type(wanted.type), say.mend_subscription_type(kind))]
    content = str(owned[wanted.id].get("content", ""))
    return [_fields("subscribe", wanted.fields, set(_FIELD.findall(content)))]


def ability_findings(
    abilities: Abilities, taken_back: Sequence[Withdrawn], sound: Collection[Way], now: datetime
) -> list[Finding]:
    """What the platform took back: given free where its settings can be read again (``sound``).

    客服消息 and 群发 cannot be tried without sending, so the next message may find out.
    """
    found = []
    for one in taken_back:
        name, advice = words.way(one.way), words.mend(one.reason)
        if one.way in sound:
            abilities.restore(one.account, one.way)
            found.append(fine(say.way_back(name)))
        elif one.way in (Way.CUSTOM, Way.MASS):
            abilities.try_at(one.account, one.way, now)
            found.append(note(say.way_on_trial(name, say.public_part(one.reason)), advice))
        else:
            found.append(wrong(say.way_taken_back(name, say.public_part(one.reason)), advice))
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
    ways = [way for way in (Way.CUSTOM, Way.TEMPLATE, Way.SUBSCRIBE) if way in client.ways]
    found = []
    for way in ways:
        quota = await client.quota(way)
        text = say.platform_quota(say.QUOTAS[way.value], quota.used, quota.daily_limit)
        scarce = quota.remain < quota.daily_limit * SCARCE
        found.append(note(text, say.mend_quota()) if scarce else fine(text))
    return found
