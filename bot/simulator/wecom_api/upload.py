"""media/upload and media/get of WeCom (90253)."""

from __future__ import annotations

from aiohttp.web import FileField

from bot.simulator.door import Call, Json, Refused
from bot.simulator.media import looks_like_film, looks_like_picture, voice_seconds
from bot.simulator.wecom_api.house import asker

MEGA = 1 << 20
# Two numbers are published for pictures, 10 MB and 5 MB: the stricter one.
LIMITS = {"image": 5 * MEGA, "voice": 2 * MEGA, "video": 10 * MEGA, "file": 20 * MEGA}
LONGEST_VOICE = 60  # seconds


def take(call: Call, kind: str) -> tuple[str, bytes]:
    """File name and bytes of the part ``media``, within the limits of its kind."""
    if kind not in LIMITS:
        raise Refused(40004, "invalid media type")
    part = call.form.get("media")
    if not isinstance(part, FileField):
        raise Refused(44001, "empty media data")
    data = part.file.read()
    if len(data) <= 5:
        raise Refused(40006, "invalid file size")
    if len(data) > LIMITS[kind]:
        raise Refused(45001, "media size out of limit")
    if kind == "image" and not looks_like_picture(data):
        raise Refused(40005, "invalid file type")
    if kind == "video" and not looks_like_film(data):
        raise Refused(40005, "invalid file type")
    if kind == "voice":
        _voice(data)
    return part.filename, data


def _voice(data: bytes) -> None:
    seconds = voice_seconds(data)
    if seconds is None:
        raise Refused(40005, "invalid file type")
    if seconds > LONGEST_VOICE:
        raise Refused(45007, "voice playtime out of limit")


async def upload(call: Call) -> Json:
    corp, _app = asker(call)
    kind = call.need("type", 40004)
    name, data = take(call, kind)
    media_id = call.sim.media.put(corp.corp_id, kind, name, data)
    return {"errmsg": "", "type": kind, "media_id": media_id, "created_at": str(call.sim.clock.stamp())}
