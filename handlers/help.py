"""帮助: built from the routes themselves, different for everyone who asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.duties.wording_talk import NOTHING_OF_THIS
from bot.messages import Choice, Kind, Say
from bot.people.rules import Person
from bot.routing import Router, Turn, Who, allowed
from bot.wording import NOT_FOUND

_CLOSING = "学校不会通过任何群或机器人收费、要验证码、发下载链接。"


def lines_for(routers: Sequence[Router], person: Person | None) -> list[str]:
    """The help line of every route this person can use, in the order of the conversations.

    Of two routes for the same words only the first ever answers.
    """
    lines: dict[tuple[str, ...], str] = {}
    for route in (r for router in routers for r in router.routes):
        if route.help and allowed(route.who, person):
            lines.setdefault(route.words, route.help)
    return list(lines.values())


def make(routers: Callable[[], Sequence[Router]]) -> Router:
    """帮助 itself; ``routers`` is asked when somebody asks, so that help never goes stale."""
    router = Router("help")

    @router.says("帮助", "help", "?", "菜单", who=Who.EVERYONE)
    async def help_(turn: Turn) -> Say:
        lines = lines_for(routers(), turn.person)
        return Say("\n".join(["我能做这些：", *lines, _CLOSING]), _first(turn.person))

    return router


def last(routers: Callable[[], Sequence[Router]]) -> Router:
    """What is said when nobody else understood; a word of one's own with nothing open is no riddle."""
    router = Router("last")

    async def nobody(turn: Turn) -> Say | None:
        if turn.inbound.kind is Kind.TEXT:
            if _is_a_word(turn, routers()):
                return Say(NOTHING_OF_THIS, (Choice("我的", "我的待办"),))
            return Say(NOT_FOUND, (*_first(turn.person), Choice("帮助", "帮助")))
        if turn.inbound.kind in (Kind.EVENT, Kind.UNKNOWN):
            return Say()
        choices = (Choice("我的", "我的待办"), Choice("帮助", "帮助"))
        return Say("收到，但我看不懂图片和语音。要办的事发「我的」，别的发「帮助」。", choices)

    router.anything(who=Who.KNOWN)(nobody)
    return router


def _is_a_word(turn: Turn, routers: Sequence[Router]) -> bool:
    routes = (route for router in routers for route in router.routes)
    return any(turn.word in route.words and allowed(route.who, turn.person) for route in routes)


def _first(person: Person | None) -> tuple[Choice, ...]:
    if person is None:
        return ()
    if person.is_admin:
        return (Choice("/stats", "/stats 完成情况"),)
    if person.is_teacher:
        return (Choice("本班", "本班"), Choice("未完成", "未完成"))
    return (Choice("答题", "答题"), Choice("我的", "我的待办"))
