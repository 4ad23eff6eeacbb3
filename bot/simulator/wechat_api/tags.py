"""Tags of followers (6.5 of the facts): a hundred an account, fifty openids a call, twenty a follower."""

from __future__ import annotations

from bot.simulator.account import Follower, OfficialAccount
from bot.simulator.door import Call, Json, Refused
from bot.simulator.wechat_api.custom import follower
from bot.simulator.wechat_api.house import asker

_FIRST = 100  # 0, 1 and 2 are the platform's own
_TAGS, _A_FOLLOWER, _A_CALL, _NAME = 100, 20, 50, 30


async def create(call: Call) -> Json:
    account = asker(call)
    tag = call.body.get("tag")
    name = tag.get("name") if isinstance(tag, dict) else None
    if not isinstance(name, str) or not name or name in account.tags:
        raise Refused(45157, "invalid tag name")
    if len(name.encode()) > _NAME:
        raise Refused(45158, "tag name too long")
    if len(account.tags) >= _TAGS:
        raise Refused(45056, "too many tag now, no need to add new")
    used = {*account.tags.values(), *(tag for follower in account.followers for tag in follower.tags)}
    account.tags[name] = max(used | {_FIRST - 1}) + 1
    return {"tag": {"id": account.tags[name], "name": name}}


async def listed(call: Call) -> Json:
    account = asker(call)
    return {
        "tags": [
            {"id": id_, "name": name, "count": sum(id_ in f.tags for f in account.following())}
            for name, id_ in account.tags.items()
        ]
    }


def _named(call: Call, account: OfficialAccount) -> tuple[int, list[Follower]]:
    """The tag and the followers of a call; one who does not follow spoils it whole."""
    tag, openids = call.body.get("tagid"), call.body.get("openid_list")
    if not isinstance(openids, list) or not openids:
        raise Refused(40031, "invalid openid list")
    if len(openids) > _A_CALL:
        raise Refused(40032, "invalid openid list size")
    if tag in (0, 1, 2):
        raise Refused(45058, "can't modify sys tag")
    if not isinstance(tag, int) or tag not in account.tags.values():
        raise Refused(45159, "invalid tag id")
    people = [follower(account, openid) for openid in openids]
    if not all(person.follows for person in people):
        raise Refused(40003, "invalid openid")
    return tag, people


async def put(call: Call) -> Json:
    tag, people = _named(call, asker(call))
    if any(tag not in person.tags and len(person.tags) >= _A_FOLLOWER for person in people):
        raise Refused(45059, "can't add this tag to user, too many tags")
    for person in people:
        person.tags = tuple(sorted({*person.tags, tag}))
    return {}


async def take(call: Call) -> Json:
    tag, people = _named(call, asker(call))
    for person in people:
        person.tags = tuple(sorted({*person.tags} - {tag}))
    return {}


async def of_follower(call: Call) -> Json:
    return {"tagid_list": list(follower(asker(call), call.body.get("openid")).tags)}
