"""答题: a paper to full marks, resumed after days, signed at the end."""

from __future__ import annotations

from dataclasses import replace

from bot.duties.actions import prove
from bot.duties.composing import is_card_of
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.duties.talking import Meant, meant
from bot.duties.wording import late
from bot.errors import Refusal
from bot.ids import new_id
from bot.messages import Choice, Kind, Say
from bot.people.spelling import same_name
from bot.quiz import wording
from bot.quiz.actions import sign_test
from bot.quiz.answers import read_answer
from bot.quiz.drawing import TEST_POINTS, Blueprint, Drawn, blueprint_of, draw
from bot.quiz.items import ItemType
from bot.quiz.rules import (
    Did,
    Sitting,
    State,
    answer,
    begin,
    fits,
    letters_on_table,
    mended,
    moved,
    unclear,
)
from bot.receipts.actions import by_hand
from bot.receipts.rules import Level
from bot.receipts.wording import issued, please_by_hand
from bot.routing import Router, Turn, Who
from bot.school import audience_of

signing = Router("signing")
router = Router("quiz")
PRACTICE_POINTS = 10  # where the plan says nothing
SIGN = (Choice("签收", "确认签名"), Choice("有误", "有误"))


@router.says("答题", "quiz", "开始", "开始测试", "开始答题", "做题", help="答题  做测试或练习，随时可停")
async def start(turn: Turn) -> Say | None:
    sitting = await turn.work.quizzes.current(turn.someone.id)
    open_test = await _open_test(turn, sitting.task if sitting else 0)
    if sitting is not None and not sitting.practice:
        if open_test is None or open_test[0].id == sitting.task:
            return await _go_on(turn, sitting)
        turn.work.quizzes.put_aside(sitting, turn.now)
    elif sitting is not None:
        if open_test is None and not turn.rest:
            return await _go_on(turn, sitting)
        turn.work.quizzes.keep(moved(sitting, Did.LEFT), turn.now)  # one paper on the table at a time
    if open_test is None:
        return await _practice(turn)
    return await _sit_down(turn, *open_test)


@router.taps("go")
async def start_by_tap(turn: Turn) -> Say | None:
    say = await start(turn)
    return Say(say.text, say.choices, say.question, say.more, close="已开始") if say else None


@router.says("继续", "继续答题", "接着做", "resume", help="继续  接着上次的题")
async def resume(turn: Turn) -> Say | None:
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is not None:
        return await _go_on(turn, sitting)
    open_test = await _open_test(turn)
    return Say(wording.nothing_open()) if open_test is None else await _sit_down(turn, *open_test)


@router.says("退出", "quit", "exit", help="退出  先停下，进度不丢")
async def leave(turn: Turn) -> Say | None:
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is None:
        return Say(wording.nothing_open())
    if sitting.practice:
        turn.work.quizzes.keep(moved(sitting, Did.LEFT), turn.now)
    else:
        turn.work.quizzes.put_aside(sitting, turn.now)
    return Say(wording.left(sitting))


@router.taps("q")
async def tapped(turn: Turn) -> Say | None:
    """A card's answer; a card whose question has passed costs nothing."""
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is not None and sitting.state is State.MASTERED:
        return await _full_marks(turn, sitting, close="已过去")
    if sitting is None or sitting.table is None:
        return Say(wording.nothing_open(), close="已过去")
    if not fits(sitting, turn.school.bank):
        return await _replaced(turn, sitting, close="已过去")
    current = f"q-{sitting.id}-{sitting.table.step}"
    if turn.inbound.card_task.partition("@")[0] != current:
        return _show(turn, sitting, wording.stale(), close="已过去")
    item = turn.school.bank.items[sitting.table.question]
    chosen = "".join(turn.inbound.selected) or turn.inbound.event_key
    return await _judge(turn, sitting, chosen, item.type is ItemType.JUDGE, close="已作答")


@signing.text()
async def signs(turn: Turn) -> Say | None:
    """Full marks wait for a signature before any letter does."""
    sitting = await turn.work.quizzes.current(turn.someone.id)
    return await _signature(turn, sitting) if sitting and sitting.state is State.MASTERED else None


@router.text()
async def typed(turn: Turn) -> Say | None:
    """An answer, or something that is none while a question waits."""
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is None or sitting.table is None:
        return None
    if not fits(sitting, turn.school.bank):
        return await _replaced(turn, sitting)
    item = turn.school.bank.items[sitting.table.question]
    return await _judge(turn, sitting, turn.inbound.text, item.type is ItemType.JUDGE)


async def picture(turn: Turn) -> Say | None:
    """Anything that is no text while a question waits."""
    if turn.inbound.kind in (Kind.TEXT, Kind.EVENT, Kind.UNKNOWN):
        return None
    sitting = await turn.work.quizzes.current(turn.someone.id)
    return Say(wording.no_pictures()) if sitting is not None and sitting.table is not None else None


router.anything(who=Who.KNOWN)(picture)


async def _judge(turn: Turn, sitting: Sitting, text: str, judge: bool, close: str = "") -> Say | None:
    assert sitting.table is not None
    item = turn.school.bank.items[sitting.table.question]
    shown = read_answer(text, letters_on_table(sitting), judge=judge)
    if shown is None or (item.type is ItemType.SINGLE and len(shown) != 1):
        after = unclear(sitting)
        turn.work.quizzes.keep(after, turn.now)
        # After three unclear replies in a row we say once how to go on, then stay quiet.
        no_idea = meant(text) in (Meant.HOW, Meant.NO_IDEA)
        return Say(wording.unclear(sitting, item, no_idea) if sitting.unclear <= 2 else "", close=close)
    verdict = answer(sitting, shown, turn.school.bank, turn.rng)
    turn.work.quizzes.keep(verdict.sitting, turn.now, verdict.step)
    return await _after(turn, verdict.sitting, verdict.did, wording.judged(verdict), close)


async def _resumed(turn: Turn, sitting: Sitting) -> Say:
    if not fits(sitting, turn.school.bank):
        return await _replaced(turn, sitting)
    if sitting.state is State.MASTERED:
        return await _full_marks(turn, sitting)
    return _show(turn, sitting, wording.resumed(sitting))


async def _replaced(turn: Turn, sitting: Sitting, close: str = "") -> Say:
    """The bank was edited under an open question: what they said about it is not judged."""
    did, after = mended(sitting, turn.school.bank, turn.rng)
    turn.work.quizzes.keep(after, turn.now)
    if did is Did.LEFT:
        return Say(wording.all_withdrawn(), (Choice("答题", "换一份新卷"),), close=close)
    told = wording.replaced() if did is None else wording.withdrawn()
    return await _after(turn, after, did, told, close)


async def _after(turn: Turn, sitting: Sitting, did: Did | None, told: str, close: str) -> Say:
    if did is Did.ENDED_UNCLEAN:
        return Say(f"{told}\n{wording.unclean(sitting)}", (Choice("答题", "换一份新卷"),), close=close)
    if sitting.state is State.ASKING:
        return _show(turn, sitting, told, close)
    if sitting.practice:
        turn.work.quizzes.keep(moved(sitting, Did.LEFT), turn.now)
        return Say(f"{told}\n{wording.mastered(sitting, turn.someone, 1, turn.now)}", close=close)
    found = await turn.work.duties.task(sitting.task)
    if found is not None and found[1].ask is not Ask.FULL_MARKS:
        await prove(
            turn.work, *found, found[1].ladder.done or ProofKind.TAPPED, turn.someone.id, turn.via, turn.now
        )
        turn.work.quizzes.keep(moved(sitting, Did.LEFT), turn.now)
        return Say(f"{told}\n{wording.through(sitting)}", close=close)
    if found is not None:
        await prove(turn.work, *found, ProofKind.MASTERED, turn.someone.id, turn.via, turn.now)
    return await _full_marks(turn, sitting, f"{told}\n", close)


async def _full_marks(turn: Turn, sitting: Sitting, told: str = "", close: str = "") -> Say:
    """What is left is the signature, at the level the school has chosen."""
    text = told + wording.mastered(sitting, turn.someone, turn.school.test_level, turn.now)
    match turn.school.test_level:
        case Level.TAP:
            return Say(text, SIGN, close=close)
        case Level.HAND:
            return Say(text, await _pages(turn, sitting), close=close)
        case _:
            return Say(text, close=close)


async def _pages(turn: Turn, sitting: Sitting) -> tuple[Choice, ...]:
    found = await turn.work.duties.task(sitting.task)
    if found is None:
        return ()
    task, occurrence = found
    # The proof of these very marks may be among the writes of this turn.
    mastered = replace(task, tier=max(task.tier, occurrence.ladder.tier(ProofKind.MASTERED)))
    tasks = [(mastered, occurrence)]
    return await by_hand(turn.work, turn.school, turn.inbound.account, turn.someone, tasks, turn.now)


async def _signature(turn: Turn, sitting: Sitting) -> Say | None:
    """签收 by tap or word is level 1, one's own name typed is level 2; level 3 is on a page."""
    typed_name = same_name(turn.inbound.text, turn.someone.name)
    if turn.word in ("有误", "不是我", "不是本人"):
        turn.work.quizzes.put_aside(sitting, turn.now)
        return Say("没有签收。请让老师核对您的账号，核对后发「继续」再签。")
    if not typed_name and turn.word not in ("签收", "确认签名", "签字", "签名", "确认", "sign"):
        return None
    if turn.school.test_level == Level.HAND:
        return Say(please_by_hand(), await _pages(turn, sitting))
    if not typed_name and turn.school.test_level > Level.TAP:
        raise Refusal("请键入您的姓名签名。")
    level = Level.NAME if typed_name else Level.TAP
    found = await turn.work.duties.task(sitting.task)
    if found is None:
        return None
    sealed = await sign_test(turn.work, turn.school, sitting, *found, turn.someone, level, turn.via, turn.now)
    return Say(issued(sealed))


async def _open_test(turn: Turn, under_way: int = 0) -> tuple[Task, Occurrence] | None:
    """The test of the tapped card, else the one under way, else the one that has waited longest."""
    tests = [t for t in await turn.work.duties.open_tasks(turn.someone.id) if t[1].do is Do.QUIZ]
    card = turn.inbound.card_task
    return min(tests, key=lambda t: (not is_card_of(t[1], card), t[0].id != under_way), default=None)


async def _sit_down(turn: Turn, task: Task, occurrence: Occurrence) -> Say:
    """A fresh paper for the test, or the one that was left."""
    earlier = await turn.work.quizzes.latest_of(task.id)
    if earlier is not None and earlier.state in (State.ASKING, State.MASTERED):
        return await _go_on(turn, earlier)
    blueprint = _blueprint(turn, occurrence.material, TEST_POINTS)
    drawn = await _drawn(turn, blueprint)
    sitting = begin(
        new_id(turn.now),
        turn.someone.id,
        task.id,
        occurrence.title,
        blueprint.mode,
        drawn,
        turn.school.bank,
        turn.rng,
    )
    turn.work.quizzes.start(sitting, turn.now)
    await prove(turn.work, task, occurrence, ProofKind.STARTED, turn.someone.id, turn.via, turn.now)
    text = wording.opening(sitting, task.due_at)
    if task.due_at is not None and turn.now > task.due_at:
        text = f"{late(task.due_at)}\n{text}"
    return _show(turn, sitting, text)


async def _practice(turn: Turn) -> Say:
    drawn = await _drawn(turn, _blueprint(turn, "practice", PRACTICE_POINTS))
    sitting = begin(
        new_id(turn.now), turn.someone.id, 0, "练习", "mastery", drawn, turn.school.bank, turn.rng
    )
    turn.work.quizzes.start(sitting, turn.now)
    return _show(turn, sitting, wording.opening(sitting, None))


def _blueprint(turn: Turn, name: str, points: int) -> Blueprint:
    audience = audience_of(turn.someone.kind, turn.someone.stage)
    return blueprint_of(turn.school.plan, name, audience, points)


async def _drawn(turn: Turn, blueprint: Blueprint) -> tuple[Drawn, ...]:
    seen = await turn.work.quizzes.seen(turn.someone.id)
    drawn = draw(turn.school.bank, blueprint, seen, turn.rng)
    if not drawn:
        raise Refusal("题库里还没有适合您的题，请告诉老师。")
    return drawn


async def _go_on(turn: Turn, sitting: Sitting) -> Say:
    """What was left, back on the table; whoever asks for it is listening again."""
    turn.work.quizzes.keep(replace(sitting, unclear=0), turn.now)
    return await _resumed(turn, sitting)


def _show(turn: Turn, sitting: Sitting, text: str, close: str = "") -> Say:
    assert sitting.table is not None
    item = turn.school.bank.items[sitting.table.question]
    return Say(text, question=wording.question(sitting, item), close=close)
