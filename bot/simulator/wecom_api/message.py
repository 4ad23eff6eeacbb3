"""message/send (90236): the order of checks is that of the facts, section 23."""

from __future__ import annotations

import json
from typing import Any

from bot.simulator.corp import App, Corp, Member
from bot.simulator.door import Call, Json, Refused
from bot.simulator.quota import HOUR, MINUTE
from bot.simulator.wecom_api import cardrules, content
from bot.simulator.wecom_api.house import asker, owner_of

PROMPT = "此消息类型请到企业微信查看"


async def send(call: Call) -> Json:
    corp, app = asker(call)
    body, sim = call.body, call.sim
    if body.get("msgtype") not in content.CHECKS:
        raise Refused(40008, "invalid message type")
    same_agent(body, app)
    asked = _asked(body)
    parts = content.checked(call, corp.corp_id, body)
    card = parts.get("card")
    owner = owner_of(corp, app)
    request = fingerprint(owner, body)
    repeated = bool(window(body)) and sim.cards.repeated(request, window(body))
    repeat_first = sim.world.limits.identical_card_repeat == "accepted"
    if card is not None:
        if cardrules.answers_back(card) and not app.callback_url:
            raise Refused(43012, "app needs a callback url")
        if repeat_first and repeated:
            return {"invaliduser": "", "invalidparty": "", "invalidtag": "", "msgid": ""}
        if card.get("task_id") and sim.cards.task_known(owner, card["task_id"]):
            raise Refused(42014, "template_card.task_id was used before")
    members, missing = _resolve(corp, app, *asked)
    if not members:
        raise Refused(81013, "user & party & tag all invalid", **missing)
    limits = sim.world.limits
    if not sim.ledger.take_period(
        f"app {owner}", sim.clock.day(), corp.headcount * limits.app_per_head, len(members)
    ):
        raise Refused(45009, "reach max api daily quota limit")
    if card is not None and card.get("task_id"):
        sim.cards.claim_task(owner, card["task_id"])
    if repeated:
        return {**missing, "msgid": sim.cards.keep(owner, members, {})}
    sim.cards.remember(request)
    bubbles = {}
    for userid, member in members.items():
        key = f"app member {owner} {userid}"
        if not (
            sim.ledger.take(key, limits.member_per_minute, MINUTE)
            and sim.ledger.take(key, limits.member_per_hour, HOUR)
        ):
            continue
        bubbles[userid] = _show(call, corp, app, member, parts)
    message = sim.cards.keep(owner, members, bubbles)
    answer: Json = {**missing, "msgid": message}
    if card is not None and cardrules.answers_back(card):
        answer["response_code"] = sim.cards.code(owner, message, members)
    return answer


def same_agent(body: Json, app: App) -> None:
    agent = body.get("agentid")
    if agent is None:
        raise Refused(41011, "missing agentid")
    if isinstance(agent, bool) or not isinstance(agent, int):
        raise Refused(40058, "agentid must be an integer")
    if agent != app.agent_id:
        raise Refused(301002, "not allow operate another agent with this accesstoken")


def _asked(body: Json) -> tuple[list[str], list[str], list[str]]:
    found = []
    for name in ("touser", "toparty", "totag"):
        value = body.get(name, "")
        if not isinstance(value, str):
            raise Refused(40058, f"{name} must be a string joined by |")
        found.append([part for part in value.split("|") if part])
    users, parties, tags = found
    if not users and not parties and not tags:
        raise Refused(82001, "no recipient")
    for many, most, code in ((users, 1000, 40032), (parties, 100, 82002), (tags, 100, 82003)):
        if len(many) > most:
            raise Refused(code, "too many recipients")
    return users, parties, tags


def _resolve(
    corp: Corp, app: App, users: list[str], parties: list[str], tags: list[str]
) -> tuple[dict[str, Member], Json]:
    """The members reached, and the ids that reach nobody, lower-cased and joined as they come back."""
    visible = corp.visible(app)
    if users == ["@all"]:
        return visible, {"invaliduser": "", "invalidparty": "", "invalidtag": ""}
    members = {u.lower(): visible[u.lower()] for u in users if u.lower() in visible}
    bad_users = [u.lower() for u in users if u.lower() not in visible]
    known, used_tags = {d.id for d in corp.departments}, {t for m in corp.members for t in m.tags}
    bad_parties, bad_tags = [], []
    for party in parties:
        if not party.isdigit() or int(party) not in known:
            bad_parties.append(party)
            continue
        below = corp.below(int(party))
        members |= {u: m for u, m in visible.items() if below & set(m.departments)}
    for tag in tags:
        if not tag.isdigit() or int(tag) not in used_tags:
            bad_tags.append(tag)
            continue
        members |= {u: m for u, m in visible.items() if int(tag) in m.tags}
    missing = {"invaliduser": bad_users, "invalidparty": bad_parties, "invalidtag": bad_tags}
    return members, {name: "|".join(ids) for name, ids in missing.items()}


def _show(call: Call, corp: Corp, app: App, member: Member, parts: content.Parts) -> Any:
    phone = call.sim.phone(corp.corp_id, "member", member.id)
    chat = f"app-{app.agent_id}"
    if member.client == "wechat" and parts["kind"] in {"card", "markdown"}:
        return phone.show(chat, "line", text=PROMPT)
    return phone.show(chat, **content.fresh(parts))


def window(body: Json) -> int:
    """Seconds of the duplicate check: 1800 unless said otherwise, 14400 at most; 0 when it is off."""
    if not body.get("enable_duplicate_check"):
        return 0
    return min(int(body.get("duplicate_check_interval", 1800)), 14_400)


def fingerprint(owner: str, body: Json) -> str:
    return f"{owner} {json.dumps(body, sort_keys=True)}"
