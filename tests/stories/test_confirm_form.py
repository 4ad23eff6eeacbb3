"""Three things to confirm on one day: one card, submitted once, over the wire."""

from __future__ import annotations

from bot.simulator.bubble import Bubble
from bot.simulator.ears import Speaker
from bot.work import Work
from tests.stories.cast import Cast


async def the_day(cast: Cast) -> None:
    """Tuesday of the second week, when all three are asked."""
    await cast.stage.turn_to(cast.local("2026-09-08T09:00"))
    await cast.stage.rings()
    await cast.at("2026-09-08T12:40")


def card_of(phone: Speaker) -> Bubble:
    bubble = phone.received("几件小事，自愿确认")
    assert bubble.card is not None
    assert bubble.card.type == "multiple_interaction"
    return bubble


async def proofs(cast: Cast, code: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code(code)
        assert person is not None
        for guide in ("guide-app", "guide-account", "guide-overseas"):
            about = await work.duties.latest_about(person.id, guide)
            assert about is not None
            found[guide] = [f"{p.kind}/{p.via}" for p in await work.duties.proofs(about[0].id)]
    return found


async def test_some_are_done_and_the_rest_is_told_how(cast: Cast) -> None:
    await the_day(cast)
    bubble = card_of(cast.lin)
    assert [selector.chosen for selector in bubble.card.selectors] == [["还没"]] * 3 if bubble.card else False
    assert sum("自愿确认" in b.seen for b in cast.lin.bubbles) == 1, "one message for all three"
    await cast.lin.tap(bubble, ["已安装", "已开启"])
    await cast.stage.settle()
    cast.lin.hears("记下了", "不需要截图", "学校公众号（「已关注」）", "怎么做：学校公众号")
    assert "怎么做：国家反诈中心App" not in "".join(b.seen for b in cast.lin.since_i_acted)
    assert bubble.card is not None
    assert bubble.card.replaced == "已提交"
    once = {"guide-app": ["confirmed/card"], "guide-account": [], "guide-overseas": ["confirmed/card"]}
    assert await proofs(cast, "2301001") == once
    page = await cast.lin.opens("怎么做：学校公众号")
    assert page.status == 200
    await cast.lin.says("已关注")
    cast.lin.hears("记下了")
    assert await proofs(cast, "2301001") == once | {"guide-account": ["confirmed/chat"]}


async def test_submitting_nothing_is_no_confession(cast: Cast) -> None:
    await the_day(cast)
    await cast.zhou.tap(card_of(cast.zhou), "")
    await cast.stage.settle()
    cast.zhou.hears("不急", "怎么做：国家反诈中心App", "怎么做：境外来电提醒")
    assert not any((await proofs(cast, "2301002")).values())
    await cast.zhou.says("暂不")
    cast.zhou.hears("不会再催")


async def test_submitting_twice_counts_once(cast: Cast) -> None:
    """The card on a second device was not closed yet."""
    await the_day(cast)
    bubble = card_of(cast.lin)
    every = ["已安装", "已关注", "已开启"]
    await cast.lin.tap(bubble, every)
    await cast.stage.settle()
    cast.lin.hears("记下了")
    assert bubble.card is not None
    bubble.card.replaced = ""
    await cast.lin.tap(bubble, every)
    await cast.stage.settle()
    cast.lin.hears("已经记过了")
    assert list((await proofs(cast, "2301001")).values()) == [["confirmed/card"]] * 3
    assert bubble.card.replaced == "已提交"
