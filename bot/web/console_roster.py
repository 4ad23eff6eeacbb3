"""/console/roster: a file in, the difference to look at, and only then applied; one step can be taken back.

Between looking and applying the file stays in the administrator's own page, so that no list of names waits on
our disk, and any replica can apply it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import zlib
from typing import Final

from aiohttp import web
from aiohttp.web_request import FileField

from bot.duties.actions_families import follow_families
from bot.duties.events import after_import
from bot.errors import BadFile, Refusal
from bot.people import wording as people
from bot.people.actions import Preview, corps_of, import_roster, preview_roster, undo_roster
from bot.people.difference import Difference
from bot.web import wording
from bot.web.console import Desk, desk
from bot.web.visit import Visit
from bot.work import Work

_LIMIT: Final = 20 * 1024 * 1024  # bytes of a request
_UNPACKED: Final = 64 * 1024 * 1024


async def form(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.reading() as tx:
        me = await _importer(visit, Work(tx))
    return _page(visit, me)


async def preview(visit: Visit) -> web.StreamResponse:
    """POST with a file: what it would change. Nothing is written but that somebody looked."""
    given = (await visit.form(_LIMIT)).get("file")
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await _importer(visit, work)
        if not isinstance(given, FileField) or not given.filename:
            return _page(visit, me, said=wording.no_file(), status=400)
        data = await asyncio.to_thread(given.file.read)
        work.people.audit(me.person.id, "roster preview", visit.now, {"bytes": len(data)})
    return await _look(visit, me, data, given.filename)


async def apply(visit: Visit) -> web.StreamResponse:
    """POST from the preview: exactly what was shown, or nothing."""
    posted = await visit.form(_LIMIT)
    name, shown = str(posted.get("name", ""))[:120], str(posted.get("shown", ""))
    data = await asyncio.to_thread(_unpacked, str(posted.get("data", "")))
    corps = corps_of(visit.school.accounts.apps())
    async with visit.pages.database.reading() as tx:
        await _importer(visit, Work(tx))
    seen = await _preview(visit, data, name)  # seconds, in which SQLite must be free for those who answer
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await _importer(visit, work)
        if _mark(seen.difference) == shown:
            try:
                done = await import_roster(
                    tx,
                    seen,
                    corps,
                    who=me.person.id,
                    now=visit.now,
                    allow_many_leavers=bool(posted.get("many")),
                )
            except Refusal as refusal:
                return _page(visit, me, said=refusal.sentence, status=409)
            if done is not None:
                await after_import(work, visit.school, done, visit.now)
                visit.pages.wake()
            return _page(visit, me, said=people.applied(seen.difference) if done else people.nothing_to_do())
    return await _look(visit, me, data, name, said=people.stale())


async def undo(visit: Visit) -> web.StreamResponse:
    await visit.form()
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await _importer(visit, work)
        undone = await undo_roster(tx, who=me.person.id, now=visit.now)
        await follow_families(work, visit.school, visit.now)
    visit.pages.wake()
    return _page(visit, me, said=people.undone(undone.removed, undone.restored))


async def _look(visit: Visit, me: Desk, data: bytes, name: str, said: str = "") -> web.Response:
    try:
        seen = await _preview(visit, data, name)
    except BadFile as bad:
        return _page(visit, me, said=people.complaints(bad.complaints, 100), status=400)
    packed = await asyncio.to_thread(lambda: base64.urlsafe_b64encode(zlib.compress(data)).decode())
    return visit.page(
        "console_roster.html",
        me=me,
        said=said,
        seen=seen,
        name=name,
        data=packed,
        shown=_mark(seen.difference),
        notes=people.notes(seen.file, seen.difference),
        too_many=people.too_many_leavers(seen.difference) if seen.difference.many_leavers else "",
    )


async def _preview(visit: Visit, data: bytes, name: str) -> Preview:
    async with visit.pages.database.reading() as tx:
        return await preview_roster(tx, data, name, corps_of(visit.school.accounts.apps()))


async def _importer(visit: Visit, work: Work) -> Desk:
    me = await desk(visit, work)
    if not me.may_import:
        raise Refusal(wording.not_allowed())
    return me


def _page(visit: Visit, me: Desk, said: str = "", status: int = 200) -> web.Response:
    return visit.page("console_roster.html", status, me=me, said=said, seen=None)


def _unpacked(text: str) -> bytes:
    """The file from the page. Raises Refusal for anything else, and for what would swell beyond reason."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(base64.urlsafe_b64decode(text.encode()), _UNPACKED)
    except (zlib.error, binascii.Error, ValueError):
        raise Refusal(wording.stale_form()) from None
    if not unpacker.eof:
        raise Refusal(wording.stale_form())
    return data


def _mark(difference: Difference) -> str:
    """Stands for what was shown: equal marks change the same people in the same way."""
    lines = [
        sorted(row.code for row in difference.new),
        sorted([change.after.code, change.after.unit, *change.what] for change in difference.changes),
        sorted(known.code for known in difference.leavers),
    ]
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:32]
