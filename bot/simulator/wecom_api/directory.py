"""Who is logged in, members and departments, addresses, menu (91023, 91857, 90196, 95350, 90231)."""

from __future__ import annotations

from typing import Any

from bot.simulator.codes import BadCode
from bot.simulator.corp import App
from bot.simulator.door import Call, Json, Refused
from bot.simulator.wecom_api.house import asker

_PICTURES = ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
_SCANS = ("scancode_push", "scancode_waitmsg")
_BUTTONS = ("click", "view", "view_miniprogram", "location_select", *_SCANS, *_PICTURES)


def _spend(call: Call) -> tuple[str, str]:
    """Realm and id of who logged in."""
    corp, _app = asker(call)
    try:
        key, _scope = call.sim.codes.spend(corp.corp_id, call.need("code", 40029))
    except BadCode as error:
        raise Refused({"expired": 42003, "used": 42022}.get(error.reason, 40029), "invalid code") from error
    house, realm, id_ = key.split("|", 2)
    return (realm, id_) if house == corp.corp_id else ("outsider", id_)


async def member_login(call: Call) -> Json:
    corp, _app = asker(call)
    realm, id_ = _spend(call)
    if realm != "member":
        return {"openid": f"o{id_}", **({"external_userid": f"wm{id_}"} if realm == "parent" else {})}
    member = corp.member(id_)
    assert member is not None
    return {"userid": member.userid}


async def school_login(call: Call) -> Json:
    corp, _app = asker(call)
    realm, id_ = _spend(call)
    parent = corp.school.parent(id_) if realm == "parent" else None
    return {"DeviceId": "", "parent_userid": parent.parent_userid} if parent else {"DeviceId": ""}


async def user_get(call: Call) -> Json:
    corp, app = asker(call)
    member = corp.visible(app).get(call.need("userid", 40003).lower())
    if member is None:
        raise Refused(60111, "userid not found")
    departments = list(member.departments)
    row = {"userid": member.userid, "name": member.name, "department": departments}
    return row | {"main_department": departments[0], "status": 1 if member.active else 5}


async def user_simplelist(call: Call) -> Json:
    corp, app = asker(call)
    department = int(call.need("department_id", 40058))
    found = [m for m in corp.visible(app).values() if department in m.departments]
    return {
        "userlist": [{"userid": m.userid, "name": m.name, "department": list(m.departments)} for m in found]
    }


async def department_simplelist(call: Call) -> Json:
    corp, _app = asker(call)
    rows = [{"id": d.id, "parentid": d.parentid, "order": n} for n, d in enumerate(corp.departments, 1)]
    return {"department_id": rows}


async def platform_ips(call: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}


async def menu_create(call: Call) -> Json:
    _own(call)
    _menu(call.body)
    _hang(call, call.body["button"])
    return {}


def _own(call: Call) -> App:
    """The app whose menu is meant: the token's own."""
    _corp, app = asker(call)
    if call.need("agentid", 41011) != str(app.agent_id):
        raise Refused(301002, "not allow operate another agent with this accesstoken")
    return app


async def menu_get(call: Call) -> Json:
    app = _own(call)
    chats = [
        p.chats[f"app-{app.agent_id}"] for p in call.sim.phones.values() if f"app-{app.agent_id}" in p.chats
    ]
    if not chats or not chats[0].menu:
        raise Refused(46003, "no menu")
    return {"button": chats[0].menu}


async def menu_delete(call: Call) -> Json:
    _own(call)
    _hang(call, [])
    return {}


def _hang(call: Call, buttons: list[dict[str, Any]]) -> None:
    corp, app = asker(call)
    for phone in call.sim.phones.values():
        if phone.corp == corp.corp_id and f"app-{app.agent_id}" in phone.chats:
            phone.chats[f"app-{app.agent_id}"].menu = buttons
    call.sim.pulse.beat()


def _menu(body: Json) -> None:
    """Two levels, 3 by 5, names of 16 and 40 bytes."""
    top = body.get("button")
    if not isinstance(top, list) or not 1 <= len(top) <= 3:
        raise Refused(40017, "button size invalid")
    for button in top:
        below = button.get("sub_button")
        _name(button, 16, 40018)
        if below is None:
            _press(button)
            continue
        if not 1 <= len(below) <= 5:
            raise Refused(40023, "sub button size invalid")
        for lower in below:
            _name(lower, 40, 40025)
            if lower.get("sub_button"):
                raise Refused(40022, "sub button level invalid")
            _press(lower)


def _name(button: Json, most: int, code: int) -> None:
    if not button.get("name") or len(str(button["name"]).encode()) > most:
        raise Refused(code, "button name size invalid")


def _press(button: Json) -> None:
    if button.get("type") not in _BUTTONS:
        raise Refused(40016, "button type invalid")
    if button["type"] == "view":
        url = str(button.get("url", ""))
        if not url.startswith(("http://", "https://")):
            raise Refused(40055, "button url must have a scheme")
        if len(url.encode()) > 1024:
            raise Refused(40020, "button url size invalid")
    elif not button.get("key") and button["type"] != "view_miniprogram":
        raise Refused(40019, "button key missing")
    if len(str(button.get("key", "")).encode()) > 128:
        raise Refused(40019, "button key size invalid")
