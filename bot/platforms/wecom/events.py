"""The events of WeCom (90240 and the pages it names), lower-cased, and what may be answered on the spot."""

from __future__ import annotations

from typing import Any, Final

from wechatpy.enterprise.events import EVENT_TYPES, register_event
from wechatpy.events import BaseEvent

from bot.messages import Inbound, Kind

EVENTS: Final = frozenset(
    {
        # 90240
        "subscribe",
        "unsubscribe",
        "enter_agent",
        "location",
        "click",
        "view",
        "view_miniprogram",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
        "batch_job_result",
        "template_card_event",
        "template_card_menu_event",
        "inactive_alert",
        "close_inactive_agent",
        "reopen_inactive_agent",
        "low_active_alert",
        "low_active",
        "active_restored",
        "share_agent_change",
        "share_chain_change",
        "open_approval_change",
        "sys_approval_change",
        "change_contact",
        # 92032
        "change_school_contact",
        # 92130
        "change_external_contact",
        "change_external_chat",
        "change_external_tag",
        # names of earlier documents that may still arrive
        "taskcard_click",
        "kf_msg_or_event",
    }
)

CARD_EVENTS: Final = frozenset({"template_card_event", "template_card_menu_event"})

# 90241. Card taps are left out: two places of the documents contradict each other, so nothing rests on it.
ANSWERED: Final = frozenset(
    {
        "subscribe",
        "enter_agent",
        "location",
        "click",
        "view",
        "view_miniprogram",
        "scancode_waitmsg",
        "template_card_menu_event",
    }
)


def can_answer(inbound: Inbound) -> bool:
    """Whether a passive text reply to this callback reaches the person; unknown kinds get an empty 200."""
    if inbound.sender is None or inbound.kind is Kind.UNKNOWN:
        return False
    return inbound.kind is not Kind.EVENT or inbound.event in ANSWERED


def _register_missing() -> None:
    """wechatpy 1.8 stopped before cards and the school directory; its registry takes any class."""
    for event in sorted(EVENTS - set(EVENT_TYPES)):
        fields: dict[str, Any] = {"event": event}
        register_event(event)(type(BaseEvent)(f"{event.title().replace('_', '')}Event", (BaseEvent,), fields))


_register_missing()
