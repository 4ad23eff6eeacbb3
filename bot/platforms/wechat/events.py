"""The events of an official account (document section 2), lower-cased, what may be answered at once."""

from __future__ import annotations

from typing import Any, Final

from wechatpy.events import EVENT_TYPES, BaseEvent, register_event

from bot.messages import Inbound, Kind

# The person is in OpenID: FromUserName is the platform.
OPENID_EVENTS: Final = frozenset(
    {"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"}
)

# FromUserName is the account's side or the platform: never a person.
ACCOUNT_EVENTS: Final = frozenset(
    {
        "masssendjobfinish",
        "publishjobfinish",
        "qualification_verify_success",
        "qualification_verify_fail",
        "naming_verify_success",
        "naming_verify_fail",
        "annual_renew",
        "verify_expired",
    }
)

# The table's column "can reply passively".
ANSWERED: Final = frozenset({"subscribe", "scan", "location", "click", "scancode_waitmsg", "debug_demo"})

EVENTS: Final = (
    OPENID_EVENTS
    | ACCOUNT_EVENTS
    | ANSWERED
    | frozenset(
        {
            "unsubscribe",
            "view",
            "scancode_push",
            "pic_sysphoto",
            "pic_photo_or_album",
            "pic_weixin",
            "location_select",
            "view_miniprogram",
            "templatesendjobfinish",
            "subscribe_msg_popup_event",
            "subscribe_msg_change_event",
            "subscribe_msg_sent_event",
            "kf_create_session",
            "kf_close_session",
            "kf_switch_session",
        }
    )
)


def can_answer(inbound: Inbound) -> bool:
    """Whether a passive text reply to this callback reaches the person; unknown kinds get an empty 200."""
    if inbound.sender is None or inbound.kind is Kind.UNKNOWN:
        return False
    return inbound.kind is not Kind.EVENT or inbound.event in ANSWERED


def _register_missing() -> None:
    """wechatpy 1.8 stopped before subscription notices and publishing; its registry takes any class."""
    for event in sorted(EVENTS - set(EVENT_TYPES)):
        fields: dict[str, Any] = {"event": event}
        register_event(event)(type(BaseEvent)(f"{event.title().replace('_', '')}Event", (BaseEvent,), fields))


_register_missing()
