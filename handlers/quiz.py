"""答题: a paper to full marks, resumed after days, signed at the end."""

from __future__ import annotations

from dataclasses import replace

from bot.duties.actions import prove, sign
from bot.duties.composing import is_card_of
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.duties.wording import late
from bot.errors import Refusal
from bot.ids import new_id
from bot.messages import Choice, Kind, Say
from bot.quiz import wording
from bot.quiz.answers import read_answer
from bot.quiz.drawing import Blueprint, draw
from bot.quiz.items import ItemType
from bot.quiz.rules import Did, Sitting, State, Verdict, answer, begin, letters_on_table, moved, unclear
from bot.receipts.rules import Level
from bot.receipts.wording import issued
from bot.routing import Router, Turn, Who
from bot.school import audience_of

signing = Router("signing")
router = Router("quiz")
PRACTICE_POINTS = 10
SIGN = (Choice("签收", "确认签名"), Choice("有误", "有误"))


@router.says("答题", "quiz", "开始", "开始测试", "做题", help="答题  做测试或练习，随时可停")
async def start(turn: Turn) -> Say | None:
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is not None and not sitting.practice:
        return _go_on(turn, sitting)
    open_test = await _open_test(turn)
    if sitting is not None:
        if open_test is None and not turn.rest:
            return _go_on(turn, sitting)
        turn.work.quizzes.keep(moved(sitting, Did.LEFT), turn.now)  # one paper on the table at a time
    if open_test is None:
        return _practice(turn, await _seen(turn))
    return await _sit_down(turn, *open_test)


@router.taps("go")
async def start_by_tap(turn: Turn) -> Say | None:
    say = await start(turn)
    return Say(say.text, say.choices, say.question, say.more, close="已开始") if say else None


@router.says("继续", "resume", help="继续  接着上次的题")
async def resume(turn: Turn) -> Say | None:
    sitting = await turn.work.quizzes.current(turn.someone.id)
    if sitting is not None:
        return _go_on(turn, sitting)
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
    if sitting is None or sitting.table is None:
        return Say(wording.nothing_open(), close="已过去")
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
        return Say(wording.unclear(sitting, item) if sitting.unclear <= 2 else "", close=close)
    verdict = answer(sitting, shown, turn.school.bank, turn.rng)
    turn.work.quizzes.keep(verdict.sitting, turn.now, verdict.step)
    return await _after(turn, verdict, close)


async def _after(turn: Turn, verdict: Verdict, close: str) -> Say:
    sitting = verdict.sitting
    told = wording.judged(verdict)
    if verdict.did is Did.ENDED_UNCLEAN:
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
    text = wording.mastered(sitting, turn.someone, turn.school.test_level, turn.now)
    return Say(f"{told}\n{text}", SIGN if turn.school.test_level == 1 else (), close=close)


async def _signature(turn: Turn, sitting: Sitting) -> Say | None:
    """签收 by tap or word is level 1, one's own name typed is level 2."""
    typed_name = turn.inbound.text.strip().replace(" ", "") == turn.someone.name
    if turn.word == "有误":
        turn.work.quizzes.put_aside(sitting, turn.now)
        return Say("没有签收。请让老师核对您的账号，核对后发「继续」再签。")
    if typed_name:
        level = Level.NAME
    elif turn.word in ("签收", "确认签名", "确认", "sign") and turn.school.test_level == 1:
        level = Level.TAP
    elif turn.word in ("签收", "确认签名", "确认", "sign"):
        raise Refusal("请键入您的姓名签名。")
    else:
        return None
    found = await turn.work.duties.task(sitting.task)
    if found is None:
        return None
    task, occurrence = found
    result = f"满分 {len(sitting.points)}/{len(sitting.points)}"
    sealed = await sign(
        turn.work, turn.school, task, occurrence, turn.someone, level, result, turn.via, turn.now
    )
    turn.work.quizzes.keep(moved(sitting, Did.SIGNED), turn.now)
    return Say(issued(sealed))


async def _open_test(turn: Turn) -> tuple[Task, Occurrence] | None:
    """The test of the tapped card, else the one that has waited longest."""
    tests = [t for t in await turn.work.duties.open_tasks(turn.someone.id) if t[1].do is Do.QUIZ]
    of_card = (t for t in tests if is_card_of(t[1], turn.inbound.card_task))
    return next(of_card, tests[0] if tests else None)


async def _sit_down(turn: Turn, task: Task, occurrence: Occurrence) -> Say:
    """A fresh paper for the test, or the one that was left."""
    earlier = await turn.work.quizzes.latest_of(task.id)
    if earlier is not None and earlier.state in (State.ASKING, State.MASTERED):
        return _go_on(turn, earlier)
    audience = audience_of(turn.someone.kind, turn.someone.stage)
    plan = turn.school.plan.blueprint(occurrence.material, audience)
    blueprint = Blueprint(
        occurrence.material,
        audience,
        plan.points if plan else 20,
        plan.topics if plan else {},
        plan.mode if plan else "mastery",
    )
    seen = await _seen(turn)
    drawn = draw(turn.school.bank, blueprint, seen, turn.rng)
    if not drawn:
        raise Refusal("题库里还没有适合您的题，请告诉老师。")
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


def _practice(turn: Turn, seen: dict[str, int]) -> Say:
    audience = audience_of(turn.someone.kind, turn.someone.stage)
    drawn = draw(turn.school.bank, Blueprint("practice", audience, PRACTICE_POINTS), seen, turn.rng)
    if not drawn:
        raise Refusal("题库里还没有适合您的题，请告诉老师。")
    sitting = begin(
        new_id(turn.now), turn.someone.id, 0, "练习", "mastery", drawn, turn.school.bank, turn.rng
    )
    turn.work.quizzes.start(sitting, turn.now)
    return _show(turn, sitting, wording.opening(sitting, None))


async def _seen(turn: Turn) -> dict[str, int]:
    return await turn.work.quizzes.seen(turn.someone.id)


def _go_on(turn: Turn, sitting: Sitting) -> Say:
    """What was left, back on the table; whoever asks for it is listening again."""
    turn.work.quizzes.keep(replace(sitting, unclear=0), turn.now)
    return _show(turn, sitting, wording.resumed(sitting))


def _show(turn: Turn, sitting: Sitting, text: str, close: str = "") -> Say:
    if sitting.state is State.MASTERED:
        level = turn.school.test_level
        return Say(
            wording.mastered(sitting, turn.someone, level, turn.now), SIGN if level == 1 else (), close=close
        )
    assert sitting.table is not None
    item = turn.school.bank.items[sitting.table.question]
    return Say(text, question=wording.question(sitting, item), close=close)
