"""模板消息 and 订阅通知 (5.4 and 5.5 of the facts): accepted at once, their end comes as an event."""

from __future__ import annotations

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
    if not person.blocks_templates:
        _show(phone, account, template, values, str(body.get("url", "")))
    status = "failed:user block" if person.blocks_templates else "success"
    done = {"MsgID": number, "Status": status}
    call.sim.later(push(call.sim, account, phone, "TEMPLATESENDJOBFINISH", done))
    return {"msgid": number}


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
    sim.books.consents[consent] -= 1
    _show(phone, account, template, values, str(body.get("page", "")))
    number = next(_NUMBERS)
    row = {"TemplateId": template_id, "MsgID": number, "ErrorCode": 0, "ErrorStatus": "success"}
    sim.later(push(sim, account, phone, "subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": row}}))
    return {"msgid": number}
