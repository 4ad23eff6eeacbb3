"""客服消息: custom/send with its window ledger, and typing (5.2 of the facts)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.simulator.account import Follower, OfficialAccount
from bot.simulator.bubble import Article, Link
from bot.simulator.door import Call, Json, Refused
from bot.simulator.replies import TEXT_LIMIT
from bot.simulator.wechat_api.house import asker

Parts = dict[str, Any]
_TALKED = timedelta(seconds=30)


def _text(call: Call, account: OfficialAccount, branch: Json) -> Parts:
    content = branch.get("content")
    if not isinstance(content, str) or not content:
        raise Refused(44004, "empty content")
    if len(content.encode()) > TEXT_LIMIT:
        raise Refused(45002, "content size out of limit")
    return {"kind": "text", "text": content}


def _media(kind: str) -> Callable[[Call, OfficialAccount, Json], Parts]:
    def check(call: Call, account: OfficialAccount, branch: Json) -> Parts:
        medium = call.sim.media.find(account.app_id, str(branch.get("media_id", "")), kind)
        if medium is None:
            raise Refused(40007, "invalid media_id")
        shown = "image" if kind == "image" else "file"
        return {
            "kind": shown,
            "media_id": branch["media_id"],
            "file_name": "" if kind == "image" else medium.name,
        }

    return check


def _news(call: Call, account: OfficialAccount, branch: Json) -> Parts:
    rows = branch.get("articles")
    if not isinstance(rows, list) or len(rows) != 1:
        raise Refused(45008, "article size out of limit")
    row = rows[0]
    if not row.get("title"):
        raise Refused(40035, "invalid args: title")
    for name, code in (("title", 45003), ("description", 45004)):
        if len(str(row.get(name, "")).encode()) > TEXT_LIMIT:
            raise Refused(code, f"{name} size out of limit")
    article = Article(row["title"], row.get("description", ""), row.get("url", ""), row.get("picurl", ""))
    return {"kind": "news", "articles": [article]}


def _menu(call: Call, account: OfficialAccount, branch: Json) -> Parts:
    if account.test_account:
        raise Refused(40200, "invalid account type")
    rows = branch.get("list")
    if not isinstance(rows, list) or not rows or any(not x.get("id") or not x.get("content") for x in rows):
        raise Refused(40035, "invalid args: list")
    words = [str(branch.get("head_content", "")), str(branch.get("tail_content", ""))]
    if sum(len(word.encode()) for word in (*words, *(str(x["content"]) for x in rows))) > TEXT_LIMIT:
        raise Refused(45002, "content size out of limit")
    links = [Link(str(x["content"]), "", str(x["content"]), str(x["id"])) for x in rows]
    return {"kind": "text", "text": "\n".join(word for word in words if word), "menu": links}


CHECKS: dict[str, Callable[[Call, OfficialAccount, Json], Parts]] = {
    "text": _text,
    "image": _media("image"),
    "voice": _media("voice"),
    "news": _news,
    "msgmenu": _menu,
}


def checked(call: Call, account: OfficialAccount) -> Parts:
    kind = call.body.get("msgtype")
    if kind not in CHECKS:
        raise Refused(40008, "invalid message type")
    branch = call.body.get(kind)
    if not isinstance(branch, dict):
        raise Refused(40035, f"invalid args: {kind}")
    return CHECKS[kind](call, account, branch)


def follower(account: OfficialAccount, openid: Any) -> Follower:
    """One of ours, whether following or not; else 40003."""
    found = account.follower(openid) if isinstance(openid, str) else None
    if found is None:
        raise Refused(40003, "invalid openid")
    return found


async def send(call: Call) -> Json:
    account = asker(call)
    person = follower(account, call.body.get("touser"))
    parts = checked(call, account)
    phone = call.sim.phone(account.app_id, "openid", person.openid)
    window = call.sim.books.window(phone.key)
    if not person.follows or window is None:
        raise Refused(45015, "response out of time limit or subscription is canceled")
    if window.remaining <= 0:
        raise Refused(45047, "out of response count limit")
    if person.minor:
        raise Refused(70000, "为保护未成年人权益，该条消息发送失败")
    window.remaining -= 1
    phone.chats[account.app_id].typing = False
    phone.show(account.app_id, **parts)
    return {}


async def typing(call: Call) -> Json:
    account = asker(call)
    person, command = follower(account, call.body.get("touser")), call.body.get("command")
    if command not in {"Typing", "CancelTyping"}:
        raise Refused(45072, "invalid command")
    phone = call.sim.phone(account.app_id, "openid", person.openid)
    since = call.sim.clock() - _TALKED
    if not any(bubble.mine and bubble.at > since for bubble in phone.bubbles):
        raise Refused(45080, "no exchange with the user in 30 seconds")
    chat = phone.chats[account.app_id]
    if chat.typing and command == "Typing":
        raise Refused(45081, "the state is already typing")
    chat.typing = command == "Typing"
    call.sim.pulse.beat()
    return {}
