"""What the command line tells the person at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.forecast import Forecast
from bot.delivery.wording import stopped_because
from bot.delivery.wording_forecast import aside, short
from bot.duties.plan_values import ZONE

_DAYS: Final = "一二三四五六日"
_STATES: Final = {
    "asked": "已登记，马上启动",
    "open": "进行中",
    "waiting": "等待第二人批准",
    "paused": "已暂停",
    "stopped": "已停止",
    "skipped": "已记为跳过",
}
_KEPT: Final = {
    "answers": "答题记录（已并入曝光次数）",
    "calls": "求助和预警里的姓名",
    "call messages": "求助消息",
    "case notes": "已结案件的封存记事",
    "case people": "案件里的姓名",
    "sittings": "已结束的答卷",
    "inbox": "收件记录",
    "deliveries": "发送记录",
    "shipments": "发送批次",
    "payloads": "不再用到的消息正文",
    "blobs": "不再用到的图片和文件",
    "receipts": "回执",
    "audit": "查看记录",
    "journals": "花名册导入的撤回底稿",
    "windows": "过期的额度、素材和一次性链接",
    "results": "平台的发送回报",
    "acceptances": "用完的订阅次数",
}


def moment(at: datetime) -> str:
    """A moment as the clock in China shows it."""
    local = at.astimezone(ZONE)
    return f"{local:%Y-%m-%d %H:%M} 周{_DAYS[local.weekday()]}"


# What SQLite and PostgreSQL say of the troubles that somebody at the command line can mend.
_DATABASE: Final = (
    ("database or disk is full", "磁盘满了，腾出空间再试"),
    ("disk I/O error", "磁盘满了或坏了，读写不成"),
    ("unable to open database file", "打不开这个文件：文件夹不存在，或没有权限"),
    ("database is locked", "别的进程一直占着它"),
    ("readonly database", "文件或文件夹不能写，检查属主和权限"),
    ("not a database", "这个文件不是数据库"),
    ("malformed", "文件已损坏，请从备份恢复"),
    ("password authentication failed", "用户名或密码不对"),
    ("no password", "没有给密码"),
    ("too many clients", "PostgreSQL 的连接数用完了（max_connections）"),
    ("permission denied", "这个用户没有权限"),
    ("No space left", "数据库服务器的磁盘满了"),
    ("does not exist", "还没有建"),
)


def database_trouble(reason: str) -> str:
    """With the database's own words, which whoever asks for help will need."""
    told = next((sentence for part, sentence in _DATABASE if part in reason), "")
    return f"数据库用不了：{told}（{reason}）" if told else f"数据库用不了：{reason}"


def machine_trouble(file: str, reason: str) -> str:
    return f"{file}：{reason}" if file else reason


def one_process_only() -> str:
    return (
        "SQLite 只能由一个进程使用，所以不能分 web 和 worker：请用 --role all，"
        "或在设置文件里把 database 换成 PostgreSQL（postgresql+asyncpg://…）。"
    )


def account_stopped(account: str, reason: str) -> str:
    return f"账号 {account} 已停发（{stopped_because(reason)}）；查清后运行 ./run bot db resume。"


def no_settings(file: str) -> str:
    return f"没有设置文件 {file}，只检查数据文件。"


def no_folder() -> str:
    return "没有这个文件夹"


def clause_missing(clause: str, title: str) -> str:
    return f"条款 {clause}「{title}」没有任务落实，也没有写不做的理由"


def clause_unknown(clause: str) -> str:
    return f"没有条款 {clause}"


def coverage(pack: str, served: int, left_out: int, total: int) -> str:
    if not total:
        return f"方案 {pack}：没有条款清单"
    return f"方案 {pack}：{total} 条，任务落实 {served} 条，写明不做 {left_out} 条"


def checked(questions: int, materials: int, errors: int, warnings: int) -> str:
    return f"题目 {questions} 道，材料 {materials} 篇；错误 {errors}，提醒 {warnings}。"


def warning(line: object) -> str:
    return f"{line}（提醒）"


def upgraded() -> str:
    return "数据库已是最新。"


def use_pg_dump(url: str, file: str, accounts: Sequence[str]) -> str:
    lines = [
        "PostgreSQL 用它自己的工具备份（会问密码，或先设 PGPASSWORD）：",
        f"  pg_dump --format=custom --file={file} {url}",
        "恢复以后、启动之前，先让所有账号停发，免得把发过的再发一遍：",
    ]
    for account in accounts:
        lines.append(f'  psql {url} -c "{_pause(account)}"')
    return "\n".join([*lines, "核对以后运行 ./run bot db resume。"])


def _pause(account: str) -> str:
    return (
        "insert into account_state (account, stopped, since) "
        f"values ('{account}', 'restored from a backup', 0) on conflict (account) "
        "do update set stopped = excluded.stopped"
    )


def no_database(file: str) -> str:
    return f"还没有数据库 {file}"


def not_a_file() -> str:
    return "内存里的数据库没有文件，不能备份。"


def already_there(file: str) -> str:
    return f"{file} 已经存在，没有覆盖。"


def never_upgraded() -> str:
    return "这个数据库还没有建表，先运行 ./run bot db upgrade。"


def backed_up(file: str, size: int) -> str:
    return (
        f"已备份到 {file}（{size / 1_048_576:.1f} MB）。"
        "用它恢复以后，各账号停发，直到运行 ./run bot db resume。"
    )


def backing_up(file: str) -> str:
    return f"复制 {file}"


def nothing_stopped() -> str:
    return "没有停发的账号。"


def unknown_account(account: str) -> str:
    return f"设置文件里没有账号 {account}"


def resumed(account: str, reason: str) -> str:
    return f"账号 {account} 恢复发送（原来停发：{stopped_because(reason)}）。"


def held(count: int) -> str:
    return f"等着发的 {count:,} 条可能已经发过，不再发送，记为「结果未知」。"


def missed(count: int) -> str:
    return f"备份以后到现在的 {count:,} 个计划时间不补发，已记为跳过。"


def restored_reason() -> str:
    return "从备份恢复：这一次可能已经发过，没有重发"


def purged(counts: Mapping[str, int]) -> str:
    lines = [f"{_KEPT[name]}：{count:,}" for name, count in counts.items() if count]
    return "\n".join(["已清理：", *lines]) if lines else "没有到期的内容。"


def purging(name: str) -> str:
    return _KEPT[name]


def not_applied() -> str:
    return "只是预览，没有写入；确认后加 --apply。"


def reading_roster() -> str:
    return "读取并比对花名册"


def writing_roster() -> str:
    return "写入"


def leavers_option() -> str:
    return "确实如此时加 --allow-many-leavers。"


def no_duty(duty: str, near: Sequence[str]) -> str:
    return f"没有任务 {duty}" + (f"；您是不是要 {'、'.join(near)}" if near else "")


def pack_not_used(duty: str, pack: str) -> str:
    return f"任务 {duty} 属于方案 {pack}，本校没有使用这个方案"


def not_a_moment(text: str) -> str:
    return f"看不懂时间 {text}；请写成 2026-11-20T16:40"


def two_moments() -> str:
    return "时间写了两次：编号里的 @时间 和 --at 只要一个"


def launched(id_: str, title: str, audience: int, queued: Mapping[str, int]) -> str:
    sent = "、".join(f"{account} {count:,} 条" for account, count in queued.items()) or "没有要发的消息"
    return f"已启动「{title}」{id_}：{audience:,} 人有任务，{sent}。"


def waiting_for_approval(id_: str, title: str, audience: int) -> str:
    return f"已登记「{title}」{id_}：{audience:,} 人；等第二人在聊天里发 /approve {id_} 后才发出。"


def launched_before(id_: str, state: str, reason: str) -> str:
    because = f"：{reason}" if reason else ""
    return f"{id_} 以前已启动过，没有再启动（{_STATES[state]}{because}）。"


def coming(
    at: datetime, title: str, found: Forecast, clauses: Sequence[str], id_: str, provisional: str
) -> str:
    note = f"（{provisional}）" if provisional else ""
    return f"{moment(at)}  {title}  {short(found)}  {' '.join(clauses) or '无条款'}  {id_}{note}"


def coming_aside(found: Forecast, beside: Sequence[str]) -> str:
    return f"    {aside(found, beside)}"


def really() -> str:
    return "现在启动？"


def nothing_coming(days: timedelta) -> str:
    return f"以后 {days.days} 天没有计划。"


def written(file: str) -> str:
    return f"已写入 {file}"
