"""``doctor`` looks at an official account: templates, subscriptions, what was taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.delivery.store_abilities import Abilities
from bot.messages import Way
from tests.cli.ward import Ward


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
    assert "本机额度 订阅通知：今天已用 0 / 100,000" in found.out
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
