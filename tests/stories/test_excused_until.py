"""豁免 … 到 a day: when it has come, what is open is owed again, however long the clock stood still."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.delivery.tables import delivery
from bot.duties.tables import task
from bot.work import Work
from tests.stories.cast import SOFTWARE, Cast
from tests.stories.test_leaving import leaves
from tests.stories.test_record import counted

START, END = "2026-10-12T09:12", "2026-11-30T08:30"
READS = "两分钟读完"


async def reasons(cast: Cast, duty: str) -> dict[str, str]:
    """Why what somebody of the class is asked is not owed; empty where it is."""
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        (found,) = await work.duties.occurrences(duty=duty)
        tasks = [task for task, _ in await work.duties.tasks_for(found.id) if task.unit == SOFTWARE]
        people = await work.people.by_ids([task.person for task in tasks])
    return {people[task.person].code: task.exempt for task in tasks}


async def test_on_the_day_it_is_owed_again_and_told_once(cast: Cast) -> None:
    for code in ("2301001", "2301002", "2301003"):
        await cast.su.says(f"豁免 {code} 病假 到10月20日")
    await cast.su.says("豁免 2301002 学期测试 出国 到12月31日")
    await cast.stage.fire("term-test")
    await cast.stage.fire("parent-letter")
    await leaves(cast, "2301003")
    assert await counted(cast, "term-test", SOFTWARE) == (3, 3, 0, {"病假": 2, "出国": 1})
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 1, 0, {"病假": 1})
    assert cast.mother.transcript().count(READS) == 1, "for her other child"
    await cast.stage.turn_to(cast.local("2026-10-20T23:50"))
    assert await reasons(cast, "term-test") == {"2301001": "病假", "2301002": "出国", "2301003": "病假"}
    cast.father.never_received(READS)

    for moment in ("00:01", "07:30", "07:31"):
        await cast.stage.turn_to(cast.local(f"2026-10-21T{moment}"))
    assert await reasons(cast, "term-test") == {"2301001": "", "2301002": "出国", "2301003": "离校"}
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 0, 0, {})
    assert cast.mother.transcript().count(READS) == 1
    assert cast.father.transcript().count(READS) == 1
    async with cast.stage.bot.database.begin() as tx:  # a backup of the evening before
        await tx.execute(sa.delete(delivery).where(delivery.c.address.endswith("p_lin_ba")))
        await tx.execute(sa.update(task).where(task.c.about_id > 0).values(exempt="病假"))
        Work(tx).duties.set_watermark("exemptions", cast.local("2026-10-20T00:00"))
    await cast.stage.rings()
    assert await counted(cast, "parent-letter", SOFTWARE) == (1, 0, 0, {})
    assert cast.father.transcript().count(READS) == 1
    await cast.lin.says("我的")
    cast.lin.hears("学生学期测试", "11月2日前，豁免已结束")
    cast.lin.received("答错会讲原因")
    await cast.zhou.says("我的")
    assert "学生学期测试" not in cast.zhou.bubbles[-1].seen
    await cast.su.says("未完成")
    cast.su.hears("学生学期测试 1人：", "一封信 1人：")


@pytest.mark.parametrize(
    "looks", [(END,), ("2026-10-21T07:30", "2026-10-26T07:30", "2026-11-06T07:30", "2026-11-21T07:30", END)]
)
async def test_a_clock_that_stood_still_comes_to_the_same(cast: Cast, looks: tuple[str, ...]) -> None:
    """The test is due on 2 November, the letter on the 11th: what was excused on that day stays so."""
    await cast.stage.rings()
    for words in (
        "2301001 休学 到11月20日",
        "P2 家里有事 到10月25日",  # then it is the child that is excused
        "2301002 病假 到10月20日",
        "2301002 学期测试 出国 到11月5日",
        "2301003 病假 到10月20日",
    ):
        await cast.su.says(f"豁免 {words}")
        cast.su.hears("已记豁免")
    await cast.stage.fire("term-test")
    await cast.stage.fire("parent-letter")
    assert await reasons(cast, "parent-letter") == {"P1": "休学", "P2": "家里有事"}
    expected = {"2301001": "休学", "2301002": "出国", "2301003": ""}
    for look in looks:
        await cast.stage.turn_to(cast.local(look))
    for _ in range(2):
        assert await reasons(cast, "term-test") == expected
        assert await reasons(cast, "parent-letter") == {"P1": "休学", "P2": "休学"}
        cast.father.never_received(READS)
        async with cast.stage.bot.database.begin() as tx:  # as after a backup of the first day
            Work(tx).duties.set_watermark("exemptions", cast.local(START))
        await cast.stage.rings()
