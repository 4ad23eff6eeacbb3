"""update_template_card (94888) and recall (94867)."""

from __future__ import annotations

from datetime import timedelta

from bot.simulator.bubble import Bubble
from bot.simulator.card import Card
from bot.simulator.corp import Corp
from bot.simulator.door import Call, Json, Refused
from bot.simulator.wecom_api import cardrules
from bot.simulator.wecom_api.house import asker, owner_of
from bot.simulator.wecom_api.message import same_agent

RECALL_LIFE = timedelta(hours=24)


async def update_template_card(call: Call) -> Json:
    corp, app = asker(call)
    body, cards = call.body, call.sim.cards
    same_agent(body, app)
    everyone = body.get("atall") == 1
    users, parties, tags = (_ids(body, name) for name in ("userids", "partyids", "tagids"))
    if not (users or parties or tags or everyone):
        raise Refused(82101, "nobody to update")
    if len(users) > 1000 or len(parties) > 100 or len(tags) > 100:
        raise Refused(40032, "too many recipients")
    code = cards.find(str(body.get("response_code", "")))
    if code is None:
        raise Refused(60140, "response_code invalid, expired or used")
    if code.app != owner_of(corp, app):
        raise Refused(42015, "the card belongs to another app")
    card, button = body.get("template_card"), body.get("button")
    if card is not None:
        cardrules.check(card, update=True)
    elif not isinstance(button, dict) or not button.get("replace_name"):
        raise Refused(40063, "button.replace_name missing")
    wanted = set(code.members) if everyone else {str(u).lower() for u in users}
    wanted |= _in_groups(corp, parties, tags)
    reached = wanted & code.members
    if not reached:
        raise Refused(82102, "nobody of these received the message")
    code.used = True
    bubbles = cards.sent[code.message].bubbles
    for userid in reached & set(bubbles):
        _change(bubbles[userid], card, button)
    call.sim.pulse.beat()
    return {"invaliduser": sorted(wanted - code.members)}


def _ids(body: Json, name: str) -> list[object]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise Refused(40058, f"{name} must be an array")
    return value


def _in_groups(corp: Corp, parties: list[object], tags: list[object]) -> set[str]:
    found: set[str] = set()
    for party in parties:
        below = corp.below(int(str(party)))
        found |= {m.id for m in corp.members if below & set(m.departments)}
    wanted = {int(str(tag)) for tag in tags}
    return found | {m.id for m in corp.members if wanted & set(m.tags)}


def _change(bubble: Bubble, card: Json | None, button: Json | None) -> None:
    old = bubble.card
    if old is None:
        return
    if card is not None:
        bubble.card = Card.of({**card, "task_id": old.task_id})
    elif button is not None:
        old.replaced = button["replace_name"]


async def recall(call: Call) -> Json:
    """Within 24 hours, of the same app; it disappears from WeCom clients only, not from WeChat."""
    corp, app = asker(call)
    sent = call.sim.cards.sent.get(str(call.body.get("msgid", "")))
    if sent is None or sent.app != owner_of(corp, app):
        raise Refused(40058, "invalid msgid")
    if call.sim.clock() >= sent.at + RECALL_LIFE:
        raise Refused(42052, "recall after 24 hours")
    sent.recalled = True
    for userid, bubble in sent.bubbles.items():
        member = corp.member(userid)
        bubble.recalled = member is not None and member.client == "wecom"
    call.sim.pulse.beat()
    return {}
