"""Followers, menu, uploads and web login of official accounts (chapters 6 and 7 of the facts)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from aiohttp.web import FileField

from bot.simulator.account import OfficialAccount
from bot.simulator.codes import BadCode
from bot.simulator.door import Call, Json, Refused
from bot.simulator.media import looks_like_film, looks_like_picture
from bot.simulator.wechat_api.custom import follower
from bot.simulator.wechat_api.house import asker

MEGA = 1 << 20
# One page names two numbers for pictures, 10 MB and 2 MB: the stricter one.
LIMITS = {"image": 2 * MEGA, "voice": 2 * MEGA, "video": 10 * MEGA, "thumb": 64 << 10}
_FORMATS: dict[str, Callable[[bytes], bool]] = {
    "image": lambda data: looks_like_picture(data, gif=True),
    "voice": lambda data: data.startswith((b"#!AMR\n", b"ID3", b"\xff\xfb")),
    "video": looks_like_film,
    "thumb": lambda data: data.startswith(b"\xff\xd8"),
}
PAGE = 10_000


def _info(account: OfficialAccount, openid: Any) -> Json:
    person = follower(account, openid)
    if not person.follows:
        return {"subscribe": 0, "openid": person.openid}
    row: Json = {
        "subscribe": 1,
        "openid": person.openid,
        "language": "zh_CN",
        "subscribe_time": 1_788_000_000,
    }
    row |= {"remark": "", "groupid": 0, "tagid_list": list(person.tags)}
    return row | {"subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0, "qr_scene_str": ""}


async def info(call: Call) -> Json:
    return _info(asker(call), call.need("openid", 40003))


async def info_batch(call: Call) -> Json:
    rows = call.body.get("user_list")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        raise Refused(40032, "invalid openid list size")
    return {"user_info_list": [_info(asker(call), row.get("openid")) for row in rows]}


async def listed(call: Call) -> Json:
    """Pages of 10,000; an empty page has no ``data``."""
    openids = [f.openid for f in asker(call).following()]
    after = call.query.get("next_openid", "")
    if after and after not in openids:
        raise Refused(40003, "invalid openid")
    rest = openids[openids.index(after) + 1 :] if after else openids
    page = rest[:PAGE]
    answer: Json = {"total": len(openids), "count": len(page), "next_openid": page[-1] if page else ""}
    return answer | ({"data": {"openid": page}} if page else {})


async def upload(call: Call) -> Json:
    account, kind = asker(call), call.need("type", 40004)
    if kind not in LIMITS:
        raise Refused(40004, "invalid media type")
    part = call.form.get("media")
    if not isinstance(part, FileField):
        raise Refused(41005, "media data missing")
    data = part.file.read()
    if len(data) > LIMITS[kind]:
        raise Refused(45001, "media size out of limit")
    if len(data) <= 5:
        raise Refused(40006, "invalid file size")
    if not _FORMATS[kind](data):
        raise Refused(40005, "invalid file type")
    media_id = call.sim.media.put(account.app_id, kind, part.filename, data)
    return {"type": kind, "media_id": media_id, "created_at": call.sim.clock.stamp()}


def _hang(call: Call, buttons: list[dict[str, Any]]) -> None:
    account = asker(call)
    for person in account.followers:
        call.sim.phone(account.app_id, "openid", person.openid).chats[account.app_id].menu = buttons
    call.sim.pulse.beat()


async def menu_create(call: Call) -> Json:
    top = call.body.get("button")
    if not isinstance(top, list) or not 1 <= len(top) <= 3:
        raise Refused(40017, "invalid button size")
    for button in top:
        below = button.get("sub_button")
        if not button.get("name") or len(button["name"].encode()) > 16:
            raise Refused(40018, "invalid button name size")
        if below is None:
            _press(button)
            continue
        if not 1 <= len(below) <= 5:
            raise Refused(40023, "invalid sub button size")
        for lower in below:
            if not lower.get("name") or len(lower["name"].encode()) > 60:
                raise Refused(40025, "invalid sub button name size")
            _press(lower)
    _hang(call, top)
    return {}


def _press(button: Json) -> None:
    kind = button.get("type")
    if kind == "view":
        url = str(button.get("url", ""))
        if not url.startswith(("http://", "https://")) or len(url.encode()) > 1024:
            raise Refused(40055, "invalid button url domain")
    elif kind in {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
    }:
        if not button.get("key") or len(str(button["key"]).encode()) > 128:
            raise Refused(40019, "invalid button key size")
    else:
        raise Refused(40016, "invalid button type")


async def menu_get(call: Call) -> Json:
    account = asker(call)
    phones = [call.sim.phone(account.app_id, "openid", f.openid) for f in account.followers]
    if not phones or not phones[0].chats[account.app_id].menu:
        raise Refused(46003, "menu no exist")
    return {"menu": {"button": phones[0].chats[account.app_id].menu}}


async def menu_delete(call: Call) -> Json:
    _hang(call, [])
    return {}


async def login(call: Call) -> Json:
    """sns/oauth2/access_token: a code is good once, for five minutes."""
    account = call.sim.world.account(call.query.get("appid", ""))
    if account is None:
        raise Refused(40013, "invalid appid")
    if call.query.get("secret") != account.secret:
        raise Refused(40125, "invalid appsecret")
    if call.query.get("grant_type") != "authorization_code":
        raise Refused(40002, "invalid grant_type")
    try:
        key, scope = call.sim.codes.spend(account.app_id, call.query.get("code", ""))
    except BadCode as error:
        code = {"used": 40163, "expired": 42003}.get(error.reason, 40029)
        raise Refused(code, "code been used" if code == 40163 else "invalid code") from error
    openid = key.split("|", 2)[2]
    person = account.follower(openid)
    answer: Json = {"access_token": secrets.token_urlsafe(48), "expires_in": 7200}
    answer |= {"refresh_token": secrets.token_urlsafe(48), "openid": openid, "scope": scope}
    if person is not None and person.snapshot:
        answer |= {"openid": f"o-snapshot-{secrets.token_hex(6)}", "is_snapshotuser": 1}
    return answer


async def platform_ips(call: Call) -> Json:
    return {"ip_list": ["127.0.0.1"]}
