"""What people can say to the bot. The tuple is the table of contents; the first route that answers wins."""

from __future__ import annotations

from bot.routing import Router
from handlers import (
    account,
    alert,
    bind,
    check,
    classes,
    confirm,
    console,
    events,
    forward,
    help,
    letters,
    office,
    oncall,
    push,
    quiz,
    scene,
    sos,
    stats,
)


def _all() -> tuple[Router, ...]:
    return ROUTERS


ROUTERS: tuple[Router, ...] = (
    sos.router,
    oncall.router,
    events.router,
    bind.router,
    account.router,
    check.router,
    confirm.router,
    forward.router,
    office.router,
    classes.router,
    stats.router,
    push.router,
    alert.router,
    console.router,
    help.make(_all),
    quiz.router,
    letters.router,
    scene.router,
    help.last(),
    bind.LAST,
)
