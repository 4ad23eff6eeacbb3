"""Events the platform itself sets off: job results and consents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.simulator import xml
from bot.simulator.account import OfficialAccount
from bot.simulator.phone import Phone
from bot.simulator.replies import Asked
from bot.simulator.simulation import Simulation


async def push(
    sim: Simulation,
    account: OfficialAccount,
    phone: Phone | None,
    event: str,
    fields: Mapping[str, Any],
) -> None:
    """Without a phone the event comes from the account side, as mass results do."""
    if not account.callback_url:
        return
    sender = phone.id if phone else "o-account-side"
    body = {"ToUserName": account.original_id, "FromUserName": sender, "CreateTime": sim.clock.stamp()}
    body |= {"MsgType": "event", "Event": event, **fields}
    asked = Asked(sender, account.original_id, False, True)
    await sim.callbacks.deliver(sim.account_door(account), xml.build(body), asked, f"[事件] {event}")


async def consent(
    sim: Simulation, account: OfficialAccount, phone: Phone, template_id: str, accept: bool
) -> None:
    """A person answers the 订阅通知 question; one acceptance is one message, a lasting one holds."""
    if accept and not (account.templates[template_id].lasting and sim.books.consents[phone.key, template_id]):
        sim.books.consents[phone.key, template_id] += 1
    word = "accept" if accept else "reject"
    row = {"TemplateId": template_id, "SubscribeStatusString": word, "PopupScene": 1}
    fields = {"SubscribeMsgPopupEvent": {"List": row}}
    await push(sim, account, phone, "subscribe_msg_popup_event", fields)


async def withdraw(sim: Simulation, account: OfficialAccount, phone: Phone, template_id: str) -> None:
    """A person switches a subscription off among those of the account; only refusals are pushed."""
    sim.books.consents.pop((phone.key, template_id), None)
    row = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
    fields = {"SubscribeMsgChangeEvent": {"List": row}}
    await push(sim, account, phone, "subscribe_msg_change_event", fields)


async def verification(sim: Simulation, account: OfficialAccount, *, holds: bool) -> None:
    """The yearly verification runs out, or is there again; abilities follow at once."""
    account.verified = holds
    event = "qualification_verify_success" if holds else "verify_expired"
    await push(sim, account, None, event, {"ExpiredTime": sim.clock.stamp()})
