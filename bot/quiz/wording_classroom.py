"""A test that a class without phones does together: what its teacher reads, and what the screen says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.duties.naming import word_of, words_of
from bot.people.rules import leaf
from bot.quiz.classroom import ClassTest

WORD: Final = "上课"
TOGETHER: Final = "全班一起做"
OTHERS: Final = "其他班的投屏"
HINT: Final = "没有账号的不用手机：投屏，全班一起做"
_WAY: Final = "课堂"
_MINUTES: Final = 0.6  # a question read out, thought about and explained
_SHOWN: Final = 8


def minutes(points: int) -> int:
    return max(1, round(points * _MINUTES))


def record(unit: str, called: str, word: str) -> str:
    """What to send when the class is through. A class ``301`` by more of its path: alone it is a 编号."""
    name = "/".join(unit.split("/")[-2:]) if called.isascii() else called
    return f"登记 {name} {word} {_WAY}"


def told(title: str, tests: Sequence[ClassTest], called: Mapping[str, str]) -> str:
    """When a test has gone out, to the teacher of classes that do it without phones."""
    names = [called[test.pupils.unit] + (f"（{_alone(test)}）" if _alone(test) else "") for test in tests]
    classes = "、".join(names[:_SHOWN]) + (f"等{len(called)}个班" if len(names) > _SHOWN else "")
    then = _then(tests[0].pupils.unit, called, word_of(title))
    return f"{classes} {title}：{_how_long(tests)}。{then}"


def label(called: str, title: str = "") -> str:
    """On the link to the page; ``title`` where a class has several."""
    return f"投屏 {called} {title}".strip()


def which(tests: Sequence[ClassTest], called: Mapping[str, str]) -> list[str]:
    """A line for each class and test, the newest test first."""
    return [
        f"{called[one.pupils.unit]} {one.pupils.occurrence.title}：{_length(one.points)}，"
        f"{_alone(one) or f'还有{one.people}人'}"
        for one in tests
    ]


def head() -> str:
    return "不用手机，投屏全班一起做。链接在教室电脑上打开，按空格键往下，也能打印："


def tail(tests: Sequence[ClassTest], called: Mapping[str, str]) -> str:
    first = tests[0].pupils
    word = words_of(one.pupils.occurrence for one in tests)[first.occurrence.id]
    return _then(first.unit, called, word)


def more(left: int) -> str:
    return f"还有{left}个没列出，看一个班：上课 班级"


def none(unit: str) -> str:
    whose = leaf(unit) if unit else "您的班"
    return f"{whose}现在没有要全班一起做的测试。"


def _alone(test: ClassTest) -> str:
    """Where the others of the class do it on their own phones."""
    return f"没有账号的{test.people}人" if test.people < test.pupils.people else ""


def _how_long(tests: Sequence[ClassTest]) -> str:
    points = sorted({one.points for one in tests})
    length = _length(points[0]) if len(points) == 1 else f"{points[0]}到{points[-1]}题"
    return f"{TOGETHER}，{length}，不用手机"


def _length(points: int) -> str:
    return f"{points}题约{minutes(points)}分钟"


def _then(unit: str, called: Mapping[str, str], word: str) -> str:
    others = "，其他班照样写" if len(called) > 1 else ""
    return f"做完发「{record(unit, called[unit], word)}」{others}。"


# On the screen and on paper.


def opening(points: int) -> str:
    return f"{points}道题，大家一起做，约{minutes(points)}分钟，不用手机。"


def rule() -> str:
    return "先自己想，再举 A、B、C、D 卡片，或在纸上打勾。答错没关系，听一听为什么。"


def over() -> str:
    return "做完了！"


def afterwards() -> str:
    """At the end of the page, before the words to send."""
    return "老师在聊天里发："


def left_out() -> str:
    return "今天没来的同学，回来以后再用这一页补做。"


def no_questions() -> str:
    return "题库里还没有适合这个学段的题，请告诉管理员。"
