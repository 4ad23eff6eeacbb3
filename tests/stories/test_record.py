"""What a teacher puts on record: done by hand, or excused; for one thing at a time, and for the guardians."""

from __future__ import annotations

from bot.duties.rules import ProofKind
from bot.work import Work
from tests.stories.cast import NETWORK, SOFTWARE, Cast


async def checked(cast: Cast, code: str) -> dict[str, list[str]]:
    """The reasons on record of what a person looked at, by duty; a guardian's tasks are about the child."""
    found: dict[str, list[str]] = {}
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code(code)
        assert person is not None
        for occurrence in await work.duties.occurrences():
            for task, _ in await work.duties.tasks_for(occurrence.id):
                if person.id in (task.about or task.person, task.person):
                    lines = [p for p in await work.duties.proofs(task.id) if p.kind is ProofKind.CHECKED]
                    found.setdefault(occurrence.duty, []).extend(line.reason for line in lines)
    return {duty: sorted(reasons) for duty, reasons in found.items()}


async def counted(cast: Cast, duty: str, unit: str) -> tuple[int, int, int, dict[str, int]]:
    """In the audience, exempt, done, and why."""
    async with cast.stage.bot.database.reading() as tx:
        (tally,) = await Work(tx).stats.tallies((unit,), occurrence=None, duty=duty, depth=0)
    return tally.audience, tally.exempt, tally.done, dict(tally.reasons)


async def test_with_several_open_it_is_asked_which(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.stage.fire("parent-letter")
    await cast.stage.fire("install-app")
    await cast.su.says("登记 2301001 家访")
    cast.su.hears("有2件没做完，登记哪一件", "【登记 2301001 学生学期测试 家访】")
    cast.su.hears("【登记 2301001 全部 家访】")
    assert await checked(cast, "2301001") == {"term-test": [], "parent-letter": [], "install-app": []}
    await cast.su.says("登记 2301001 学生学期测试 家访")
    cast.su.hears("已记「家访」", "学生学期测试", "另外1件没有动")
    assert "一封信" not in cast.su.bubbles[-1].seen
    assert await checked(cast, "2301001") == {"term-test": ["家访"], "parent-letter": [], "install-app": []}
    await cast.su.says("登记 2301001 电话告知")
    cast.su.hears("已记「电话告知」", "给家长的一封信")
    # Once for the guardian who is asked first, and handed on to the other.
    assert (await checked(cast, "2301001"))["parent-letter"] == ["", "电话告知"]
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 0, 1, {})
    await cast.su.says("登记 2301001 反诈中心app 当面")
    cast.su.hears("已记「当面」", "国家反诈中心App")
    await cast.su.says("登记 2301001 家访")
    cast.su.hears("没有未完成的事")


async def test_everything_at_once_only_when_it_is_said(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.stage.fire("parent-letter")
    await cast.stage.fire("install-app")
    await cast.su.says("登记 2301001 全部 家访")
    cast.su.hears("已记「家访」", "学生学期测试", "给家长的一封信")
    found = await checked(cast, "2301001")
    assert found["install-app"] == [], "what is voluntary has to be named"
    assert found["term-test"] == ["家访"]


async def test_what_is_done_already_is_not_taken_for_something_else(cast: Cast) -> None:
    """The letter is no longer open: nothing else is recorded in its place."""
    await cast.stage.fire("term-test")
    await cast.su.says("登记 2301001 一封信 纸质信")
    cast.su.hears("没做完的事里没有「一封信」", "【登记 2301001 学生学期测试 纸质信】")
    await cast.su.says("登记 2301001 给家长的一封信")
    cast.su.hears("没做完的事里没有「给家长的一封信」")
    assert await checked(cast, "2301001") == {"term-test": []}
    await cast.su.says("登记")
    cast.su.hears("请发：登记 编号 活动 方式")


async def test_two_of_one_title_are_told_apart_by_their_day(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.at("2026-10-14T09:30")
    await cast.stage.fire("term-test")
    await cast.su.says("登记 2301003 学期测试 家访")
    cast.su.hears("学生学期测试10月12日", "学生学期测试10月14日")
    await cast.su.says("登记 2301003 学生学期测试10月12日 家访")
    cast.su.hears("已记「家访」", "另外1件没有动")
    await cast.su.says("未完成")
    assert cast.su.bubbles[-1].seen.count("尾号1003") == 1


async def test_of_many_the_newest_are_tapped_and_the_others_named(cast: Cast) -> None:
    """In an official account each tap is a link that holds its words twice; nothing is cut."""
    su = cast.visitor
    await su.says("绑定 苏晴 T1001")
    for number in range(1, 9):
        await cast.at(f"2026-10-12T{9 + number:02d}:30")
        await cast.stage.fire("term-test")
    await su.says("登记 2301003 家访后电话告知了本人和家里的老人们")
    su.hears("有8件没做完，登记哪一件", "还有：学生学期测试2026年10月12日10:30")
    said = su.bubbles[-1].text
    assert len(said.encode()) <= 2048
    assert "…" not in said
    assert said.count("登记 2301003 学生学期测试") == 2 * said.count("</a>") - 2
    await su.taps("全部")
    su.hears("已记「家访后电话告知了本人和家里的老人们」", "等8件")


async def test_the_newest_are_so_by_their_day_whoever_owes_them(cast: Cast) -> None:
    """What guardians owe for a child is among the child's own things where it belongs."""
    await cast.stage.fire("parent-letter")
    for hour in range(10, 14):
        await cast.at(f"2026-10-12T{hour}:30")
        await cast.stage.fire("term-test")
    await cast.su.says("登记 2301001 家访")
    cast.su.hears("有5件没做完", "还有：给家长的一封信（")
    assert "【登记 2301001 给家长的一封信" not in cast.su.bubbles[-1].seen


async def test_only_one_thing_is_excused(cast: Cast) -> None:
    """Its running campaign and those to come, and nothing else; then it is taken back."""
    await cast.stage.fire("term-test")
    await cast.stage.fire("install-app")
    await cast.su.says("豁免 2301003 反诈中心app 没有手机 到2026-12-31")
    cast.su.hears("已记豁免", "只免「国家反诈中心App自愿确认」", "没有手机")
    assert await counted(cast, "install-app", SOFTWARE) == (3, 1, 0, {"没有手机": 1})
    assert await counted(cast, "term-test", SOFTWARE) == (3, 0, 0, {})
    await cast.su.says("未完成")
    cast.su.hears("学生学期测试 3人")
    await cast.su.says("豁免 2301003 学期测试 取消")
    cast.su.hears("没有单独的豁免")
    await cast.su.says("豁免 2301003 反诈中心app 取消")
    cast.su.hears("已取消", "国家反诈中心App")
    assert await counted(cast, "install-app", SOFTWARE) == (3, 0, 0, {})


async def test_what_is_excused_by_itself_stays_when_the_rest_is_taken_back(cast: Cast) -> None:
    """Also for the same reason: nothing is owed while something still excuses it."""
    await cast.stage.fire("term-test")
    await cast.stage.fire("install-app")
    await cast.su.says("豁免 2301003 反诈中心app 病假 到2026-12-31")
    await cast.su.says("豁免 2301003 病假 到2026-12-31")
    assert (await counted(cast, "term-test", SOFTWARE))[1] == 1
    await cast.su.says("豁免 2301003 反诈中心app 取消")
    cast.su.hears("已取消")
    assert (await counted(cast, "install-app", SOFTWARE))[1] == 1, "everything is excused still"
    await cast.su.says("豁免 2301003 反诈中心app 取消")
    cast.su.hears("没有单独的豁免", "豁免 编号 取消")
    await cast.su.says("豁免 2301003 取消")
    assert (await counted(cast, "install-app", SOFTWARE))[1] == 0
    assert (await counted(cast, "term-test", SOFTWARE))[1] == 0
    await cast.su.says("豁免 2301003 取消")
    cast.su.hears("没有豁免")


async def test_a_guardian_who_refuses_is_no_debt_of_the_child(cast: Cast) -> None:
    """Both guardians' tasks about this child, and none about the brother in another class."""
    await cast.stage.fire("parent-letter")
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 0, 0, {})
    await cast.su.says("豁免 2301001 给家长的一封信 监护人不同意 到2026-12-31")
    cast.su.hears("只免「给家长的一封信」", "监护人不同意")
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 1, 0, {"监护人不同意": 1})
    assert await counted(cast, "parent-letter", NETWORK) == (1, 0, 0, {})
    await cast.chen.says("/stats")
    cast.chen.hears("在册2 豁免1 应到1", "豁免：监护人不同意1")
    await cast.su.says("未完成")
    assert "一封信" not in cast.su.bubbles[-1].seen
    await cast.at("2026-10-13T10:00")
    await cast.stage.fire("parent-letter")
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        newest = (await work.duties.occurrences(duty="parent-letter"))[0]
        people = {one.code: one.id for one in (await work.people.members(""))}
        given = await work.duties.tasks_for(newest.id)
    assert {(t.person, t.about): t.exempt for t, _ in given} == {
        (people["P1"], people["2301001"]): "监护人不同意",
        (people["P2"], people["2301001"]): "监护人不同意",
        (people["P1"], people["2402001"]): "",
    }
    await cast.su.says("豁免 2301001 一封信 取消")
    cast.su.hears("哪一项", "【豁免 2301001 给家长的一封信 取消】")
    await cast.su.says("豁免 2301001 给家长的一封信 取消")
    assert await counted_all(cast, "parent-letter", SOFTWARE) == (2, 0)


async def counted_all(cast: Cast, duty: str, unit: str) -> tuple[int, int]:
    async with cast.stage.bot.database.reading() as tx:
        tallies = await Work(tx).stats.tallies((unit,), occurrence=None, duty=duty, depth=0)
    return sum(t.audience for t in tallies), sum(t.exempt for t in tallies)


async def test_a_child_who_is_away_takes_the_guardians_along(cast: Cast) -> None:
    await cast.stage.fire("parent-letter")
    await cast.stage.fire("term-test")
    await cast.su.says("豁免 2301001 休学 到2026-12-31")
    cast.su.hears("家长替孩子做的也免")
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 1, 0, {"休学": 1})
    assert await counted(cast, "term-test", SOFTWARE) == (3, 1, 0, {"休学": 1})
    await cast.su.says("豁免 P1 不同意 到2026-12-31")
    cast.su.hears("还有孩子在别的班")
    await cast.su.says("豁免 P2 不同意 到2026-12-31")
    cast.su.hears("已记豁免")


async def test_a_campaign_nobody_knows_excuses_from_nothing(cast: Cast) -> None:
    """A slip of the pen must not excuse from everything."""
    await cast.stage.fire("term-test")
    await cast.su.says("豁免 2301003 期末考试 病假 到2026-12-31")
    cast.su.hears("没有找到「期末考试」", "没有记")
    await cast.su.says("豁免 2301003 学生学期测试 到2026-12-31")
    cast.su.hears("请发：豁免 编号 原因 到日期")
    assert (await counted(cast, "term-test", SOFTWARE))[1] == 0
