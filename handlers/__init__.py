"""What people can say to the bot. The tuple is the table of contents; the first route that answers wins."""

from __future__ import annotations

from bot.routing import Router
from handlers import (
    account,
    alert,
    bind,
    check,
    classes,
    classroom,
    confirm,
    console,
    events,
    follow,
    forward,
    help,
    letters,
    office,
    oncall,
    publish,
    push,
    quiz,
    record,
    results,
    scene,
    sos,
    staff,
    stats,
    stop,
    talk,
)


def _all() -> tuple[Router, ...]:
    return ROUTERS


ROUTERS: tuple[Router, ...] = (
    sos.router,
    oncall.router,
    results.router,
    publish.router,
    events.router,
    bind.router,
    account.router,
    check.router,
    confirm.router,
    forward.router,
    office.router,
    classes.router,
    classroom.router,
    record.router,
    follow.router,
    staff.router,
    stats.router,
    push.router,
    stop.router,
    alert.router,
    console.router,
    help.make(_all),
    quiz.signing,
    letters.router,  # a letter's words and one's own name are no answer to a question
    talk.router,
    quiz.router,
    scene.router,
    help.last(_all),
    bind.LAST,
)
