"""What the makers of questions read about their files; every sentence has its file and line beside it."""

from __future__ import annotations

from collections.abc import Iterable


def empty() -> str:
    return "是空的"


def spaces_around() -> str:
    return "前后有多余的空格"


def one_line() -> str:
    return "只能写一行"


def strange_character(character: str) -> str:
    return f"含有看不见或不能显示的字符 U+{ord(character):04X}"


def not_a_day() -> str:
    return "日期写成 2027-09-01 的样子"


def equal_options() -> str:
    return "有两个选项一模一样"


def audience_twice() -> str:
    return "audience 里有重复"


def judge_has_options() -> str:
    return "判断题不写 options"


def judge_answer() -> str:
    return "判断题的 answer 写 true 或 false"


def option_letters() -> str:
    return "options 要从 A 起按顺序写，2 到 6 个"


def letter_answer() -> str:
    return "单选题的 answer 写一个选项字母"


def letters_answer() -> str:
    return "多选题的 answer 写两个以上不重复的字母，例如 [A, C]"


def answer_unknown(letters: Iterable[str]) -> str:
    return f"answer 里的 {'、'.join(letters)} 不是选项"


def id_twice(id_: str, file: str, line: int) -> str:
    return f"编号 {id_} 重复，第一次在 {file}:{line}"


def too_few(point: str, count: int, least: int) -> str:
    return f"知识点“{point}”只有 {count} 道题，至少要 {least} 道"


def differs(field: str, first: str, file: str, line: int) -> str:
    return f"同一知识点的 {field} 不一致：{first} 在 {file}:{line} 写法不同"


def near_twin(other: str, file: str, line: int, ratio: float) -> str:
    return f"题干与 {other}（{file}:{line}）几乎一样，相似度 {ratio:.0f}"


def same_trap(other: str, file: str, line: int, share: float) -> str:
    return (
        f"与另一个知识点的 {other}（{file}:{line}）问的多半是同一件事，用词有 {share:.0%} 相同；"
        "请改写一道，或分给不同的对象"
    )


def year_without_source(year: int) -> str:
    return f"解析里有 {year} 年的事，来源里却没有这一年"


def too_long_for_phone(size: int, limit: int) -> str:
    return f"题目连同选项有 {size:,} 字节，超过手机文字消息的 {limit:,} 字节"


def measure(name: str, length: int, low: int, high: int) -> str:
    return f"{name}{length} 字，应在 {low} 到 {high} 字之间"


def long_stem(length: int, limit: int) -> str:
    return f"题干 {length} 字，超过卡片的 {limit} 字，将用文字版"


def long_option(letter: str, length: int, limit: int) -> str:
    return f"选项 {letter} 有 {length} 字，超过卡片的 {limit} 字，将用文字版"


def expired(day: str) -> str:
    return f"复核日期 {day} 已过，请核对依据后改日期"


def soon_due(day: str) -> str:
    return f"复核日期 {day} 快到了"


def empty_source() -> str:
    return "来源没有写明发布者或法律"


def forbidden(word: str) -> str:
    return f"不能出现“{word}”"


def shaming(word: str) -> str:
    return f"“{word}”会伤到受骗的人，请换一个说法"


def negative_stem() -> str:
    return "题干问“哪个不对”，容易看错，请改成正面问"


def multiple_for_children() -> str:
    return "小学不出多选题"


def right_stands_out(right: int, others: int) -> str:
    return f"正确选项 {right} 字，其余最长 {others} 字，一看就知道答案"


def uneven_options(longest: int, shortest: int) -> str:
    return f"选项长短悬殊：最长 {longest} 字，最短 {shortest} 字"


def longest_share(share: float, limit: float) -> str:
    return f"单选题里正确选项单独最长的占 {share:.0%}，超过 {limit:.0%}"


def letter_share(kind: str, letter: str, share: float, low: float, high: float) -> str:
    return f"{kind}的正确答案是 {letter} 的占 {share:.0%}，应在 {low:.0%} 到 {high:.0%} 之间"


def judge_share(share: float, limit: float) -> str:
    return f"判断题占 {share:.0%}，超过 {limit:.0%}"


def few_points(audience: str, points: int, wanted: int) -> str:
    return f"{audience}只有 {points} 个知识点，一份 {wanted} 题的卷子出不满"


def no_questions() -> str:
    return "没有一道题"


def no_folder() -> str:
    return "没有这个文件夹"
