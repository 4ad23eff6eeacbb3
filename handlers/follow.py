"""二维码: what parents scan to follow 学校通知, and the page to show or print at a parents' evening."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery import wording_following as wording
from bot.messages import Choice, Content, Image, Say
from bot.people.rules import TEACHER_ROLES
from bot.routing import Router, Turn, Who
from bot.settings import WecomApp
from bot.web.rules import console_link

router = Router("follow")


@router.says("二维码", "关注码", who=Who.TEACHER, help="二维码  给没关注学校通知的家长扫")
async def code(turn: Turn) -> Say:
    units = turn.someone.units(*TEACHER_ROLES)
    apps = _apps(turn, units)
    if not apps:
        return Say(wording.no_notice())
    pictures, trouble = await pictures_for(turn, units)
    if not pictures:
        return Say(wording.no_code(trouble), (page(turn),))
    return Say(wording.show_code(), (page(turn),), more=pictures)


async def pictures_for(turn: Turn, units: Sequence[str]) -> tuple[tuple[Content, ...], str]:
    """The QR codes of the apps that serve these classes, or the error code why there is none."""
    found: dict[str, Content] = {}
    trouble = ""
    for app in _apps(turn, units):
        known = await turn.work.follows.directory(app.id)
        if known.code:
            found[known.code] = Image(known.code, wording.CODE_NAME)
        trouble = trouble or known.code_trouble
    return tuple(found.values()), trouble


def page(turn: Turn) -> Choice:
    """The one-time way to the page with the code, the names and the sheet to print."""
    base = turn.school.accounts.url_at(turn.inbound.account)
    path = console_link(turn.school.key, turn.someone.id, turn.now, "follow")
    return Choice(wording.PAGE, wording.PAGE, f"{base}{path}")


def _apps(turn: Turn, units: Sequence[str]) -> list[WecomApp]:
    apps = {app.id: app for unit in units if (app := turn.school.accounts.app_for(unit))}
    return [app for app in apps.values() if app.school_notice]
