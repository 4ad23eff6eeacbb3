"""What people read when questions come from or go to other programs."""

from __future__ import annotations

from collections.abc import Iterable


def missing(name: str) -> str:
    return f"缺{name}：在文件里补上，或用命令的选项统一给出"


def field(name: str, reason: str) -> str:
    return f"{name}{reason}"


def long_point(length: int, limit: int) -> str:
    return f"知识点 {length} 字，最多 {limit} 字"


def bad_id(id_: str) -> str:
    return f"编号“{id_}”不合规：写成 refund-003 的样子"


def id_taken(id_: str) -> str:
    return f"编号 {id_} 已经用过"


def option_count(count: int, most: int) -> str:
    return f"不能转入：有 {count} 个选项，应为 2 到 {most} 个"


def empty_option() -> str:
    return "不能转入：有一个选项是空的"


def equal_options() -> str:
    return "不能转入：有两个选项一模一样"


def no_right_answer() -> str:
    return "不能转入：没有标出正确答案"


def unread(what: str) -> str:
    return f"不能转入：{what}"


def kind(name: str) -> str:
    return f"不能转入：{name}不在本题库的题型里（单选、多选、判断）"


def open_brace() -> str:
    return "不能转入：花括号没有配对；一道题的中间也不能有空行"


def more_braces() -> str:
    return "不能转入：一道题里有两组花括号"


def bad_weight(text: str) -> str:
    return f"不能转入：分值“{text}”读不懂"


def many_full() -> str:
    return "不能转入：有几个答案各得满分，本题库的题只有一种正确答法"


def picture() -> str:
    return "不能转入：题里有图片或附件"


def no_stem() -> str:
    return "不能转入：没有题干"


def bad_tag(name: str, value: str) -> str:
    return f"不能转入：{name}“{value}”读不懂"


def control_characters() -> str:
    return "文件里有控制字符，请先用文本编辑器另存为纯文本"


def partial_credit() -> str:
    return "部分得分没有带过来：本题库只分对错"


def uneven_weights() -> str:
    return "各正确选项的分值没有带过来：本题库要全部选对"


def only_one_right() -> str:
    return "原题允许多选但只有一个正确选项，按单选转入"


def lost_feedback(letter: str, text: str) -> str:
    return f"选项 {letter} 的反馈没有带过来：“{text}”"


def lost_format() -> str:
    return "文字格式（粗体、换行标记等）没有带过来"


def lost_tag(text: str) -> str:
    return f"标签没有带过来：“{text}”"


def lost_title(text: str) -> str:
    return f"题目名称没有带过来：“{text}”"


def lost_column(name: str) -> str:
    return f"“{name}”一列没有带过来"


def stray_line(text: str) -> str:
    return f"这一行不属于任何一道题：“{text}”"


def no_answer_line() -> str:
    return "不能转入：选项后面没有 ANSWER 行"


def not_in_order(letter: str) -> str:
    return f"不能转入：选项 {letter} 的次序不对"


def missing_columns(names: Iterable[str]) -> str:
    return f"表头缺：{'、'.join(names)}"


def repeated_column(name: str) -> str:
    return f"“{name}”有两列"


def gap_in_options(letter: str) -> str:
    return f"不能转入：选项 {letter} 是空的，后面却还有选项"


def bad_answer(text: str) -> str:
    return f"不能转入：答案“{text}”读不懂" if text else "不能转入：没有答案"


def nothing() -> str:
    return "文件里没有题目"
