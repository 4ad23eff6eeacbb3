"""``doctor`` against the pretended platforms: each thing that can be wrong, and the page that mends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.base_limits import call_limits
from bot.delivery.store_inbox import Inbox
from bot.delivery.tables import account_state, quota
from bot.duties.plan_values import ZONE
from bot.messages import Reply
from bot.people.tables import contact
from bot.settings import WecomApp
from tests.cli.office import SECRETS
from tests.cli.ward import HOST, Ward


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


async def test_an_address_that_was_never_saved_in_the_console(ward: Ward) -> None:
    """It answers well, and the platform does not know it: the page is named until something has come."""
    found = await ward.doctor()
    assert found.out.count("从来没有收到过平台的回调") == 2
    assert f"接收消息→设置API接收，URL 填 {ward.url}/callback/campus" in found.out
    assert f"消息与事件推送，URL 填 {ward.url}/callback/public" in found.out
    database = ward.office.database()
    longer = datetime.now(UTC) - timedelta(days=20)
    async with database.begin() as tx:
        tx.write(contact.update().where(contact.c.account == "campus"), last_in_at=longer)
    found = await ward.doctor()
    assert found.out.count("从来没有收到过平台的回调") == 1  # the official account has never been heard
    assert f"地址以前是通的，上一次是 {longer.astimezone(ZONE):%Y-%m-%d %H:%M}" in found.out
    async with database.begin() as tx:
        for key in ("campus|xiaolin|1", "campus2|xiaolin|2", "wx0123456789abcdef|oLin|3"):
            Inbox(tx).remember(key, Reply("好"), datetime.now(UTC))
    await database.close()
    assert "没有收到过平台的回调" not in (await ward.doctor()).out


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
        (f"http://{HOST}:9", "回调地址连不上（对方没有在听"),
        ("http://nowhere.invalid", "回调地址连不上（域名查不到）"),
        ("PLATFORM/nowhere", "回调地址 404"),
        ("PLATFORM/page/page.html?", "回调地址的答复被改过"),
        ("file:///etc/passwd#", "public_url：以 http:// 或 https:// 开头"),
    ],
)
async def test_addresses_that_lead_elsewhere(ward: Ward, public_url: str, told: str) -> None:
    url = public_url.replace("PLATFORM", ward.sim.base_url)
    ward.office.change("settings.yaml", "    headcount: 20\n", f'    public_url: "{url}"\n')
    found = await ward.doctor()
    assert found.code == 1
    assert told in found.err


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
    assert "本账号已停发：由备份恢复" in found.err
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
