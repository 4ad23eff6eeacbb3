"""/a/{slug}/file/{text}/{name}, /cover/{text}: what lies beside a text, for whoever got no file in a chat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.duties.rules import Occurrence, OccurrenceState
from bot.materials.rules import PICTURES, Enclosure, Material
from bot.web import wording
from bot.web.article_text import WORDS, texts_for
from bot.web.visit import Visit

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_TYPES: Final[Mapping[str, str]] = {
    "amr": "audio/amr", "mp3": "audio/mpeg", "mp4": "video/mp4", "pdf": "application/pdf",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "txt": "text/plain",
    "doc": "application/msword", "docx": f"{_OFFICE}.wordprocessingml.document",
    "ppt": "application/vnd.ms-powerpoint", "pptx": f"{_OFFICE}.presentationml.presentation",
    "xls": "application/vnd.ms-excel", "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}  # fmt: skip
_HEARD: Final = frozenset({"mp3"})  # what every phone plays within a page


@dataclass(frozen=True, slots=True)
class Shown:
    """One file of a page: seen, heard, or opened by its name."""

    name: str
    url: str
    seen: bool
    heard: bool


def shown(slug: str, texts: Iterable[Material]) -> list[Shown]:
    return [
        Shown(
            file.name,
            f"/a/{slug}/file/{text.id}/{quote(file.name)}",
            file.ending in PICTURES,
            file.ending in _HEARD,
        )
        for text in texts
        for file in text.files
    ]


def fetched(visit: Visit, occurrence: Occurrence) -> web.Response:
    """The file, if it belongs to a text of this occurrence."""
    wanted = visit.request.match_info
    texts = texts_for(visit.school.library, occurrence, WORDS)
    files = [file for text in texts if text.id == wanted["text"] for file in text.files]
    found = next((file for file in files if file.name == wanted["name"]), None)
    if found is None or occurrence.state is OccurrenceState.STOPPED:
        return visit.say(wording.no_such_page(), 404)
    return _response(visit, found)


async def cover(visit: Visit) -> web.StreamResponse:
    """GET /cover/{text}: the picture on a message, which the platform fetches before anybody opens it."""
    text = visit.school.library.get(visit.request.match_info["text"])
    found = text.cover if text else None
    return _response(visit, found) if found else visit.say(wording.no_such_page(), 404)


def _response(visit: Visit, file: Enclosure) -> web.Response:
    """All of it, or the part that is asked for: an iPhone plays nothing that it cannot get in parts."""
    whole = len(file.data)
    try:
        part = visit.request.http_range
    except ValueError:  # not one range of bytes: answered as if nothing had been asked
        part = slice(None)
    first, end, _ = part.indices(whole)
    if first == whole:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{whole}"})
    partly = {"Content-Range": f"bytes {first}-{end - 1}/{whole}"} if part.start is not None else {}
    return web.Response(
        body=file.data[first:end],
        status=206 if partly else 200,
        content_type=_TYPES[file.ending],
        charset="utf-8" if file.ending == "txt" else None,
        headers={
            **partly,
            "Accept-Ranges": "bytes",
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(file.name)}",
            "Cache-Control": "private, max-age=600",  # twenty megabytes are not fetched twice by one phone
        },
    )
