"""What bulletins say of cases and calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CASES: Final = "案件与劝阻"
NOT_SHOWN: Final = "—"
BY_MONTH: Final = ("月份", "求助和预警", "首次联系（分钟）", "发案", "损失（元）", "避免损失（元）")


def calls(one: Mapping[str, int | str]) -> str:
    if one["calls"] == 0:
        return "没有收到求助和预警。"
    police = f"（其中公安预警{one['police']}件）" if one["police"] != "" else ""
    text = f"收到求助和预警{one['calls']}件{police}"
    if one["minutes"] != NOT_SHOWN:
        text += f"，首次联系中位数{one['minutes']}分钟"
    if one["share"] != NOT_SHOWN:
        text += f"，劝阻成功率{one['share']}"
    return text + "。"


def cases(count: int | str, lost: str, prevented: str) -> str:
    if count == 0:
        return "没有发案。"
    if lost == NOT_SHOWN:
        return f"发案{count}起，金额不单列。"
    return f"发案{count}起，损失{lost}元，避免损失{prevented}元。"


def a_year_ago(count: int | str, lost: str) -> str:
    money = "" if lost == NOT_SHOWN or count == 0 else f"，损失{lost}元"
    ours = "（只算登记在本系统里的）" if count == 0 else ""
    return f"上年同期发案{count}起{ours}{money}。"


def note() -> str:
    return (
        "案件口径：只报本单位合计，不到班级，不排名；不足5的不显示。首次联系指从收到到值班人接通；"
        "劝阻成功率=未转账已劝阻÷有结果的（不含误报）。"
    )
