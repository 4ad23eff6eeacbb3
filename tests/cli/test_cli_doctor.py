"""``doctor`` against the pretended platforms: each thing that can be wrong, and the page that mends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.app import built
from bot.delivery.base_limits import call_limits
from bot.delivery.store_abilities import Abilities
from bot.delivery.tables import account_state, quota
from bot.duties.plan_values import ZONE
from bot.loading import load_settings
from bot.messages import Way
from bot.settings import WecomApp
from bot.simulator.corp import Parent, SchoolDepartment, Student
from bot.simulator.server import SIMULATION, build
from bot.simulator.simulation import Simulation
from bot.simulator.stage import free_port
from bot.simulator.world import Clock, World
from tests.cli.office import SECRETS, Office, Outcome, open_office

HOST = "127.0.0.1"


def world() -> dict[str, Any]:
    app = {
        "agent_id": 1000002, "secret": SECRETS["CAMPUS_SECRET"], "token": SECRETS["CAMPUS_TOKEN"],
        "aes_key": SECRETS["CAMPUS_AES_KEY"], "school": True,
    }  # fmt: skip
    members = [{"userid": userid, "name": userid} for userid in ("XiaoLin", "ateng", "teacher_su")]
    school = {
        "departments": [{"id": 1, "name": "护理2301"}],
        "students": [{"student_userid": "s_lin", "name": "林小满", "department": [1]}],
        "parents": [
            {"parent_userid": "P_lin_ma", "name": "林家长", "children": [{"student_userid": "s_lin"}]}
        ],
    }
    corp = {"corp_id": "ww0123456789abcdef", "name": "示例职业技术学院", "members": members, "apps": [app]}
    public = {
        "app_id": "wx0123456789abcdef", "secret": SECRETS["PUBLIC_SECRET"], "token": SECRETS["PUBLIC_TOKEN"],
        "aes_key": SECRETS["PUBLIC_AES_KEY"], "original_id": "gh_0123456789ab", "name": "示例学院",
        "templates": {
            "TPL": {"title": "待办提醒", "fields": {"thing1": "事项", "time2": "时间"}},
            "SUB": {"title": "学校提醒", "fields": {"thing1": "提醒", "time2": "时间"}, "subscription": True},
        },
    }  # fmt: skip
    hook = {"key": SECRETS["STAFFROOM_KEY"], "name": "反诈工作群"}
    return {"corps": [corp | {"school": school}], "accounts": [public], "webhooks": [hook]}


@dataclass(slots=True)
class Ward:
    """A school whose bot is running, beside its pretended platforms."""

    office: Office
    sim: Simulation
    bot: web.Application

    async def doctor(self) -> Outcome:
        return await self.office.types("doctor")

    @property
    def app(self) -> Any:
        return self.sim.world.corps[0].apps[0]

    @property
    def public(self) -> Any:
        return self.sim.world.accounts[0]


@asynccontextmanager
async def served(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    platform, own = free_port(HOST), free_port(HOST)
    office = open_office(tmp_path, f"http://{HOST}:{platform}", f"http://{HOST}:{own}")
    await office.types("roster", "import", tmp_path / "roster.csv", "--apply")
    sim_app = build(World.from_dict(world()), Clock(), base_url=f"http://{HOST}:{platform}")
    settings = load_settings(office.settings, SECRETS)
    async with (
        served(sim_app, platform),
        built(settings, office.folder) as bot,
        served(bot.web, own),
    ):
        yield Ward(office, sim_app[SIMULATION], bot.web)


async def test_a_healthy_school(ward: Ward) -> None:
    found = await ward.doctor()
    assert (found.code, "需处理" in found.out) == (0, False)
    for line in (
        "账号 campus（wecom-app）",
        "令牌有效，本机 IP 可信",
        "/callback/campus",
        "抽查名单里 3 人，都看得到",
        "家长可使用的应用：1 个部门",
        "家长 1 人都关注了学校通知",
        "平台额度 客服消息：今天已用 0 / 500,000",
        "模板 notice 可用，字段齐全",
        "群机器人地址有效",
        "公众号只访问 80 和 443 端口",
    ):
        assert line in found.out
    assert "[3/3] staffroom" in found.err
    assert [value for value in SECRETS.values() if value in found.out + found.err] == []
    assert [phone.bubbles for phone in ward.sim.phones.values() if phone.bubbles] == []  # nobody was bothered


async def test_an_ip_that_is_not_trusted(ward: Ward) -> None:
    ward.app.trusted_ips = ("10.0.0.1",)
    ward.public.trusted_ips = ("10.0.0.1",)
    found = await ward.doctor()
    assert found.code == 1
    assert "60020" in found.err
    assert "from ip: 127.0.0.1" in found.err
    assert "管理后台→本应用→企业可信IP" in found.err
    assert "IP白名单" in found.err
    assert "其余检查等令牌正常以后再做" in found.out
    ward.app.trusted_ips = ward.public.trusted_ips = (HOST,)
    assert (await ward.doctor()).code == 0  # what was mended counts at once


async def test_a_wrong_secret_is_tried_once(ward: Ward) -> None:
    ward.office.environment["CAMPUS_SECRET"] = "mistyped-secret"
    found = await ward.doctor()
    assert found.code == 1
    assert "核对 Secret 和启用状态" in found.err
    assert "mistyped-secret" not in found.err + found.out
    assert [crossing.path for crossing in ward.sim.wire].count("/cgi-bin/gettoken") == 1


async def test_the_running_bot_has_other_secrets(ward: Ward) -> None:
    ward.office.environment |= {"CAMPUS_TOKEN": "anotherToken", "PUBLIC_TOKEN": "anotherToken"}
    found = await ward.doctor()
    assert found.err.count("签名没有通过") == 2
    assert "接收消息→设置API接收" in found.err
    assert "消息与事件推送" in found.err


@pytest.mark.parametrize(
    ("public_url", "told"),
    [
        (f"http://{HOST}:9", "回调地址连不上"),
        ("PLATFORM/nowhere", "回调地址 404"),
        ("PLATFORM/page/page.html?", "回调地址的答复被改过"),
        ("file:///etc/passwd#", "回调地址不是网址"),
    ],
)
async def test_addresses_that_lead_elsewhere(ward: Ward, public_url: str, told: str) -> None:
    url = public_url.replace("PLATFORM", ward.sim.base_url)
    ward.office.change("settings.yaml", "    headcount: 20\n", f'    public_url: "{url}"\n')
    found = await ward.doctor()
    assert found.code == 1
    assert told in found.err


async def test_members_outside_the_visible_scope(ward: Ward) -> None:
    ward.app.visible = ["XiaoLin"]
    found = await ward.doctor()
    assert found.code == 1
    assert "抽查名单里 3 人，2 人看不到（护理学院、护理2301）" in found.err
    assert "应用管理→本应用→可见范围" in found.err


async def test_the_app_is_not_among_those_for_parents(ward: Ward) -> None:
    ward.app.school = False
    found = await ward.doctor()
    assert found.code == 1
    assert "65022" in found.err
    assert "家校沟通→API→可调用接口的应用" in found.err


async def test_parents_who_do_not_follow(ward: Ward) -> None:
    ward.sim.world.corps[0].school.parents[0].is_subscribe = False
    found = await ward.doctor()
    assert found.code == 0
    assert "家长 1 人，1 人没有关注学校通知" in found.out
    assert "护理2301 1 人" in found.out
    assert "/sim/qr/" in found.out
    assert "林家长" not in found.out


async def test_classes_teachers_and_campuses(ward: Ward) -> None:
    """One class outside the scope, one that is nobody's, a teacher who does not see the app."""
    (corp,) = ward.sim.world.corps
    there = corp.school.departments[0]
    there.department_admins = [{"userid": "nobody_sees", "type": 3}, {"userid": "XiaoLin", "type": 4}]
    there.parentid = 5
    corp.school.departments = [
        SchoolDepartment(4, "学校", 0, 5),
        SchoolDepartment(5, "护理学院", 4, 4),
        there,
        SchoolDepartment(6, "西校区", 4, 4),
        SchoolDepartment(7, "没有这个班", 6),
    ]
    corp.school.students.append(Student("s_far", "远", [7]))
    corp.school.parents.append(Parent("p_far", "远家长", False, [{"student_userid": "s_far"}]))
    ward.app.school_scope = [6]
    found = await ward.doctor()
    assert found.code == 1
    assert "1 个班不在家长可使用的应用里，家长通知发不到：学校/护理学院/护理2301" in found.err
    assert "花名册里找不到 学校/西校区/没有这个班" in found.out
    assert "核对 2 人，1 人看不到应用，家长通知会报 65024（护理2301）" in found.err
    assert "护理学院：家长 1 人，关注 1 人（100%）" in found.out
    assert "西校区：家长 1 人，关注 0 人（0.0%）" in found.out
    corp.verified = False
    assert "43009" in (await ward.doctor()).err


async def test_templates_that_do_not_fit(ward: Ward) -> None:
    ward.office.change("settings.yaml", "time2: time", "thing5: body")
    found = await ward.doctor()
    assert "没有写的字段 time2；模板里没有的字段 thing5" in found.err
    ward.office.change("settings.yaml", "id: TPL", "id: LOST")
    found = await ward.doctor()
    assert found.code == 1
    assert "账号里没有 LOST" in found.err
    assert "账号里有：TPL" in found.err


SUBSCRIBE = "    templates: {subscribe: {id: SUB, type: once}, "


async def test_subscription_templates_are_looked_at(ward: Ward) -> None:
    ward.office.change("settings.yaml", "    templates: {", SUBSCRIBE)
    ward.public.forbidden = {"/cgi-bin/ticket/getticket": 48001}
    assert "jsapi_ticket失败：48001" in (await ward.doctor()).err
    ward.public.forbidden = {}
    found = await ward.doctor()
    assert found.code == 0
    assert "模板 subscribe 可用，字段齐全" in found.out
    assert "网页上的「下次提醒我」可用" in found.out
    assert "平台额度 订阅通知：今天已用 0" in found.out
    ward.office.change("settings.yaml", "type: once", "type: long")
    assert "type 改成 once" in (await ward.doctor()).err
    ward.office.change("settings.yaml", "id: SUB,", "id: TPL,")
    found = await ward.doctor()
    assert "账号里没有 TPL" in found.err
    assert "订阅通知→我的模板" in found.err


async def test_ways_that_were_taken_back(ward: Ward) -> None:
    """What can be read again is given free; what cannot be tried without sending waits for one message."""
    ward.office.change("settings.yaml", "    templates: {", SUBSCRIBE)
    database, now = ward.office.database(), datetime.now(UTC)

    async def taken_back() -> dict[Way, bool]:
        async with database.begin() as tx:
            found = await Abilities(tx).withdrawn("public")
        return {one.way: one.try_at > datetime.now(UTC) for one in found}

    async with database.begin() as tx:
        for way in Way:
            Abilities(tx).withdraw("public", way, "48001 api unauthorized rid: 1-2-3", now)
    ward.public.forbidden = {"/wxaapi/newtmpl/gettemplate": 48001}
    found = await ward.doctor()
    assert found.code == 1
    assert "模板消息的权限已恢复" in found.out
    assert "平台收回过客服消息（48001 api unauthorized" in found.out
    assert "平台收回了订阅通知（48001" in found.err
    assert "认证是否到期" in found.err
    assert await taken_back() == {Way.CUSTOM: False, Way.MASS: False, Way.SUBSCRIBE: True}
    ward.public.forbidden = {}
    assert (await ward.doctor()).code == 0
    assert await taken_back() == {Way.CUSTOM: False, Way.MASS: False}
    await database.close()


async def test_an_account_that_may_not_do_what_the_settings_say(ward: Ward) -> None:
    ward.public.type = "subscription"
    found = await ward.doctor()
    assert "48001" in found.err
    assert "认证是否到期" in found.err


async def test_quotas_that_run_low(ward: Ward) -> None:
    database = ward.office.database()
    now = datetime.now(UTC)
    soon, day = now + timedelta(hours=1), f"{now.astimezone(ZONE):%Y-%m-%d}T00:00"
    updates = call_limits(WecomApp.model_construct(id="campus", corp_id="ww0123456789abcdef"), "update")[1]
    async with database.begin() as tx:
        tx.write(quota.insert(), name=f"campus/app/{day}", used=3990, until=soon)
        tx.write(quota.insert(), name=f"public/custom/{day}", used=7, until=soon)
        tx.write(quota.insert(), name=updates.before(now)[-1], used=149_000, until=soon)
        tx.write(account_state.insert(), account="public", stopped="restored from a backup", since=now)
    await database.close()
    found = await ward.doctor()
    for line in (
        "[提示] 本机额度 应用消息（人次）：今天已用 3,990 / 4,000，常规还可用 0，留给预警和答复 800",
        "账号上限",
        "[正常] 本机额度 学校通知（每分钟）：这一分钟已用 0 / 10,000，常规还可用 10,000",
        "[提示] 接口频率 卡片更新：这一小时已用 149,000 / 150,000，还可用 1,000",
        "[正常] 本机额度 客服消息：今天已用 7 / 500,000，常规还可用 399,993，留给预警和答复 100,000",
        "[正常] 本机额度 模板消息：今天已用 0 / 100,000",
        "[正常] 本机额度 群消息（每分钟）：这一分钟已用 0 / 20，常规还可用 20",
    ):
        assert line in found.out
    assert "素材上传" not in found.out, "nothing was uploaded"
    assert "本账号已停发：restored from a backup" in found.err
    assert found.code == 1


async def test_a_deleted_group_robot(ward: Ward) -> None:
    ward.office.environment["STAFFROOM_KEY"] = "old-key"
    found = await ward.doctor()
    assert found.code == 1
    assert "93000" in found.err
    assert "重新添加消息推送" in found.err


async def test_a_platform_that_does_not_answer(ward: Ward) -> None:
    ward.sim.faults.http("/cgi-bin/gettoken", 502, times=9)
    ward.sim.faults.errcode("/cgi-bin/school/agent/get_allow_scope", -1)
    ward.office.change("settings.yaml", f"{ward.sim.base_url}/wechat", f"http://{HOST}:9")
    found = await ward.doctor()
    assert found.code == 1
    assert "502" in found.err
    assert "从这台服务器连不上平台" in found.err
    ward.sim.faults.heal()
    ward.sim.faults.errcode("/cgi-bin/school/agent/get_allow_scope", -1)
    found = await ward.doctor()
    assert "读取家长可使用的应用失败：-1" in found.err
