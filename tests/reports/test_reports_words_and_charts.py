"""What stands in the chat, and the picture beside it."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.rules import LADDERS, Ask, Do
from bot.reports import chart, wording
from bot.reports.render import png
from bot.reports.rules import Tally

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCHOOL = "示例职业技术学院"


def tally(unit: str, ask: Ask = Ask.FULL_MARKS, *, done: int = 30, due: int = 40, number: int = 0) -> Tally:
    ladder = LADDERS[ask]
    strong, weak = done, min(due, done + 4)
    tiers = {str(k): strong if i >= ladder.done_tier else weak for i, k in enumerate(ladder.kinds, 1)}
    return Tally(
        unit,
        f"d{number}@2026-10-14T16:20",
        f"d{number}",
        "秋季反诈测试",
        ask,
        due + 2,
        2,
        due,
        min(due, done + 6),
        done if ladder.done else 0,
        0,
        tiers,
        NOW,
        Do.QUIZ,
        NOW,
        NOW,
        {"休学": 2},
    )


def classes(number: int, **more: int) -> list[Tally]:
    return [tally(f"护理学院/2023级/护理23{i:02d}", **more) for i in range(1, number + 1)]


def test_one_campaign_says_numerator_denominator_exemptions_and_time() -> None:
    text = wording.stats(classes(3), ("护理学院",), NOW, SCHOOL)
    assert text.splitlines()[:4] == [
        "护理学院｜秋季反诈测试｜截至11-22 08:00",
        "在册126 豁免6 应到120",
        "已告知108（90.0%）",
        "完成90（75.0%）",
    ]
    assert "豁免：休学6。" in text
    assert "单位3个：全部完成0个，未完成3个。" in text
    assert "口径：" in text


def test_a_voluntary_thing_is_told_and_a_fact_and_never_a_target() -> None:
    app = replace(tally("护理学院", Ask.CONFIRM), do=Do.CONFIRM)
    text = wording.stats([app], ("护理学院",), NOW, SCHOOL)
    assert "自愿确认30" in text
    assert "不作考核，不上通报" in text
    assert "自愿确认" not in wording.stats([replace(app, own=False)], ("护理学院",), NOW, SCHOOL)


@given(st.integers(1, 90), st.text("诈骗测试反💡", min_size=1, max_size=60), st.booleans())
def test_the_answer_always_fits_into_one_message(number: int, title: str, asked: bool) -> None:
    ask = Ask.SIGN if asked else Ask.NOTHING
    one = replace(tally("护理学院", ask), title=title, reasons={title: 2})
    tallies = [replace(one, occurrence=str(i)) for i in range(number)]
    for text in (wording.stats(tallies, ("护理学院",), NOW, SCHOOL), wording.own_class(tallies, NOW)):
        assert len(text.encode()) <= wording.LIMIT


def test_what_does_not_fit_is_counted() -> None:
    tallies = [tally("护理学院", number=i) for i in range(200)]
    text = wording.stats(tallies, ("护理学院",), NOW, SCHOOL)
    shown = sum(line.startswith("·") for line in text.splitlines())
    assert f"还有{200 - shown}项。" in text


def test_own_class_names_nobody_and_says_what_is_left() -> None:
    text = wording.own_class([tally("护理学院/护理2301"), tally("护理学院/护理2301", done=40, number=1)], NOW)
    assert "· 秋季反诈测试：40人，完成30，还有10，11-22截止" in text
    assert "其余1项已完成或只需知晓" in text
    assert wording.own_class([], NOW) == "您的班还没有活动。"


def test_beyond_the_scope_only_a_total_is_said() -> None:
    total = replace(tally("", due=1000, done=918), own=False)
    said = wording.beyond(("护理学院",), total)
    assert said == "您的范围是护理学院。全校只显示合计：秋季反诈测试完成91.8%。"
    assert wording.beyond(("护理学院",), None) == "您的范围是护理学院。"


def test_small_reasons_are_put_together_where_others_read() -> None:
    why = {"休学": 9, "出国": 3, "病假": 2}
    assert wording.exempt_reasons(why) == "休学9、出国3、病假2"
    assert wording.exempt_reasons(why, own=False) == "休学9、其他5"
    assert wording.exempt_reasons({"休学": 9, "出国": 3}, own=False) == "休学9、其他不足5人"


def labels(svg: str) -> list[str]:
    return [
        element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_bars_stand_in_the_order_of_the_roster_and_the_rest_is_one_bar() -> None:
    tallies = classes(20)
    said = labels(chart.campaign(tallies[::-1], "护理学院"))
    assert [text for text in said if text.startswith("护理23")] == [f"护理23{i:02d}" for i in range(1, 12)]
    assert "其他9个单位" in said
    assert "270/360" in said


@pytest.mark.parametrize("ask", list(Ask))
def test_every_person_stands_at_exactly_one_level(ask: Ask) -> None:
    one = tally("护理学院", ask)
    assert sum(chart.levels(one)) == one.due
    assert min(chart.levels(one)) >= 0
    assert chart.levels(one)[0] == one.done


def test_a_strange_name_breaks_no_picture() -> None:
    units = [tally('<a href="x">&'), tally("很长很长很长很长很长的班级名称"), tally("c", due=0, done=0)]
    svg = chart.campaign(units, "x")
    assert any(text.endswith("…") for text in labels(svg))
    assert "无应到人员" in labels(svg)
    assert png(svg)


def _spans(svg: str) -> list[tuple[float, float, float, str]]:
    """Of each text its line, its two ends, and what it says; a figure is half as wide as a Han character."""
    found = []
    for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        said, x, size = one.text or "", float(one.attrib["x"]), float(one.attrib["font-size"])
        wide = size * sum(1.0 if ord(letter) > 255 else 0.5 for letter in said)
        start = {"start": x, "middle": x - wide / 2, "end": x - wide}[one.attrib["text-anchor"]]
        found.append((float(one.attrib["y"]), start, start + wide, said))
    return sorted(found)


@given(
    st.sampled_from(["示例职业技术学院", "示例省示例市职业技术师范大学附属中等专业学校"]),
    st.lists(st.integers(0, 2_000_000), min_size=1, max_size=5),
)
def test_no_figure_runs_into_another_or_out_of_the_picture(school: str, people: list[int]) -> None:
    units = [tally(f"第{number}学院", due=count, done=count * 3 // 4) for number, count in enumerate(people)]
    spans = _spans(chart.campaign(units, school))
    assert [said for _, start, end, said in spans if start < 0 or end > chart.WIDTH - 20] == []
    for (line, _, end, said), (next_line, start, _, other) in pairwise(spans):
        assert line != next_line or end <= start, f"{said} runs into {other}"


def test_the_picture_is_960_wide_and_small_enough_to_send() -> None:
    data = png(chart.campaign(classes(14), "护理学院"))
    assert struct.unpack(">I", data[16:20]) == (960,)
    assert len(data) < 300_000


def test_the_overview_shows_the_newest_campaign_that_asks_for_something() -> None:
    reminder = [replace(t, ask=Ask.NOTHING, occurrence="r", title="周提醒") for t in classes(3)]
    said = labels(chart.overview([*reminder, *classes(3)], NOW))
    assert "秋季反诈测试" in said
    assert any(text.startswith("2023级，截至 2026-11-22 08:00") for text in said)
    assert chart.overview(classes(1), NOW) == ""
    assert chart.overview([], NOW) == ""
