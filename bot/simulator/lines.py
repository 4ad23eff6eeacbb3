"""What carries a person's doing to the bot: the XML of each platform's messages and events."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.simulator import xml
from bot.simulator.account import OfficialAccount
from bot.simulator.bubble import Bubble
from bot.simulator.callbacks import Outcome
from bot.simulator.corp import App, Corp
from bot.simulator.phone import Phone
from bot.simulator.replies import Asked

if TYPE_CHECKING:
    from bot.simulator.simulation import Simulation

_NUMBERS = itertools.count(1)
WECOM_REPLIED_EVENTS = {
    "subscribe",
    "enter_agent",
    "LOCATION",
    "click",
    "view",
    "view_miniprogram",
    "scancode_waitmsg",
    "template_card_menu_event",
}
# The column "can reply passively" of the events (2): a page that opens, a picture, a result take none.
WECHAT_REPLIED_EVENTS = {"subscribe", "SCAN", "LOCATION", "CLICK", "scancode_waitmsg", "debug_demo"}
WECHAT_FAILURE = "该公众号提供的服务出现故障，请稍后再试"
WECOM_FAILURE = "（应用没有正常应答，这条消息已丢失）"


def _message_id(who: str) -> int:
    """A 64-bit number that no other message of this world has."""
    lead = int.from_bytes(hashlib.sha256(who.encode()).digest()[:3], "big")
    return (1 << 61) + (lead << 32) + next(_NUMBERS)


class MemberLine:
    """A member's chat with an app of the corp (90239, 90240)."""

    def __init__(self, sim: Simulation, corp: Corp) -> None:
        self.sim = sim
        self.corp = corp

    async def text(self, phone: Phone, chat: str, words: str, menu_id: str) -> None:
        await self._message(phone, chat, {"MsgType": "text", "Content": words}, words)

    async def picture(self, phone: Phone, chat: str, media_id: str) -> None:
        url = f"{self.sim.base_url}/sim/media/{media_id}"
        await self._message(phone, chat, {"MsgType": "image", "PicUrl": url, "MediaId": media_id}, "[图片]")

    async def card(self, phone: Phone, bubble: Bubble, key: str, ticked: dict[str, list[str]]) -> None:
        card = bubble.card
        assert card is not None
        event = "template_card_event"
        if any(button.key == key for button in card.menu):
            event = "template_card_menu_event"
        app = self._app(bubble.chat)
        code = self.sim.cards.code(f"{self.corp.corp_id}|{app.agent_id}", bubble.message, [phone.id])
        fields: dict[str, Any] = {"EventKey": key, "TaskId": card.task_id, "CardType": card.type}
        fields["ResponseCode"] = code
        if ticked and event == "template_card_event":
            items = [{"QuestionKey": q, "OptionIds": {"OptionId": list(ids)}} for q, ids in ticked.items()]
            fields["SelectedItems"] = {"SelectedItem": items}
        said = f"[卡片] {key} {' '.join(x for ids in ticked.values() for x in ids)}"
        outcome = await self.event(phone, app, event, fields, said)
        reply = outcome.reply
        if reply is not None and reply.kind == "update_button" and self.sim.world.limits.passive_card_update:
            card.replaced = reply.text or "已提交"

    async def menu(self, phone: Phone, chat: str, button: Mapping[str, Any]) -> None:
        kind = button.get("type", "click")
        key = button.get("url") if kind == "view" else button.get("key", "")
        await self.event(phone, self._app(chat), kind, {"EventKey": key}, f"[菜单] {button['name']}")

    async def follow(self, phone: Phone, scene: str) -> None:
        await self._scope(phone, "subscribe")

    async def unfollow(self, phone: Phone) -> None:
        await self._scope(phone, "unsubscribe")

    async def _scope(self, phone: Phone, event: str) -> None:
        member = self.corp.member(phone.id)
        assert member is not None
        member.active = event == "subscribe"
        for app in self.corp.apps:
            if app.visible is None or phone.id in {u.lower() for u in app.visible}:
                await self.event(phone, app, event, {"EventKey": ""}, f"[{event}]")

    async def event(
        self, phone: Phone, app: App, event: str, fields: Mapping[str, Any], said: str
    ) -> Outcome:
        return await self._send(phone, app, {"MsgType": "event", "Event": event, **fields}, said, event)

    async def _message(self, phone: Phone, chat: str, fields: Mapping[str, Any], said: str) -> None:
        await self._send(phone, self._app(chat), {**fields, "MsgId": _message_id(phone.key)}, said, "")

    async def _send(
        self, phone: Phone, app: App, fields: Mapping[str, Any], said: str, event: str
    ) -> Outcome:
        if not app.callback_url:
            return Outcome()
        member = self.corp.member(phone.id)
        assert member is not None
        body: dict[str, Any] = {"ToUserName": self.corp.corp_id, "FromUserName": member.userid}
        body |= {"CreateTime": self.sim.clock.stamp(), **fields, "AgentID": app.agent_id}
        asked = Asked(member.userid, self.corp.corp_id, True, bool(event))
        door = self.sim.door(self.corp, app)
        outcome = await self.sim.callbacks.deliver(door, xml.build(body), asked, f"{phone.name}：{said}")
        _answered(
            phone, f"app-{app.agent_id}", outcome, WECOM_FAILURE, not event or event in WECOM_REPLIED_EVENTS
        )
        return outcome

    def _app(self, chat: str) -> App:
        app = self.corp.app(int(chat.removeprefix("app-"))) if chat.startswith("app-") else None
        if app is None:
            raise PermissionError("this chat takes no messages")
        return app


class ParentLine:
    """学校通知: no way back but following and pages (13.9)."""

    def __init__(self, sim: Simulation, corp: Corp) -> None:
        self.sim = sim
        self.corp = corp

    async def text(self, phone: Phone, chat: str, words: str, menu_id: str) -> None:
        raise PermissionError("学校通知 takes no messages")

    async def picture(self, phone: Phone, chat: str, media_id: str) -> None:
        raise PermissionError("学校通知 takes no messages")

    async def card(self, phone: Phone, bubble: Bubble, key: str, ticked: dict[str, list[str]]) -> None:
        raise PermissionError("学校通知 has no cards")

    async def menu(self, phone: Phone, chat: str, button: Mapping[str, Any]) -> None:
        raise PermissionError("学校通知 has no menu")

    async def follow(self, phone: Phone, scene: str) -> None:
        await self._change(phone, "subscribe")

    async def unfollow(self, phone: Phone) -> None:
        await self._change(phone, "unsubscribe")

    async def _change(self, phone: Phone, change: str) -> None:
        parent = self.corp.school.parent(phone.id)
        parent.is_subscribe = change == "subscribe"
        for app in self.corp.apps:
            if not (app.school and app.callback_url):
                continue
            body = {
                "ToUserName": self.corp.corp_id,
                "FromUserName": "sys",
                "CreateTime": self.sim.clock.stamp(),
            }
            body |= {"MsgType": "event", "Event": "change_school_contact", "ChangeType": change}
            body |= {"Id": parent.parent_userid}
            asked = Asked("sys", self.corp.corp_id, True, True)
            door = self.sim.door(self.corp, app)
            await self.sim.callbacks.deliver(door, xml.build(body), asked, f"{phone.name}：[家长{change}]")


class FollowerLine:
    """A follower's chat with an official account; every doing opens its window of customer messages."""

    def __init__(self, sim: Simulation, account: OfficialAccount) -> None:
        self.sim = sim
        self.account = account

    async def text(self, phone: Phone, chat: str, words: str, menu_id: str) -> None:
        fields: dict[str, Any] = {"MsgType": "text", "Content": words, "MsgId": _message_id(phone.key)}
        if menu_id and menu_id != "-" and not self.account.test_account:
            fields["bizmsgmenuid"] = menu_id
        self._open(phone, tap=bool(menu_id))
        await self.send(phone, fields, words)

    async def picture(self, phone: Phone, chat: str, media_id: str) -> None:
        url = f"{self.sim.base_url}/sim/media/{media_id}"
        self._open(phone, tap=False)
        fields = {"MsgType": "image", "PicUrl": url, "MediaId": media_id, "MsgId": _message_id(phone.key)}
        await self.send(phone, fields, "[图片]")

    async def card(self, phone: Phone, bubble: Bubble, key: str, ticked: dict[str, list[str]]) -> None:
        raise PermissionError("official accounts have no template cards")

    async def menu(self, phone: Phone, chat: str, button: Mapping[str, Any]) -> None:
        kind = str(button.get("type", "click"))
        key = button.get("url") if kind == "view" else button.get("key", "")
        if kind in {"click", "scancode_push", "scancode_waitmsg"}:
            self._open(phone, tap=True)
        event = kind.upper() if kind in {"click", "view"} else kind
        await self.event(phone, event, {"EventKey": key}, f"[菜单] {button['name']}")

    async def follow(self, phone: Phone, scene: str) -> None:
        person = self.account.follower(phone.id)
        assert person is not None
        known, person.follows = person.follows, True
        self._open(phone, tap=True)
        if known and scene:
            await self.event(phone, "SCAN", {"EventKey": scene, "Ticket": "TICKET"}, f"[扫码] {scene}")
            return
        fields = {"EventKey": f"qrscene_{scene}", "Ticket": "TICKET"} if scene else {"EventKey": ""}
        await self.event(phone, "subscribe", fields, "[关注]")

    async def unfollow(self, phone: Phone) -> None:
        person = self.account.follower(phone.id)
        assert person is not None
        person.follows = False
        person.tags = ()
        self.sim.books.forget(phone.key)
        await self.event(phone, "unsubscribe", {"EventKey": ""}, "[取消关注]")

    async def event(self, phone: Phone, event: str, fields: Mapping[str, Any], said: str) -> None:
        await self.send(phone, {"MsgType": "event", "Event": event, **fields}, said, event)

    async def send(self, phone: Phone, fields: Mapping[str, Any], said: str, event: str = "") -> None:
        if not self.account.callback_url:
            return
        body: dict[str, Any] = {"ToUserName": self.account.original_id, "FromUserName": phone.id}
        body |= {"CreateTime": self.sim.clock.stamp(), **fields}
        asked = Asked(phone.id, self.account.original_id, False, bool(event))
        door = self.sim.account_door(self.account)
        outcome = await self.sim.callbacks.deliver(door, xml.build(body), asked, f"{phone.name}：{said}")
        may_reply = phone.follows and (not event or event in WECHAT_REPLIED_EVENTS)
        _answered(phone, self.account.app_id, outcome, WECHAT_FAILURE, may_reply)

    def _open(self, phone: Phone, *, tap: bool) -> None:
        limits = self.sim.world.limits
        self.sim.books.acted(
            phone.key, limits.custom_after_tap if tap else limits.custom_after_message, tap=tap
        )


def _answered(phone: Phone, chat: str, outcome: Outcome, failure: str, may_reply: bool) -> None:
    """Put what came back on the phone."""
    if outcome.broken:
        phone.fail(chat, failure, outcome.broken)
        return
    reply = outcome.reply
    if reply is None or not may_reply or reply.kind.startswith("update_"):
        return
    kind = "image" if reply.media_id else reply.kind
    phone.show(
        chat,
        kind,
        text=reply.text,
        articles=reply.articles,
        media_id=reply.media_id,
        truncated=reply.truncated,
        passive=True,
    )
