"""Letters and articles: read by anybody, signed by the right people at the right level, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from web_cast import KEY, LIBRARY, Browser, Campus, material

from bot.duties.codes import class_key
from bot.duties.launch import launch
from bot.duties.occurrences import Planned
from bot.materials.rules import Library
from bot.people.tables import person
from bot.web.rules import sign_url
from bot.work import Work

New = Callable[[], Browser]


async def test_anybody_reads_a_letter_and_leaves_no_trace(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    page = await browser().opens(f"/a/{slug.lower()}?v=家长")
    assert page.status == 200
    assert "2026年秋季学期，示例职业技术学院写这封信。<br />\n只打110。" in page.text.replace(
        "<br>", "<br />"
    )
    assert "登录后签收" in page.words
    assert "as=parent" in page.text
    assert "onclick=x" not in re.sub("&lt;.*?&gt;", "", page.text)
    assert "javascript:" not in re.sub(r"\[网\]\(javascript:alert\(1\)\)", "", page.text)
    assert "default-src 'self'" in page.answer.headers["Content-Security-Policy"]
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert await campus.proofs(campaign, "P1") == []


async def test_unknown_and_waiting_messages_have_no_page(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("warning")
    assert (await browser().opens(f"/a/{slug}")).status == 404
    assert (await browser().opens("/a/ZZZZZZ")).status == 404


async def test_a_father_signs_for_two_children_and_the_mother_need_not(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    father, mother = browser(), browser()
    page = await father.logs_in("p1", next_=f"/a/{slug}?v=家长")
    assert page.path.startswith(f"/a/{slug}")
    assert "您有2个孩子" in page.words
    assert await campus.proofs(campaign, "P1") == [("opened", "page"), ("opened", "page")]
    page = await father.posts(f"/a/{slug}/sign", task="all")
    assert page.status == 200
    codes = re.findall(r'/verify/([2-9A-Z]{8})"', page.text)
    assert len(set(codes)) == 2
    assert "2份回执已分别记入" in page.words
    assert "王小雨" in page.words
    assert ("signed", "page") in await campus.proofs(campaign, "P1")
    page = await mother.logs_in("p2", next_=f"/a/{slug}?v=家长")
    assert "另一位家长已签收，您看看就好。" in page.words
    assert "task" not in page.text
    assert (await browser().opens(f"/verify/{codes[0]}")).words.count("王*") == 1


async def test_signing_children_one_by_one_and_twice(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    father = browser()
    page = await father.logs_in("p1", next_=f"/a/{slug}")
    tasks = re.findall(r'name="task" value="(\d+)"', page.text)
    page = await father.posts(f"/a/{slug}/sign", task=tasks[0])
    assert "已收到您的签收，编号" in page.words
    stale = re.search(r'name="csrf" value="([^"]+)"', page.text)
    await father.posts(f"/a/{slug}/sign", task=tasks[1])
    again = await father.posts(f"/a/{slug}/sign", csrf=stale[1] if stale else "", task=tasks[1])
    assert again.status == 403
    assert "已经办过了" in again.words
    assert len([p for p in await campus.proofs(campaign, "P1") if p[0] == "signed"]) == 2


async def test_a_stranger_to_the_letter_cannot_sign_another_family(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    page = await browser().logs_in("p1", next_=f"/a/{slug}")
    task = re.findall(r'name="task" value="(\d+)"', page.text)[0]
    other = browser()
    await other.logs_in("p3", next_=f"/a/{slug}")
    assert (await other.posts(f"/a/{slug}/sign", task=task)).status == 403
    anonymous = browser()
    await anonymous.opens("/verify")
    assert (await anonymous.posts(f"/a/{slug}/sign", task=task)).status == 403
    assert not [p for p in await campus.proofs(campaign, "P1") if p[0] == "signed"]


async def test_the_name_must_be_ones_own(browser: New, campus: Campus, level: Callable[[int], None]) -> None:
    _, slug = await campus.launches("parents-letter")
    level(2)
    mother = browser()
    page = await mother.logs_in("p3", next_=f"/a/{slug}")
    assert "键入您本人的全名" in page.words
    opened = mother.page
    assert (await mother.posts(f"/a/{slug}/sign", task="all", name="李四")).status == 403
    mother.page = opened
    page = await mother.posts(f"/a/{slug}/sign", task="all", name=" 李　海 ")
    assert "已收到您的签收" in page.words
    code = re.search("编号([2-9A-Z]{8})", page.words)
    assert "键入姓名" in (await mother.opens(f"/verify/{code[1] if code else ''}")).words


async def test_handwriting_is_lines_and_nothing_else(
    browser: New, campus: Campus, level: Callable[[int], None]
) -> None:
    _, slug = await campus.launches("parents-letter")
    level(3)
    mother = browser()
    opened = await mother.logs_in("p3", next_=f"/a/{slug}")
    assert "<canvas" in opened.text
    for bad in ("", "M1 1 L2 2", "M1 1" + " L2 2" * 9 + '"><script>', "M1 1" + " L2 2" * 9000):
        mother.page = opened
        assert (await mother.posts(f"/a/{slug}/sign", task="all", drawing=bad)).status == 403
    mother.page = opened
    page = await mother.posts(f"/a/{slug}/sign", task="all", drawing="M1 1" + " L2 2" * 9 + " M5 5 L6 6")
    assert "已收到您的签收" in page.words


async def test_a_form_from_elsewhere_does_nothing(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    father = browser()
    await father.logs_in("p1", next_=f"/a/{slug}")
    for token in ("", "0" * 40, "é"):
        assert (await father.posts(f"/a/{slug}/sign", csrf=token, task="all")).status == 403
    await father.opens(f"/a/{slug}")
    assert (await father.posts(f"/a/{slug}/sign", task="all\0")).status == 403
    nameless = {"Content-Type": "multipart/form-data; boundary=x"}
    async with father.client.post(
        f"/a/{slug}/sign", data=b"--x\r\n\r\na\r\n--x--\r\n", headers=nameless
    ) as answer:
        assert answer.status == 403
    async with father.client.post(f"/a/{slug}/sign", data={"csrf": "x" * 70_000}) as answer:
        assert answer.status == 413
    foreign = browser()
    await foreign.logs_in("p3", next_=f"/a/{slug}")
    token = re.search(r'name="csrf" value="([^"]+)"', foreign.page.text)
    assert (await father.posts(f"/a/{slug}/sign", csrf=token[1] if token else "", task="all")).status == 403
    assert not [p for p in await campus.proofs(campaign, "P1") if p[0] == "signed"]


async def test_a_preview_of_a_link_is_no_reading(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    father = browser()
    await father.logs_in("p1")
    await father.opens(f"/a/{slug}", **{"Sec-Purpose": "prefetch;prerender"})
    await father.client.head(f"/a/{slug}")
    assert await campus.proofs(campaign, "P1") == []


async def test_the_scene_is_answered_once_and_never_scored(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("weekly")
    student = browser()
    page = await student.logs_in("s2301001", "member", f"/a/{slug}?v=大学")
    assert "你怎么做" in page.words
    page = await student.posts(f"/a/{slug}/scene?v=大学", option="A")
    assert "换个做法更稳妥。白送还要扫码就是红旗。" in page.words
    page = await student.opens(f"/a/{slug}?answered=B")
    assert "对。白送" in page.words
    assert await campus.proofs(campaign, "2301001") == [("opened", "page"), ("tapped", "page")]
    assert "对。" in (await browser().opens(f"/a/{slug}?answered=B")).words


async def test_not_now_is_taken_for_an_answer(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("install-app")
    student = browser()
    page = await student.logs_in("s2301001", "member", f"/a/{slug}")
    assert "不方便就点「暂不」" in page.words
    page = await student.posts(f"/a/{slug}/confirm", what="decline")
    assert "已记下，谢谢您。" in page.words
    assert ("declined", "page") in await campus.proofs(campaign, "2301001")


async def test_a_class_link_counts_one_open_for_each_browser(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("class-forward")
    teacher = await campus.person("T1")
    k = class_key(KEY, campaign, teacher.id, "护理学院/2023级/护理2301")
    parent = browser()
    page = await parent.opens(f"/a/{slug}?k={k}")
    assert "写给家长" in page.words
    assert await campus.proofs(campaign, "T1") == []
    assert (await parent.posts(f"/a/{slug}/open?k={k}", k=k, quiet="1")).status == 204
    assert await campus.proofs(campaign, "T1") == [("link-opened", "page")]
    page = await parent.opens(f"/a/{slug}?k={k}")
    assert 'id="opened"' not in page.text
    other = browser()
    await other.opens(f"/a/{slug}?k={k}")
    await other.posts(f"/a/{slug}/open?k={k}", k=k)
    stranger = browser()
    await stranger.opens(f"/a/{slug}?k=2222222222")
    await stranger.posts(f"/a/{slug}/open", k="2222222222")
    async with campus.database.reading() as tx:
        task = (await Work(tx).duties.tasks_for(campaign))[0][0]
        assert [opens for _, _, opens in await Work(tx).duties.links_of(task.id)] == [2]


async def test_a_signature_link_is_for_one_person_one_letter_and_two_days(
    browser: New, campus: Campus
) -> None:
    campaign, _ = await campus.launches("parents-letter")
    mother = await campus.person("P3")
    async with campus.database.reading() as tx:
        task = (await Work(tx).duties.tasks_for(campaign, person=mother.id))[0][0]
    url = sign_url(KEY, "", mother.id, task.id, campus.clock.now)
    paper = browser()
    page = await paper.opens(url)
    assert "关于李婷" in page.words
    assert "李海" not in page.words
    opened = page
    assert "不一致" in (await paper.posts(url, name="李婷")).words
    paper.page = opened
    assert "已收到您的签收" in (await paper.posts(url, name="李海")).words
    assert await campus.proofs(campaign, "P3") == [("signed", "page-link")]
    other = sign_url(KEY, "", (await campus.person("P2")).id, task.id, campus.clock.now)
    assert (await browser().opens(other)).status == 403
    assert (await browser().opens(url[:-2] + "xx")).status == 403
    campus.clock.passes(hours=48, seconds=1)
    assert "已过期" in (await browser().opens(url)).words


async def test_a_teacher_shows_the_minute_and_says_so(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("minute")
    teacher = browser()
    page = await teacher.logs_in("t1", "member", f"/a/{slug}")
    assert '/screen/scene"' in page.text
    page = await teacher.posts(f"/a/{slug}/confirm", what="confirm")
    assert "已记下，谢谢您。" in page.words
    assert "已播" not in page.words
    assert await campus.proofs(campaign, "T1") == [("opened", "page"), ("tapped", "page")]


async def test_a_parent_of_two_stages_reads_both_letters(browser: New, campus: Campus) -> None:
    texts = [
        material(f"note-{name}", "letters", f"给{name}家长", f"{name}的话") for name in ("senior", "college")
    ]
    campus.school = replace(campus.school, library=Library.of([*LIBRARY.texts.values(), *texts]))
    duty = replace(campus.school.plan.duties["parents-letter"], what="note")
    async with campus.database.begin() as tx:
        await tx.execute(sa.update(person).where(person.c.code == "2402001").values(stage="高中"))
        planned = Planned(duty, campus.clock.now)
        assert await launch(Work(tx), campus.school, "college-generic", planned, campus.clock.now)
    async with campus.database.reading() as tx:
        slug = await Work(tx).receipts.slug_of(planned.id)
    page = await browser().logs_in("p1", next_=f"/a/{slug}?v=家长/高中")
    assert "senior的话" in page.words
    assert "college的话" in page.words
    page = await browser().logs_in("p2", next_=f"/a/{slug}")
    assert "senior的话" not in page.words
    assert "college的话" in (await browser().opens(f"/a/{slug}")).words  # most are at a college
