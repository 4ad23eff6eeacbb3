"""模板消息 and 订阅通知 (5.4 and 5.5 of the facts): accepted at once, their end comes as an event."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import Any

from bot.simulator.account import Follower, OfficialAccount, Template
from bot.simulator.bubble import Article
from bot.simulator.door import Call, Json, Refused
from bot.simulator.phone import Phone
from bot.simulator.wechat_api import fields
from bot.simulator.wechat_api.custom import follower
from bot.simulator.wechat_api.events import push
from bot.simulator.wechat_api.house import asker

_NUMBERS = itertools.count(200_000_001)
_AGAIN = timedelta(minutes=10)


def _owned(account: OfficialAccount, template_id: Any, subscription: bool) -> Template:
    template: Template | None = account.templates.get(template_id)
    if template is None or template.subscription is not subscription:
        raise Refused(40037, "invalid template_id")
    return template


def _show(
    phone: Phone, account: OfficialAccount, template: Template, values: dict[str, str], url: str
) -> None:
    rows = "\n".join(f"{template.fields[key]}：{value}" for key, value in values.items())
    article = Article(template.title, rows, url, "", "详情" if url else "")
    phone.show(account.app_id, "article", articles=[article])


def _reach(call: Call, account: OfficialAccount) -> tuple[Follower, Phone]:
    person = follower(account, call.body.get("touser"))
    return person, call.sim.phone(account.app_id, "openid", person.openid)


async def send(call: Call) -> Json:
    account, body = asker(call), call.body
    person, phone = _reach(call, account)
    template = _owned(account, body.get("template_id"), False)
    if not person.follows:
        raise Refused(43004, "require subscribe")
    values = fields.check(template.fields, body.get("data"))
    number, own = next(_NUMBERS), body.get("client_msg_id")
    if own and call.sim.books.seen_before(f"template {phone.key} {own}", _AGAIN):
        return {"msgid": number}
    status = "failed:user block" if person.blocks_templates else account.template_outcome
    if status == "success":
        _show(phone, account, template, values, str(body.get("url", "")))
    await _tell(call, account, phone, "TEMPLATESENDJOBFINISH", {"MsgID": number, "Status": status})
    return {"msgid": number}


async def _tell(
    call: Call, account: OfficialAccount, phone: Phone, event: str, fields: dict[str, Any]
) -> None:
    """The end of a job as an event, after the answer; or before it, on command."""
    told = push(call.sim, account, phone, event, fields)
    if account.result_first:
        await told
    else:
        call.sim.later(told)


async def listed(call: Call) -> Json:
    rows = [
        {
            "template_id": key,
            "title": t.title,
            "content": "\n".join(f"{v}:{{{{{k}.DATA}}}}" for k, v in t.fields.items()),
        }
        for key, t in asker(call).templates.items()
        if not t.subscription
    ]
    return {"template_list": rows}


async def subscribed(call: Call) -> Json:
    account, body, sim = asker(call), call.body, call.sim
    _person, phone = _reach(call, account)
    template_id = body.get("template_id")
    template = _owned(account, template_id, True)
    values = fields.check(template.fields, body.get("data"))
    consent = (phone.key, str(template_id))
    if sim.books.consents[consent] <= 0:
        raise Refused(43101, "user refuse to accept the msg")
    if phone.key in sim.books.sending:
        raise Refused(43108, "concurrent sending to the same user")
    sim.books.sending.add(phone.key)
    try:
        await asyncio.sleep(0)  # a second call that comes meanwhile is one too many
    finally:
        sim.books.sending.discard(phone.key)
    if not template.lasting:
        sim.books.consents[consent] -= 1
    code, status = account.subscribe_outcome
    if not code:
        _show(phone, account, template, values, str(body.get("page", "")))
    number = next(_NUMBERS)
    row = {"TemplateId": template_id, "MsgID": number, "ErrorCode": code, "ErrorStatus": status}
    await _tell(call, account, phone, "subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": row}})
    return {"msgid": number}


async def subscriptions(call: Call) -> Json:
    """newtmpl/gettemplate: type 2 is for one message, 3 for many."""
    rows = [
        {
            "priTmplId": key,
            "title": t.title,
            "content": "\n".join(f"{v}:{{{{{k}.DATA}}}}" for k, v in t.fields.items()),
            "example": "",
            "type": 3 if t.lasting else 2,
        }
        for key, t in asker(call).templates.items()
        if t.subscription
    ]
    return {"data": rows}
