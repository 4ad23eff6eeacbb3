"""Every sentence of a quiz."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.duties.wording import day, moment
from bot.messages import Choice, Question
from bot.people.rules import Person, leaf
from bot.quiz.items import Item, ItemType
from bot.quiz.rules import SHOWN, Did, Sitting, Verdict

_HINTS: Final = {
    ItemType.SINGLE: "回字母作答，如 A",
    ItemType.MULTIPLE: "可选多个，如 AC",
    ItemType.JUDGE: "",
}


def question(sitting: Sitting, item: Item) -> Question:
    """The question on the table: a card where cards are possible, else its text."""
    assert sitting.table is not None
    done = sitting.mastered_count
    number = f"{min(done + 1, sitting.total)}/{sitting.total}"
    again = " 再来一次" if sitting.points[sitting.table.point].first_right is False else ""
    texts = dict(item.options)
    choices = tuple(Choice(SHOWN[i], texts[letter]) for i, letter in enumerate(sitting.table.order))
    if item.type is ItemType.JUDGE:
        choices = (Choice("对", "对"), Choice("错", "错"))
    return Question(
        key=f"q-{sitting.id}-{sitting.table.step}",
        title=number + again,
        stem=item.stem + ("（多选）" if item.type is ItemType.MULTIPLE else ""),
        choices=choices,
        multiple=item.type is ItemType.MULTIPLE,
        hint=_HINTS[item.type],
    )


def opening(sitting: Sitting, due: datetime | None) -> str:
    minutes = max(1, round(len(sitting.points) * 0.4))
    until = f"，{day(due)}前" if due else ""
    if sitting.practice:
        return f"练习{len(sitting.points)}题，不计成绩。随时可发「退出」。"
    how = "可分几次做。答错会讲原因并换一题，直到都会。"
    if sitting.mode == "clean-run":
        how = "可分几次做。全部答对才算完成；有答错的会讲原因，做完换一份新卷再来。"
    return f"{sitting.title}：{len(sitting.points)}题，约{minutes}分钟{until}，{how}"


def resumed(sitting: Sitting) -> str:
    so_far = "已做" if sitting.mode == "clean-run" else "已掌握"
    return f"接着做：{so_far}{sitting.mastered_count}/{sitting.total}，之前的答案都在。"


def judged(verdict: Verdict) -> str:
    """Right or wrong, with the reason in two lines."""
    if verdict.did in (Did.RIGHT, Did.LAST_RIGHT):
        return "对。"
    if verdict.sitting.feedback == "at-end":
        return "收到。"
    back = "" if verdict.sitting.mode == "clean-run" else "这个点稍后换一题再来。"
    return f"这题再想想。{verdict.item.why}{back}"


def mastered(sitting: Sitting, person: Person, level: int, now: datetime) -> str:
    first = f"（首次{sitting.first_score}/{sitting.total}）"
    if sitting.practice:
        return f"练习完成{first}。想再来发「答题」。"
    how = (
        "回「签收」确认签名"
        if level == 1
        else "键入您的姓名签名"
        if level == 2
        else "请点「手写签名」，在页面上写上姓名"
    )
    return (
        f"{sitting.total}个点全部掌握，满分{first}。\n"
        f"请确认回执：「本人{person.name}，{leaf(person.unit)}，已完成并知晓要求，{moment(now)}」\n{how}；不是本人回「有误」。"
    )


def through(sitting: Sitting) -> str:
    """The end of a check that needs no signature."""
    points = sitting.total
    return f"{points}个点都会了（首次{sitting.first_score}/{points}）。谢谢，不用签收。"


def unclean(sitting: Sitting) -> str:
    return f"这一遍错了{sitting.slips}题。换一份新卷再来，发「答题」就开始。"


def unclear(sitting: Sitting, item: Item, no_idea: bool = False) -> str:
    """For a reply that is no answer, 不知道 among them; after the third in a row we are quiet."""
    place = f"第{min(sitting.mastered_count + 1, sitting.total)}题"
    if sitting.unclear >= 2:
        return f"先停在{place}，想继续发「继续」。"
    if no_idea:
        then = "。" if sitting.mode == "clean-run" else "，再换一题。"
        return f"不会也没关系：选一个觉得最对的，回 {_letters(item)}。答错会讲原因{then}"
    kept = "" if sitting.practice else f"（进度已存，{sitting.mastered_count}/{sitting.total}）"
    return f"没看懂。回 {_letters(item)}，或「退出」{kept}。"


def _letters(item: Item) -> str:
    return "对/错" if item.type is ItemType.JUDGE else "/".join(SHOWN[: len(item.options)])


def no_pictures() -> str:
    return "这题不用图片或语音，回字母就行。"


def stale() -> str:
    return "这题已过去了，以现在这题为准："


def replaced() -> str:
    """The question they were looking at is gone from the bank."""
    return "刚才那题学校已经换掉，不用答了。请看这题："


def withdrawn() -> str:
    return "剩下的题学校已经撤下，不用再答。"


def all_withdrawn() -> str:
    return "这份卷子的题学校都已撤下，不用再答。发「答题」换一份新的。"


def left(sitting: Sitting) -> str:
    if sitting.practice:
        return "练习结束，什么也不记。"
    return f"进度已存（{sitting.mastered_count}/{sitting.total}）。想继续发「继续」。"


def nothing_open() -> str:
    return "现在没有进行中的测试。想练习发「答题」。"
