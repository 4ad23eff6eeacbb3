"""/verify/{code}: is this receipt or message code ours? For everybody; says enough to check, not to find."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.receipts.rules import holds, tidy_code
from bot.receipts.wording import not_ours
from bot.web import wording
from bot.web.visit import Visit
from bot.work import Work


async def form(visit: Visit) -> web.StreamResponse:
    """/verify: the form; what is typed there becomes an address that can be passed on."""
    if code := tidy_code(visit.asked("code"))[:20]:
        return visit.see_other(f"/verify/{quote(code)}")
    return visit.page("verify.html", code="", ours=None, text="", link="")


async def show(visit: Visit) -> web.StreamResponse:
    if not visit.pages.verifying.admit(visit.ip, visit.now):
        return visit.page("verify.html", 429, code="", ours=None, text=wording.too_many_tries(), link="")
    code = tidy_code(visit.request.match_info["code"])[:20]
    async with visit.pages.database.reading() as tx:
        receipts = Work(tx).receipts
        message = await receipts.message(code)
        receipt = None if message else await receipts.find(code)
    if message is not None:
        text = wording.message_of_ours(visit.school.name, *message)
        return visit.page("verify.html", code=code, ours=True, text=text, link=f"/a/{code}")
    if receipt is not None and holds(visit.school.key, receipt):
        return visit.page("verify.html", code=code, ours=True, text=wording.receipt_of_ours(receipt), link="")
    return visit.page("verify.html", code=code, ours=False, text=not_ours(), link="")
