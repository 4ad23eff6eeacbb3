"""群发 (5.3 of the facts): 1 a day for subscription accounts, 4 a month and follower for service accounts."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import timedelta
from typing import Any

from bot.simulator.account import OfficialAccount
from bot.simulator.bubble import Article
from bot.simulator.door import Call, Json, Refused
from bot.simulator.replies import TEXT_LIMIT
from bot.simulator.simulation import Simulation
from bot.simulator.wechat_api.books import Job
from bot.simulator.wechat_api.custom import follower
from bot.simulator.wechat_api.events import push
from bot.simulator.wechat_api.house import asker

_NUMBERS = itertools.count(1_000_001)
# What the event says of articles, also where none were sent (5.3).
_NO_ARTICLES = {
    "CopyrightCheckResult": {"Count": 0, "ResultList": {}, "CheckState": 0},
    "ArticleUrlResult": {"Count": 0, "ResultList": {}},
}
_DAY, _MINUTE = timedelta(hours=24), timedelta(minutes=1)


def _parts(call: Call, account: OfficialAccount) -> dict[str, Any]:
    body, kind = call.body, call.body.get("msgtype")
    if kind == "text":
        content = (body.get("text") or {}).get("content")
        if not content:
            raise Refused(44004, "empty content")
        if len(content.encode()) > TEXT_LIMIT:
            raise Refused(45002, "content size out of limit")
        return {"kind": "text", "text": content}
    if kind == "image":
        ids = (body.get("images") or {}).get("media_ids") or []
        if not ids or any(call.sim.media.find(account.app_id, str(i), "image") is None for i in ids):
            raise Refused(40007, "invalid media_id")
        return {"kind": "image", "media_id": ids[0]}
    if kind == "mpnews":
        if account.test_account:
            raise Refused(48008, "no permission for this msgtype")
        medium = call.sim.media.find(account.app_id, str((body.get("mpnews") or {}).get("media_id")), "news")
        if medium is None:
            raise Refused(40007, "invalid media_id")
        return {"kind": "news", "articles": [Article(**json.loads(medium.data))]}
    if kind == "wxcard":
        raise Refused(45113, "card is no longer allowed")
    raise Refused(40008, "invalid message type")


def _once(call: Call, account: OfficialAccount, scope: str) -> str:
    """The key of the 24-hour duplicate check: clientmsgid, or a digest of range and content."""
    own = call.body.get("clientmsgid")
    if own is not None and len(str(own).encode()) > 32:
        raise Refused(45067, "clientmsgid size out of limit")
    content = {
        key: value for key, value in call.body.items() if key not in {"clientmsgid", "touser", "filter"}
    }
    digest = hashlib.sha256(f"{scope}{json.dumps(content, sort_keys=True)}".encode()).hexdigest()
    key = f"{account.app_id} {own or digest}"
    before = call.sim.books.mass.get(key)
    if before is not None:
        number, at = before
        age = call.sim.clock() - at
        if age < _MINUTE:
            raise Refused(45066, "same clientmsgid retry too fast")
        if age < _DAY:
            raise Refused(45065, "clientmsgid exist", msg_id=number)
    return key


async def sendall(call: Call) -> Json:
    account, sim = asker(call), call.sim
    choice = call.body.get("filter") or {}
    everyone = choice.get("is_to_all") is True
    people = account.following()
    if not everyone:
        tag = choice.get("tag_id")
        if tag not in account.tags.values() and not any(tag in f.tags for f in account.followers):
            raise Refused(40152, "invalid group id")
        people = [f for f in people if tag in f.tags]
    parts = _parts(call, account)
    key = _once(call, account, f"{everyone} {choice.get('tag_id')}")
    if not account.service and not _day(sim, account):
        raise Refused(45028, "has no masssend quota")
    if account.service and everyone:
        limit = sim.world.limits.mass_per_month
        if not sim.ledger.take_period(f"mass all {account.app_id}", sim.clock.month(), limit):
            raise Refused(45028, "has no masssend quota")
    job = Job(account.app_id, people, len(people), parts, sim.clock())
    return await _launch(call, account, job, key, everyone)


def _day(sim: Simulation, account: OfficialAccount) -> bool:
    return sim.ledger.take_period(f"mass {account.app_id}", sim.clock.day(), 1)


async def send(call: Call) -> Json:
    account, openids = asker(call), call.body.get("touser")
    if not isinstance(openids, list):
        raise Refused(40031, "invalid openid list")
    if len(openids) < 2:
        raise Refused(40130, "invalid openid list size, at least two openid")
    if len(openids) > 10_000:
        raise Refused(40032, "invalid openid list size")
    parts = _parts(call, account)
    key = _once(call, account, " ".join(map(str, sorted(openids))))
    wanted = set(openids)
    people = [f for f in account.following() if f.openid in wanted]
    job = Job(account.app_id, people, len(wanted), parts, call.sim.clock())
    return await _launch(call, account, job, key, False)


async def _launch(call: Call, account: OfficialAccount, job: Job, key: str, everyone: bool) -> Json:
    sim, number = call.sim, next(_NUMBERS)
    sim.books.mass[key] = number, job.at
    sim.books.jobs[number] = job
    if not (account.mass_confirm == "every" or (account.mass_confirm == "all" and everyone)):
        await _carry_out(sim, account, number, account.mass_outcome)
    answer: Json = {"errmsg": "send job submission success", "msg_id": number}
    return answer | ({"msg_data_id": number + 1} if job.parts["kind"] == "news" else {})


async def _carry_out(sim: Simulation, account: OfficialAccount, number: int, outcome: str) -> None:
    """Onto the phones or not, and the event at its time. A follower's fifth of a month falls out unsaid."""
    job, reached = sim.books.jobs[number], 0
    if outcome == "send success":
        for person in job.people:
            phone = sim.phone(account.app_id, "openid", person.openid)
            limit = sim.world.limits.mass_per_month
            if account.service and not sim.ledger.take_period(
                f"mass to {phone.key}", sim.clock.month(), limit
            ):
                continue
            phone.show(account.app_id, **job.parts)
            reached += 1
    elif not account.service and not account.moderated_counts:
        sim.ledger.clear(f"mass {account.app_id}", sim.clock.day())
    job.state = "SEND_SUCCESS" if outcome == "send success" else "SEND_FAIL"
    counts = {"TotalCount": job.total, "FilterCount": reached, "SentCount": reached, "ErrorCount": 0}
    job.done = {"MsgID": number, "Status": outcome, **counts, **_NO_ARTICLES}
    if account.mass_event == "early":
        await push(sim, account, None, "MASSSENDJOBFINISH", job.done)
    elif account.mass_event == "soon":
        sim.later(push(sim, account, None, "MASSSENDJOBFINISH", job.done))


async def decide(sim: Simulation, account: OfficialAccount, agrees: bool | None) -> None:
    """The administrator answers on the phone for all that waits; ``None``: thirty minutes went by."""
    outcome = account.mass_outcome if agrees else f"err({40002 if agrees is None else 40001})"
    for number, job in sim.books.jobs.items():
        if job.app_id == account.app_id and job.state == "SENDING":
            await _carry_out(sim, account, number, outcome)


async def release(sim: Simulation, account: OfficialAccount) -> None:
    """The held events arrive; once more every time this is called."""
    for job in sim.books.jobs.values():
        if job.app_id == account.app_id and job.done:
            await push(sim, account, None, "MASSSENDJOBFINISH", job.done)


async def preview(call: Call) -> Json:
    account = asker(call)
    person = follower(account, call.body.get("touser"))
    parts = _parts(call, account)
    call.sim.phone(account.app_id, "openid", person.openid).show(account.app_id, **parts)
    return {}


async def state(call: Call) -> Json:
    account, wanted = asker(call), str(call.body.get("msg_id", ""))
    for number, job in call.sim.books.jobs.items():
        if job.app_id == account.app_id and str(number) == wanted:
            return {"msg_id": number, "msg_status": job.state}
    raise Refused(40059, "invalid msg id")
