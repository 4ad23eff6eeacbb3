"""The cast of the pages: a small nursing college, its letters, and browsers that belong to its people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from bot.accounts import Accounts
from bot.db import Database
from bot.duties.launch import launch
from bot.duties.occurrences import Planned
from bot.duties.plan import parse_plan
from bot.duties.statutory import china
from bot.materials.rules import Library, Material, Scene
from bot.people.rules import Person
from bot.quiz.items import Bank
from bot.school import School
from bot.settings import WecomApp
from bot.simulator.cast import COLUMNS
from bot.web.rules import console_link
from bot.work import Work

NOW = datetime(2026, 9, 17, 18, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
KEY = b"a key for the tests only, not secret"
CORP = "ww0000000000000001"
NURSES = "护理学院/2023级/护理2301"
YOUNGER = "护理学院/2024级/护理2402"
ROWS = (
    ("2301001", "王小雨", "学生", NURSES, "s2301001", "", "", ""),
    ("2301002", "李婷", "学生", NURSES, "s2301002", "", "", ""),
    ("2402001", "王小阳", "学生", YOUNGER, "s2402001", "", "", ""),
    ("P1", "王建国", "家长", NURSES, "p1", "", "", "2301001;2402001"),
    ("P2", "刘桂芳", "家长", NURSES, "p2", "", "", "2301001"),
    ("P3", "李海", "家长", NURSES, "p3", "", "", "2301002"),
    ("T1", "陈静", "教职工", "护理学院", "t1", "班主任", NURSES, ""),
    ("A1", "周敏", "教职工", "学生处", "a1", "管理员;审批", "全校", ""),
    ("A2", "吴刚", "教职工", "保卫处", "a2", "管理员;审批", "全校", ""),
    ("A3", "郑洁", "教职工", "护理学院", "a3", "反诈联络员", "护理学院", ""),
)
PLAN = """\
timezone: Asia/Shanghai
calendar:
  terms: [{name: 2026秋, from: 2026-09-01, to: 2027-01-15}]
  holidays: china
  breaks: ["09:40", "15:20"]
quiet_hours: ["21:30-07:00"]
caps: {学生: 2 per week, 家长: 2 per month, 教职工: 1 per day}
packs:
  college-generic:
    duties:
      - {id: parents-letter, title: 给家长的一封信, clause: [S1-48], owner: 反诈办, do: letter, what: letter,
         to: 家长, when: term week 3 thursday at 18:20, ask: sign, due: 30 days}
      - {id: weekly, title: 每周提醒, clause: [S1-16], owner: 辅导员, do: send, what: scene,
         to: 学生, when: every friday at 16:40, ask: nothing}
      - {id: minute, title: 课间反诈60秒, clause: [S1-10], owner: 教务处, do: send, what: sixty-seconds,
         to: role 班主任, when: each school day at breaks, ask: nothing}
      - {id: install-app, title: 安装国家反诈中心APP, clause: [S1-11], owner: 辅导员, do: confirm,
         what: guide, to: 学生, when: term week 3 thursday at 12:20, ask: confirm}
      - {id: class-forward, title: 转发文章, clause: [S1-36], owner: 辅导员, do: forward, what: letter,
         to: role 班主任, when: monthly by day 20, ask: forward}
      - {id: warning, title: 预警通报, clause: [S1-20], owner: 反诈办, do: send, what: scene,
         to: 学生, when: every monday at 10:10, ask: nothing, approve: 1}
"""


def material(id_: str, kind: str, title: str, body: str, scene: Scene | None = None) -> Material:
    return Material(
        id_, kind, title, ("家长", "大学"), "示例", "公开资料", date(2027, 9, 1), body, scene=scene
    )


SCENE = Scene(
    "群里说扫码送皮肤。你怎么做？",
    (("A", "扫进去看看"), ("B", "不扫，退出来")),
    "B",
    "白送还要扫码就是红旗。",
)
LETTER = (
    "{{ term }}，{{ school }}写这封信。\n只打110。\n\n- 不要<b onclick=x>码</b>\n- [网](javascript:alert(1))"
)
LIBRARY = Library.of([
    material("letter", "letters", "写给家长", LETTER),
    material("scene", "sixty_seconds", "扫码送皮肤", "停一停。\n想一想。", SCENE),
    material("guide", "guides", "三步装好", "从应用商店搜全名。"),
])  # fmt: skip


class Clock:
    """Stands still until it is told to move on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def roster(rows: tuple[tuple[str, ...], ...] = ROWS) -> bytes:
    """A roster file of these people; every student is at a college."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(
        (c, n, k, u, "大学" if k == "学生" else "", w, r, s, g) for c, n, k, u, w, r, s, g in rows
    )
    return out.getvalue().encode()


def account(platform: str, url: str) -> WecomApp:
    return WecomApp.model_validate({
        "id": "campus", "kind": "wecom-app", "corp_id": CORP, "agent_id": 1000002, "secret": "s",
        "token": "t", "encoding_aes_key": "a" * 43, "school_notice": True, "api_base_url": platform,
        "authorize_base_url": platform, "public_url": url,
    })  # fmt: skip


def school(url: str, platform: str, letter_level: int = 1) -> School:
    plan = parse_plan(PLAN, "schedules.yaml", china())
    return School(
        "示例职业技术学院", Bank.of([]), LIBRARY, plan, Accounts((account(platform, url),), url), KEY,
        "college-generic", {}, letter_level=letter_level,
    )  # fmt: skip


def platform() -> web.Application:
    """The platform's side of a web login: a code is the person's id, ``stranger`` nobody, ``spent`` used.

    Whose phone it is stands in the cookie ``phone`` on its login page.
    """

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"errcode": 0, "access_token": "token", "expires_in": 7200})

    async def who(request: web.Request) -> web.Response:
        code, field = request.query["code"], "parent_userid" if "school" in request.path else "userid"
        if code == "spent":
            return web.json_response({"errcode": 40029, "errmsg": "invalid code"})
        return web.json_response({"errcode": 0} | ({} if code == "stranger" else {field: code}))

    async def authorize(request: web.Request) -> web.Response:
        back = urlencode({"code": request.cookies.get("phone", "stranger"), "state": request.query["state"]})
        raise web.HTTPFound(f"{request.query['redirect_uri']}?{back}")

    app = web.Application()
    app.router.add_get("/connect/oauth2/authorize", authorize)
    app.router.add_get("/cgi-bin/gettoken", token)
    app.router.add_get("/cgi-bin/auth/getuserinfo", who)
    app.router.add_get("/cgi-bin/school/getuserinfo", who)
    return app


@dataclass
class Page:
    status: int
    text: str
    path: str
    answer: ClientResponse

    @property
    def words(self) -> str:
        """What a person reads: no tags, no blanks."""
        return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", self.text))


class Browser:
    """One person's browser: follows redirects within our site, fills the form token in as a page would."""

    def __init__(self, server: TestServer) -> None:
        self.client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        self.page = Page(0, "", "", None)  # type: ignore[arg-type]

    async def opens(self, path: str, **headers: str) -> Page:
        return await self._read(await self.client.get(path, headers=headers))

    async def posts(self, path: str, *, csrf: str | None = None, **fields: object) -> Page:
        """Submit a form of the page that is open, with its token unless another is given."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page.text)
        token = csrf if csrf is not None else found[1] if found else ""
        data = {"csrf": token} | fields
        return await self._read(await self.client.post(path, data=data))

    async def logs_in(self, code: str, as_: str = "parent", next_: str = "/verify") -> Page:
        """Out to the platform's login page, which sends the browser back with a code."""
        out = await self.client.get(f"/oauth/campus?as={as_}", params={"next": next_}, allow_redirects=False)
        state = parse_qs(urlsplit(out.headers["Location"]).query)["state"][0]
        return await self.opens(f"/oauth/campus?code={code}&state={state}")

    async def _read(self, answer: ClientResponse) -> Page:
        body = await answer.read()
        text = body.decode() if answer.content_type.startswith(("text", "application/json")) else ""
        self.page = Page(answer.status, text, answer.url.path_qs, answer)
        return self.page


class Campus:
    """The college behind the pages: launches duties, and knows its people by 编号."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.school: School

    async def person(self, code: str) -> Person:
        async with self.database.reading() as tx:
            found = await Work(tx).people.by_code(code)
        assert found is not None
        return found

    async def launches(self, duty: str, asked_by: int | None = None) -> tuple[str, str]:
        """The id of the campaign and the slug of its page."""
        planned = Planned(self.school.plan.duties[duty], self.clock.now)
        async with self.database.begin() as tx:
            launched = await launch(
                Work(tx), self.school, "college-generic", planned, self.clock.now, asked_by=asked_by
            )
        assert launched is not None
        async with self.database.reading() as tx:
            return planned.id, await Work(tx).receipts.slug_of(planned.id)

    async def proofs(self, campaign: str, code: str) -> list[tuple[str, str]]:
        """(kind, via) of everything on record for this person's tasks of a campaign."""
        person = await self.person(code)
        async with self.database.reading() as tx:
            duties = Work(tx).duties
            tasks = await duties.tasks_for(campaign, person=person.id)
            return [(str(p.kind), p.via) for task, _ in tasks for p in await duties.proofs(task.id)]


New = Callable[[], Browser]


async def enters(one: Browser, campus: Campus, code: str, room: str = "") -> Browser:
    """Comes in by the one-time link of /login; the same browser."""
    link = console_link(KEY, (await campus.person(code)).id, campus.clock.now, room)
    assert "进入控制台" in (await one.opens(link)).words
    await one.posts(link)
    return one
