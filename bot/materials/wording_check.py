"""What the makers of materials read about their files; every sentence has its file and line beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def bad_id() -> str:
    return "只用小写字母、数字和短横线"


def bad_season(text: str) -> str:
    return f"season“{text}”读不懂：写学年的第几周，1 到 40，例如 [5, 8-10]"


def scene_answer() -> str:
    return "scene 的选项从 A 起按顺序写，answer 写其中一个字母；判断题不写 options，answer 写 true 或 false"


def id_twice(id_: str, file: str) -> str:
    return f"id {id_} 重复，另一处在 {file}"


def unknown_folder(folder: str, known: Sequence[str]) -> str:
    return f"不认识的文件夹“{folder}”，应为 {'、'.join(known)} 之一"


def no_front_matter() -> str:
    return "文件第一行应是 ---，写完各项后再有一行 ---"


def empty_body() -> str:
    return "没有正文"


def id_not_file_name(id_: str, name: str) -> str:
    return f"id {id_} 与文件名 {name} 不同"


def too_long(length: int, limit: int) -> str:
    return f"有 {length} 字，最多 {limit} 字"


def too_many_lines(count: int, limit: int) -> str:
    return f"有 {count} 行，最多 {limit} 行"


def many_phone_lines(count: int, width: int) -> str:
    return f"手机上约占 {count} 行（每行 {width} 字），读起来偏长"


def too_many_bytes(size: int, limit: int) -> str:
    return f"连同小题有 {size:,} 字节，超过文字消息的 {limit:,} 字节"


def no_scene() -> str:
    return "没有小题（scene）"


def long_scene(length: int, limit: int) -> str:
    return f"小题连同选项有 {length} 字，超过卡片的 {limit} 字"


def letter_length(length: int, low: int, high: int) -> str:
    return f"信有 {length} 字，一般 {low} 到 {high} 字"


def unknown_placeholder(name: str, known: Iterable[str]) -> str:
    return f"占位符“{name}”没有人会填，可用：{'、'.join(known)}"


def stray_brace() -> str:
    return "花括号没有配对，或占位符写法不对"


def expired(day: str) -> str:
    return f"复核日期 {day} 已过，请核对依据后改日期"


def soon_due(day: str) -> str:
    return f"复核日期 {day} 快到了"


def empty_source() -> str:
    return "来源没有写明发布者或法律"


def shaming(word: str) -> str:
    return f"“{word}”会伤到受骗的人，请换一个说法"


def weeks_missing(audience: str, missing: Iterable[int]) -> str:
    return f"{audience}的每周提醒缺第 {'、'.join(map(str, missing))} 周"


def bad_file_name(name: str, most: int) -> str:
    return f"文件名“{name}”不能用：写同一文件夹里的文件名，不带路径，最多 {most} 字"


def bad_ending(name: str, known: Iterable[str]) -> str:
    return f"“{name}”这种文件发不出去，可用：{'、'.join(known)}"


def with_file(name: str, problem: str) -> str:
    return f"附件“{name}”{problem}"


def file_missing() -> str:
    return "不在这篇材料旁边，或读不了"


def named_twice() -> str:
    return "同一个附件写了两次"


def bad_size(size: int, most: int) -> str:
    return f"有 {size:,} 字节，最少 6 字节，最多 {most // 1024**2} MB"


def no_picture() -> str:
    return "不是 PNG 或 JPG 图片"


def no_voice() -> str:
    return "不是 60 秒以内、2 MB 以内的 AMR 语音"


def too_many_files(size: int, most: int) -> str:
    return f"全部附件有 {size // 1024**2} MB，合起来最多 {most // 1024**2} MB"


def no_folder() -> str:
    return "没有这个文件夹"
