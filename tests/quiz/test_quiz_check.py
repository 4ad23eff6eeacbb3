"""What the checker says of a bank: each rule with a question that breaks it."""

from __future__ import annotations

import time
from datetime import date
from random import Random

import pytest
from quiz_cast import REFUND, REFUND_ITEM, like

from bot.errors import Complaint
from bot.quiz.bank import Placed, Reading, read_questions
from bot.quiz.check import check_bank
from bot.quiz.check_balance import balance_of, of_bank
from bot.quiz.check_items import fits_card, twin_bytes
from bot.quiz.check_points import near_twins, same_traps
from bot.quiz.items import Bank, Item
from bot.quiz.overlap import overlap, topic_coverage

TODAY = date(2026, 11, 22)
STEMS = ["快递员来电说包裹丢了", "群里老师突然发来收款码", "网友约你一起做任务赚钱", "短信说医保卡今天停用"]


def placed(items: list[Item]) -> tuple[Placed, ...]:
    return tuple(Placed(item, "refund.yaml", {"": n, "stem": n}) for n, item in enumerate(items, 1))


def reading(*items: Item) -> Reading:
    return Reading(placed(list(items)), ())


def family(**changes: object) -> list[Item]:
    """Three questions of one point, the first changed."""
    first = {"stem": STEMS[0]} | changes
    return [like(1, **first), like(2, stem=STEMS[1]), like(3, stem=STEMS[2])]


def test_a_good_point_has_nothing_to_mend() -> None:
    findings = check_bank(read_questions({"refund.yaml": REFUND}), TODAY)
    assert findings.errors == ()


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"review_by": date(2026, 11, 21)}, "已过"),
        ({"source": "无"}, "来源"),
        ({"options": (("A", "挂断"), ("B", "以上都不对"), ("C", "照办"))}, "以上都不对"),
        ({"why": "他就是贪小便宜。"}, "贪"),
        ({"options": (("A", "挂断"), ("B", "说他傻"), ("C", "照办"))}, "傻"),
        ({"audience": ("大学",)}, "audience"),
        ({"topic": "刷单返利"}, "topic"),
        ({"point": "另一个知识点"}, "只有 1 道题"),
        ({"stem": STEMS[1] + "。"}, "几乎一样"),
        ({"stem": "长" * 700}, "2,048 字节"),
    ],
)
def test_an_error_is_found(changes: dict[str, object], part: str) -> None:
    errors = check_bank(reading(*family(**changes)), TODAY).errors
    assert any(part in error.message for error in errors), errors


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"review_by": date(2026, 12, 1)}, "快到了"),
        ({"stem": "下列做法不正确的是哪一项？"}, "正面问"),
        ({"stem": "长" * 111}, "题干111 字"),
        ({"why": "不行。"}, "解析3 字"),
        ({"options": (("A", "挂"), ("B", "报警"), ("C", "照办"))}, "选项 A 1 字"),
        ({"why": "2011年的司法解释这样规定，要报警。", "source": "意见（2016年）"}, "2011 年的事"),
        ({"stem": "我不能不告诉老师吗？"}, "正面问"),
        ({"options": (("A", "说他活该"), ("B", "陪他报警"), ("C", "不理他"))}, "活该"),
        ({"options": (("A", "照办"), ("B", "先挂断电话再自己到平台里查一查"), ("C", "不理"))}, "一看就知道"),
        ({"options": (("A", "照办"), ("B", "挂断再说"), ("C", "把情况从头到尾写一遍发过去"))}, "悬殊"),
    ],
)
def test_a_warning_is_found(changes: dict[str, object], part: str) -> None:
    findings = check_bank(reading(*family(**changes)), TODAY)
    assert any(part in warning.message for warning in findings.warnings), findings.warnings


@pytest.mark.parametrize(
    ("why", "source"),
    [
        ("2022年起施行的法律这样规定，受骗就要报警。", "公安机关通报（2021—2023年）"),
        ("先别转这2000元，更别再凑2026元，马上报警。", "国家反诈中心公开资料"),
    ],
)
def test_a_year_that_the_source_covers_and_a_sum_of_money_are_no_fault(why: str, source: str) -> None:
    warnings = check_bank(reading(*family(why=why, source=source)), TODAY).warnings
    assert not any("年的事" in warning.message for warning in warnings)


@pytest.mark.parametrize(
    ("changes", "told"),
    [({}, 1), ({"audience": ("家长",)}, 0), ({"point": REFUND_ITEM.point}, 0), ({"why": STEMS[0] * 2}, 0)],
)
def test_one_trap_asked_under_two_points_is_told(changes: dict[str, object], told: int) -> None:
    why = "退款在平台里就能办完，用不着共享屏幕，更不用先转钱，下次自己去平台里查进度。"
    known = like(1, why=why)
    again = {"point": "退款不用看屏幕", "stem": "客服来电话说要看着你的手机办退款。怎么回答？", "why": why}
    found = list(same_traps(placed([known, like(2, **(again | changes))])))
    assert len(found) == told
    assert all("refund-001（refund.yaml:1）" in one.message and one.line == 2 for one in found)


@pytest.mark.parametrize("stem", ["不同的人都说没有收到，怎么做？", "他不认识你，也没见过你。怎么做？"])
def test_plain_negation_is_no_trap(stem: str) -> None:
    warnings = check_bank(reading(*family(stem=stem)), TODAY).warnings
    assert not any("正面" in warning.message for warning in warnings)


def test_what_no_card_shows_whole_is_noted() -> None:
    wide = like(1, stem=STEMS[0], options=(("A", "挂" * 14), ("B", "挂" * 15), ("C", "报警")))
    notes = check_bank(reading(wide, *family()[1:]), TODAY).notes
    assert [note.message for note in notes] == ["refund-001: 选项 B 有 18 字，超过卡片的 17 字，将用文字版"]
    assert not fits_card(wide)
    assert fits_card(REFUND_ITEM)
    assert twin_bytes(REFUND_ITEM) < 600


def test_always_choosing_b_is_no_strategy() -> None:
    lazy = [like(n, stem=f"{n}", answer=frozenset("B")) for n in range(50)]
    messages = [complaint.message for complaint in of_bank(placed(lazy))]
    assert "3 个选项的单选题的正确答案是 B 的占 100%，应在 27% 到 40% 之间" in messages
    assert "单选题里正确选项单独最长的占 100%，超过 35%" in messages
    assert balance_of(lazy).longest_right == 1.0


def test_an_empty_bank_is_an_error() -> None:
    assert check_bank(Reading((), ()), TODAY).errors == (Complaint("question_bank", 1, "没有一道题"),)


def test_near_twins_are_found_quickly_among_many() -> None:
    rng = Random(7)
    letters = [chr(0x4E00 + rng.randrange(3000)) for _ in range(500)]
    items = [like(n, stem="".join(rng.choices(letters, k=40))) for n in range(800)]
    items.append(like(900, stem=items[3].stem + "吗"))
    started = time.perf_counter()
    (found,) = near_twins(placed(items))
    assert time.perf_counter() - started < 5
    assert "refund-003" in found.message


def test_a_small_bank_repeats_and_a_large_one_does_not() -> None:
    def bank(points: int) -> Bank:
        return Bank.of(
            like(3 * point + n, point=f"点{point}", topic=f"主题{point % 9}")
            for point in range(points)
            for n in range(3)
        )

    small, large = (overlap(bank(size), "大学", Random(1)) for size in (20, 60))
    assert (small.asked, small.repeats) == (120, 60)  # 60 questions, each met twice
    assert (large.asked, large.repeats) == (120, 0)
    assert overlap(bank(20), "小学", Random(1)).share == 0
    assert topic_coverage(bank(18))["主题1"] == {"高中": 2, "大学": 2}
