"""Confirmations, letters, forwarding, and what teachers and administrators see of them."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urljoin

import sqlalchemy as sa

from bot.duties.launch import carry_out, register
from bot.duties.occurrences import Planned
from bot.duties.rules import OccurrenceState
from bot.publishing.rules import State
from bot.publishing.tables import article
from bot.simulator.browser import Page
from bot.simulator.ears import Speaker
from bot.work import Work
from tests.stories.cast import NETWORK, SOFTWARE, Cast


async def test_three_things_told_confirmed_and_declined(cast: Cast) -> None:
    for duty in ("install-app", "block-overseas"):
        await cast.stage.fire(duty)
    await cast.lin.says("已安装")
    cast.lin.hears("记下了", "不需要截图")
    await cast.lin.says("已安装")
    cast.lin.hears("已经记过了")
    await cast.zhou.says("暂不")
    cast.zhou.hears("不会再催")
    await cast.zhou.says("原因 隐私考虑")
    cast.zhou.hears("谢谢")
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        zhou = await work.people.by_code("2301002")
        assert zhou is not None
        found = await work.duties.latest_about(zhou.id, "guide-app")
        assert found is not None
        assert [p.reason for p in await work.duties.proofs(found[0].id)] == ["", "隐私考虑"]
    await cast.su.says("催办")
    assert "提醒一下" not in cast.zhou.transcript()
    await cast.zhou.says("已安装")
    cast.zhou.hears("记下了")


async def test_following_the_account_is_proved_by_the_platform(cast: Cast) -> None:
    zheng = cast.follower("oZheng")
    await zheng.says("绑定 郑子安 2301003")
    await cast.stage.fire("follow-account")
    await zheng.follow("")
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code("2301003")
        assert person is not None
        found = await work.duties.latest_about(person.id, "guide-account")
        assert found is not None
        proofs = await work.duties.proofs(found[0].id)
    assert [p.kind for p in proofs] == ["platform"]
    assert proofs[0].via == "event"


async def test_coming_into_the_apps_scope_is_no_following_of_the_account(cast: Cast) -> None:
    await cast.stage.fire("follow-account")
    await cast.lin.follow("")
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code("2301001")
        assert person is not None
        found = await work.duties.latest_about(person.id, "guide-account")
        assert found is not None
        assert await work.duties.proofs(found[0].id) == []


async def test_a_letter_to_both_guardians_with_a_receipt_for_each_child(cast: Cast) -> None:
    await cast.stage.fire("parent-letter")
    cast.mother.received("一封信")
    cast.father.received("一封信")
    page = await reads_letter(cast, cast.mother)
    assert "林小满" in page.text
    assert "林小路" in page.text
    page = await presses(cast, cast.mother, page, "签收")
    codes = re.findall(r"[2-9A-Z]{8}", page.text)
    assert len(set(codes)) >= 2, page.text
    page = await reads_letter(cast, cast.father)
    assert "另一位家长" in page.text
    await cast.su.says("未完成")
    assert "致家长" not in cast.su.bubbles[-1].seen


async def test_a_follower_answers_a_letter_in_chat(cast: Cast) -> None:
    """The father has no WeCom here; he follows the official account and is bound there."""
    await cast.visitor.says("绑定 林海 P2")
    cast.visitor.hears("林海")
    await cast.stage.fire("parent-letter")
    await cast.visitor.says("签收")
    cast.visitor.hears("已签收，编号")


async def test_an_article_that_does_not_fit_leaves_no_class_behind(cast: Cast) -> None:
    """Every class has its link; it is not said that some are missing."""
    one = await cast.stage.fire("class-forward")
    texts = dict.fromkeys(("text", "title", "digest", "content", "source_url"), "")
    url = "https://mp.weixin.example/s?" + "x" * 1900
    async with cast.stage.bot.database.begin() as tx:
        row = {"id": 1, "occurrence_id": one, "account": "campus", "number": 1, "asked_by": 1, "url": url}
        await tx.execute(sa.insert(article), row | texts | {"state": State.PUBLISHED})
    await cast.su.says("转发")
    cast.su.hears("软件2301 http", "转好后回「已转发」")
    assert "还有" not in cast.su.bubbles[-1].seen


async def test_a_teacher_forwards_and_opens_are_counted_per_class(cast: Cast) -> None:
    await cast.stage.fire("class-forward")
    bubble = cast.su.received("转到班级群")
    link = re.search(r"http://\S+\?k=\w+", bubble.seen)
    assert link, bubble.seen
    assert "林小满" not in link[0]
    assert "2301" not in link[0].partition("/a/")[2]
    await cast.su.says("已转发")
    cast.su.hears("自述已转发")
    page = await cast.mother.visit(link[0])
    assert page.status == 200
    title = re.search("「(.+?)」转到", bubble.seen)
    assert title, bubble.seen
    assert f"<h1>{title[1]}</h1>" in page.text, "what the class opens is what the teacher was told"
    await presses(cast, cast.mother, page, "")
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        teacher = await work.people.by_code("T1001")
        assert teacher is not None
        found = await work.duties.latest_about(teacher.id, "weekly")
        assert found is not None
        kinds = [p.kind for p in await work.duties.proofs(found[0].id)]
        links = await work.duties.links_of(found[0].id)
    assert kinds == ["said", "link-opened"]
    assert links[0][2] == 1


async def test_stats_for_administrator_and_teacher(cast: Cast) -> None:
    await cast.stage.fire("install-app")
    await cast.lin.says("已安装")
    await cast.chen.says("/stats")
    await cast.stage.settle()
    cast.chen.hears("应到")
    assert any(b.kind == "image" for b in cast.chen.bubbles), cast.chen.transcript()
    await cast.su.says("本班")
    cast.su.hears("软件2301")
    async with cast.stage.bot.database.reading() as tx:
        tallies = await Work(tx).stats.tallies((SOFTWARE,), occurrence=None, duty="install-app", depth=0)
    assert [(t.audience, t.due, t.done) for t in tallies] == [(3, 3, 1)]


async def test_unfinished_is_private_masked_and_reminded_at_most_twice(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.su.says("未完成")
    cast.su.hears("仅您可见", "林*（尾号1001）", "3人")
    assert "林小满" not in cast.su.bubbles[-1].seen
    for day in ("2026-10-13T10:00", "2026-10-14T10:05", "2026-10-15T10:10"):
        await cast.stage.turn_to(cast.local(day))
        await cast.su.says("催办")
        await cast.stage.settle()
    assert sum("提醒一下" in b.seen for b in cast.lin.bubbles) == 2
    cast.su.hears("建议当面问")


async def test_a_teacher_records_what_happened_on_paper(cast: Cast) -> None:
    await cast.stage.fire("term-test")
    await cast.su.says("登记 2301003 纸质签名")
    cast.su.hears("人工核实", "郑*")
    await cast.su.says("登记 2402001 纸质签名")
    cast.su.hears("没有这个编号")
    await cast.su.says("未完成")
    cast.su.hears("2人")


async def test_who_cannot_do_it_is_excused_with_reason_and_day(cast: Cast) -> None:
    """Now and of later tasks; taken back, it is owed again. Nobody excuses people of other classes."""
    await cast.stage.fire("term-test")
    await cast.su.says("未完成")
    cast.su.hears("尾号1003", "3人")
    await cast.su.says("豁免 2301003 休学")
    cast.su.hears("请发：豁免 编号 原因 到日期")
    await cast.su.says("豁免 2402001 休学 到2026-12-31")
    cast.su.hears("没有这个编号")
    await cast.su.says("豁免 2301003 休学 到2026-12-31")
    cast.su.hears("已记豁免", "郑*", "到2026-12-31")
    await cast.stage.fire("weekly-reminder")
    await cast.chen.says("/stats")
    cast.chen.hears("豁免人次：休学2")
    await cast.su.says("未完成")
    cast.su.hears("学生学期测试 2人")
    await cast.su.says("豁免 2301003 取消")
    cast.su.hears("已取消")
    await cast.su.says("未完成")
    cast.su.hears("学生学期测试 3人")
    await cast.lin.says("豁免 2301003 休学 到2026-12-31")
    cast.lin.hears("没看懂")


async def test_duties_without_a_generator_are_their_owners_tick(cast: Cast) -> None:
    id_ = await cast.stage.fire("weekly-bulletin")
    cast.chen.received("等您审批")
    await cast.wu.says(f"/approve {id_}")
    cast.wu.hears("已通过")
    await cast.stage.settle()
    phones = [p for p in (cast.chen, cast.wu, cast.su) if any("办好" in b.seen for b in p.bubbles)]
    assert phones
    await phones[0].says("已办")
    phones[0].hears("记下了")


async def test_help_in_the_minute_that_matters(cast: Cast) -> None:
    await cast.lin.says("我好像被骗了")
    cast.lin.hears("先别再转账")
    await cast.lin.says("已经转了")
    cast.lin.hears("110", "已通知值班老师")
    await cast.stage.settle()
    cast.wu.received("软件2301 林小满 09:12求助：已转账")
    await cast.visitor.says("被骗")
    cast.visitor.hears("先别再转账")


async def test_a_second_opinion_and_a_check_of_codes(cast: Cast) -> None:
    await cast.lin.says("查 我是客服，您的快递丢失，点链接双倍赔偿，请打开共享屏幕")
    cast.lin.hears("很像")
    await cast.stage.fire("parent-letter")
    async with cast.stage.bot.database.reading() as tx:
        newest = (await Work(tx).duties.occurrences(duty="parent-letter"))[0]
        code = await Work(tx).receipts.slug_of(newest.id)
    await cast.lin.says(f"验 {code.lower()}")
    cast.lin.hears("是示例职业技术学院", "发的")
    await cast.lin.says("验 ZZZZZZ")
    cast.lin.hears("没有这个编号")


async def reads_letter(cast: Cast, parent: Speaker) -> Page:
    """Open the letter and log in where the page asks for it."""
    bubble = parent.received("一封信")
    link = next(part for part in re.findall(r"http://[^\s\"]+", str(bubble.to_json())) if "/a/" in part)
    page = await parent.visit(link)
    for _ in range(2):  # the page's button, then which of one's identities it is
        found = re.search(r'href="([^"]*/oauth/campus[^"]*)"', page.text)
        if found is None:
            break
        link = next(
            (x for x in re.findall(r'href="([^"]*/oauth/campus[^"]*)"', page.text) if "parent" in x), found[1]
        )
        page = await parent.visit(urljoin(cast.stage.bot_url, link.replace("&amp;", "&")))
    return page


async def presses(cast: Cast, phone: Speaker, page: Page, label: str) -> Page:
    """Send the form whose button has this label; any form when there is none."""
    for form in re.findall(r"<form.*?</form>", page.text, re.S):
        if label in form:
            action = re.search(r'action="([^"]*)"', form)
            fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
            button = re.search(rf'<button[^>]*name="([^"]+)"[^>]*value="([^"]*)"[^>]*>[^<]*{label}', form)
            if button is not None:
                fields[button[1]] = button[2]
            target = urljoin(page.url, action[1].replace("&amp;", "&")) if action else page.url
            return await phone.visit(target, fields)
    raise AssertionError(page.text)


async def test_a_letter_to_one_class_is_about_the_children_of_that_class_alone(cast: Cast) -> None:
    """The mother of two stands on the roster with the class of the elder one."""
    about: dict[str, list[tuple[str, str]]] = {}
    for minute, unit in enumerate((SOFTWARE, NETWORK)):
        async with cast.stage.bot.database.begin() as tx:
            work, school, now = Work(tx), cast.stage.bot.school, cast.stage.clock()
            planned = Planned(school.plan.duties["parent-letter"], now + timedelta(minutes=minute))
            pack = school.default_pack
            letter = await register(work, school, pack, planned, OccurrenceState.ASKED, unit=unit)
            assert letter is not None
            assert await carry_out(work, school, letter, now)
            tasks = await work.duties.tasks_for(letter.id)
            people = await work.people.by_ids([id_ for task, _ in tasks for id_ in (task.person, task.about)])
            about[unit] = sorted((people[task.person].code, people[task.about].code) for task, _ in tasks)
    assert about == {SOFTWARE: [("P1", "2301001"), ("P2", "2301001")], NETWORK: [("P1", "2402001")]}
