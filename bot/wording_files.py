"""What people read about a data file that cannot be read: the grammar of YAML and the kinds of values.

Whoever edits these files is a teacher with an editor, so each sentence says what to write instead. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

BAD_CHARACTER: Final = "有看不见的特殊字符，请删掉这一行重新输入"
ALIAS: Final = "不能用 *名字 引用别处，请把内容写全（以 * 开头的文字请加引号）"
EMPTY: Final = "没有填"
EMPTY_FILE: Final = "文件里没有内容"
TOO_DEEP: Final = "括号或缩进套得太深"
KEY_IS_NO_WORD: Final = "冒号前要写一个词，不能是列表"

_BACKSLASH: Final = "双引号里的反斜杠要写两个，或者改用单引号"
_PERCENT: Final = "以 % 开头的文字请加引号"

# libyaml's own words, as far as a mistake in a text file can bring them about, and what to do about each. The
# first that occurs in the complaint decides.
_GRAMMAR: Final = (
    ("single document", "一个文件只写一份，请删掉多出的 --- 和它后面的内容"),
    ("expected ',' or ']'", "方括号没有收尾：列表各项之间用半角逗号，最后写 ]"),
    ("expected ',' or '}'", "花括号没有收尾：各项之间用半角逗号，最后写 }"),
    ("expected '-' indicator", "列表的每一项都以短横线和空格开头，并且上下对齐"),
    ("expected key", "缩进没有对齐：同一级的各行要从同一列开始；整句加了引号的，引号后面不能再有字"),
    ("could not find expected ':'", "少了冒号：写成「名称: 内容」，冒号用半角，后面空一格"),
    ("mapping values are not allowed", "这里不能再有冒号：内容里有冒号的，整句加引号；或是与上一行没有对齐"),
    ("block sequence entries are not allowed", "短横线不能写在这里：列表另起一行，并且上下对齐"),
    ("mapping keys are not allowed", "问号不能写在这里：以问号开头的内容请用引号包起来"),
    ("tab", "缩进要用空格，不能用 Tab 键"),
    ("cannot start any token", "不能以 @、%、` 或 Tab 开头：缩进用空格，这样的内容用引号包起来"),
    ("unexpected end of stream", "引号没有收尾：前后两个引号要成对，都用半角"),
    ("unexpected document indicator", "引号没有收尾：前后两个引号要成对，都用半角"),
    ("escape", _BACKSLASH),
    ("hexdecimal", _BACKSLASH),
    ("scanning a block scalar", "| 或 > 后面不能接着写字，内容另起一行并且缩进"),
    ("alias", ALIAS),
    ("anchor", "以 & 开头的文字请加引号"),
    ("tag", "以 ! 开头的文字请加引号"),
    ("directive", _PERCENT),
    ("incompatible", _PERCENT),
    ("expected <document start>", "多出来的内容：前面已经写完了，请检查这一行的缩进"),
    ("expected node content", "这里少了内容，或多了一个逗号、括号"),
)
_OPENED: Final = {"flow sequence": "[", "flow mapping": "{"}
_MANY: Final = {"List", "Tuple", "Set", "Dictionary"}
_NUMBERS: Final = {"int", "float"}


def grammar(context: str | None, problem: str | None, opened: int = 0) -> str:
    """``context`` and ``problem`` in libyaml's words; ``opened`` is the line of an open bracket."""
    reason = f"{problem or ''} {context or ''}".strip()
    told = next((sentence for part, sentence in _GRAMMAR if part in reason), f"YAML 写法读不懂（{reason}）")
    bracket = next((sign for name, sign in _OPENED.items() if context and name in context), "")
    return f"第 {opened} 行的 {bracket} 开始，{told}" if bracket and opened else told


def tag(name: str) -> str:
    return f"以 ! 开头的写法（{name}）这里不用，文字请加引号"


def key_twice(key: str, line: int) -> str:
    return f"{key} 写了两次，第一次在第 {line} 行"


def missing(key: str) -> str:
    return f"缺少 {key}"


def unknown(key: str, hint: str) -> str:
    return f"不认识 {key}{hint}"


def did_you_mean(near: str) -> str:
    return f"；是不是 {near}？"


def known(words: Sequence[str]) -> str:
    return f"；可以写：{'、'.join(words)}"


def at_field(name: str, message: str) -> str:
    return f"{name}：{message}"


def item(name: str, number: int) -> str:
    return f"{name} 第 {number} 项".strip()


def both(messages: Sequence[str]) -> str:
    return "；".join(messages)


def either(messages: Sequence[str]) -> str:
    return "；或者".join(messages)


def unfit(type_: str, context: Mapping[str, Any], english: str) -> str:
    """A value that a field does not take, by pydantic's type of the error and its context."""
    match type_:
        case "value_error":
            return english.removeprefix("Value error, ")
        case "literal_error" | "enum":
            return f"只能写 {_choices(str(context['expected']))}"
        case "union_tag_invalid":
            named = str(context["discriminator"]).strip("'")
            return f"{named} 只能写 {_choices(str(context['expected_tags']))}，不是 {context['tag']}"
        case "union_tag_not_found":
            return missing(str(context["discriminator"]).strip("'"))
        case "less_than_equal":
            return f"最大 {context['le']}"
        case "greater_than_equal":
            return f"最小 {context['ge']}"
        case "greater_than":
            return f"要大于 {context['gt']}"
        case "string_too_long":
            return f"最多 {context['max_length']} 个字"
        case "string_too_short":
            return "不能空着" if context["min_length"] == 1 else f"至少 {context['min_length']} 个字"
        case "too_long":
            return f"最多 {context['max_length']} {_measure(context)}"
        case "too_short":
            return f"至少 {context['min_length']} {_measure(context)}"
        case "string_pattern_mismatch":
            return f"只用小写字母、数字和短横线，以字母或数字开头（{context['pattern']}）"
        case _:
            return _kind(type_, english)


def _kind(type_: str, english: str) -> str:
    kind = type_.split("_")[0]
    if kind in _NUMBERS:
        return "要写整数，不加引号和单位" if kind == "int" else "要写数字"
    return {
        "bool": "要写 true 或 false",
        "date": "没有这一天；写成 2026-09-01",
        "string": "要写文字；数字当文字用的请加引号",
        "list": "要写列表，如 [甲, 乙]，逗号用半角",
        "tuple": "要写列表，如 [甲, 乙]，逗号用半角",
        "dict": "下面要写「名称: 内容」，冒号后空一格",
        "mapping": "下面要写「名称: 内容」，冒号后空一格",
        "model": "下面要写「名称: 内容」，冒号后空一格",
    }.get(kind, f"写法不对（{english}）")


def _measure(context: Mapping[str, Any]) -> str:
    return "项" if context["field_type"] in _MANY else "个字"


def _choices(expected: str) -> str:
    """pydantic's ``'a', 'b' or 'c'`` as people list things."""
    return "、".join(re.findall(r"'([^']*)'", expected) or [expected])
