"""你好, 谢谢, 我做完了, 怎么签: people talk to a bot as to a person, and hear what comes next."""

from __future__ import annotations

from typing import Final

from bot.duties.talking import Meant, meant
from bot.duties.wording_talk import (
    ALL_DONE,
    FOR_MORE,
    GO_ON,
    GOOD,
    HELLO,
    NOTHING_TO_DO,
    ONE_IS_ENOUGH,
    SIGNATURE_LEFT,
    TO_BE_CHECKED,
    WELCOME,
    still_open,
)
from bot.messages import Choice, Say
from bot.quiz.rules import Sitting, State
from bot.routing import Router, Turn
from handlers.account import own_list, whom_to_ask

router = Router("talk")
_ENOUGH: Final = 2  # replies that were no answer, as in handlers/quiz
_COURTESY: Final = {Meant.HELLO: HELLO, Meant.THANKS: WELCOME, Meant.SEEN: GOOD}


@router.text()
async def talked(turn: Turn) -> Say | None:
    """No answer to a question is read as talk; how to answer it is for the question itself to say."""
    said = meant(turn.inbound.text)
    match said:
        case None:
            return None
        case Meant.BOTH:
            return Say(ONE_IS_ENOUGH)
        case Meant.WRONG_PERSON:
            return Say(TO_BE_CHECKED + await whom_to_ask(turn))
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is not None and sitting.state is State.MASTERED:
        return Say(_COURTESY.get(said, "") + SIGNATURE_LEFT, (Choice("继续", "继续"),))
    if said in _COURTESY:
        return _courtesy(said, sitting)
    if sitting is not None and (said is Meant.NO_IDEA or (said is Meant.HOW and not sitting.practice)):
        return None
    tasks, choices = await own_list(turn)
    if tasks:
        return Say(still_open(tasks), choices)
    if sitting is not None and said is Meant.HOW:
        return None
    return Say(ALL_DONE if said is Meant.DONE else NOTHING_TO_DO + FOR_MORE)


def _courtesy(said: Meant, sitting: Sitting | None) -> Say | None:
    if sitting is not None and sitting.unclear > _ENOUGH and said is Meant.SEEN:
        return None  # we have said how to go on, and are quiet
    if sitting is not None:
        return Say(_COURTESY[said] + GO_ON, (Choice("继续", "继续"),))
    if said is Meant.HELLO:
        return Say(HELLO + FOR_MORE, (Choice("我的", "我的待办"), Choice("帮助", "帮助")))
    return Say(_COURTESY[said])
