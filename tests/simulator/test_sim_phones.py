"""Stories: people speak, the echo bot answers over the true wire, and broken answers are shown as such."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from sim_cast import AGENT, APP, CORP, GH, PNG, Stage, staged, world

from bot.simulator.callbacks import Manner
from bot.simulator.world import World


async def test_a_member_and_a_follower_are_answered(stage: Stage) -> None:
    for phone in (stage.member("xiaolin"), stage.follower("oFang")):
        await phone.says("这条短信 & <b>是真的吗")
        phone.hears("收到：这条短信 & <b>是真的吗")
    assert stage.bot.heard[0].source == "XiaoLin"


async def test_a_closing_mark_arrives_whole_and_breaks_a_careless_reply(stage: Stage) -> None:
    fang = stage.follower("oFang")
    await fang.says("这条]]>短信")
    assert stage.bot.heard[0].content == "这条]]>短信"
    assert "回复有误" in fang.failures[0]


async def test_a_picture_arrives_with_its_media_id(stage: Stage) -> None:
    media_id = (await stage.upload("wecom", "image", "a.png", PNG))["media_id"]
    for phone in (stage.member("xiaolin"), stage.follower("oFang")):
        await phone.send_picture(media_id)
        assert (stage.bot.heard[-1].type, stage.bot.heard[-1].media_id) == ("image", media_id)


async def test_the_server_addresses_are_verified(stage: Stage) -> None:
    assert await stage.sim.verify() == {f"{CORP}|{AGENT}": True, APP: True}


async def test_plain_mode_without_a_key() -> None:
    data = world()
    data["accounts"][0]["aes_key"] = None
    async with staged(data) as stage:
        seen: list[Any] = []

        async def plain(request: web.Request) -> web.Response:
            seen.append(dict(request.query))
            reply = "<xml><ToUserName>oFang</ToUserName><CreateTime>1</CreateTime>"
            reply += f"<FromUserName>{GH}</FromUserName>"
            return web.Response(text=f"{reply}<MsgType>text</MsgType><Content>明文</Content></xml>")

        app = web.Application()
        app.router.add_post("/plain", plain)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        stage.sim.world.accounts[0].callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/plain"
        await stage.follower("oFang").says("你好")
        stage.follower("oFang").hears("明文")
        assert set(seen[0]) == {"signature", "timestamp", "nonce", "openid"}
        await runner.cleanup()


async def test_menu_links_in_text_say_their_word(stage: Stage) -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=A%261&msgmenuid=q12_A">A. 拨打110</a>'
    stage.bot.answer = lambda message: (
        f"第1题\n{link}" if message.content == "答题" else f"你选了{message.content}"
    )
    fang = stage.follower("oFang")
    await fang.says("答题")
    fang.hears("A. 拨打110")
    await fang.taps("A. 拨打110")
    fang.hears("你选了A&1")
    assert stage.bot.heard[-1]._data["bizmsgmenuid"] == "q12_A"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (lambda m: web.Response(text='{"reply":"好"}'), "回复有误"),
        (lambda m: web.Response(text="<xml><xml></xml></xml>"), "回复有误"),
        (lambda m: web.Response(text="<xml><Content>未加密</Content></xml>"), "Encrypt"),
        (lambda m: web.Response(status=500), "HTTP 500"),
    ],
)
async def test_a_broken_answer_is_a_failure_line(stage: Stage, raw: Any, reason: str) -> None:
    stage.bot.raw = raw
    fang = stage.follower("oFang")
    await fang.says("你好")
    fang.hears("该公众号提供的服务出现故障，请稍后再试")
    assert reason in fang.failures[0]


async def test_success_and_silence_show_nothing(stage: Stage) -> None:
    fang = stage.follower("oFang")
    for body in ("", "success"):
        stage.bot.raw = lambda m, body=body: web.Response(text=body)
        await fang.says("你好")
        fang.hears_nothing()
    stage.bot.raw = lambda m: web.Response(text="success")
    await stage.member("xiaolin").says("你好")
    assert stage.member("xiaolin").failures


async def test_a_reply_must_go_back_to_the_one_who_asked(stage: Stage) -> None:
    def swap(message: Any) -> str:
        message._data["FromUserName"] = message.source = "oMinor"
        return "给别人"

    stage.bot.answer = swap
    await stage.follower("oFang").says("你好")
    stage.follower("oFang").hears("服务出现故障")
    assert "ToUserName" in stage.follower("oFang").failures[0]


async def test_a_failing_server_is_tried_three_times_with_the_same_message(stage: Stage) -> None:
    stage.bot.raw = lambda m: web.Response(status=502)
    await stage.member("xiaolin").says("在吗")
    assert len(stage.bot.heard) == 3
    assert len({message.id for message in stage.bot.heard}) == 1
    assert len({message._data["CreateTime"] for message in stage.bot.heard}) == 1


async def test_a_slow_server_loses_the_reply(stage: Stage) -> None:
    stage.sim.callbacks.manner = Manner(timeout=0.05, tries=1)

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response()

    app = web.Application()
    app.router.add_post("/slow", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stage.sim.world.corps[0].apps[0].callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slow"
    lin = stage.member("xiaolin")
    await lin.says("在吗")
    assert "没有在5秒内应答" in lin.failures[0]
    await runner.cleanup()


@pytest.mark.parametrize("overlap", [False, True])
async def test_a_message_may_come_twice_and_is_answered_once_on_the_phone(
    stage: Stage, overlap: bool
) -> None:
    stage.sim.callbacks.manner = Manner(copies=3, overlap=overlap, reuse_nonce=True)
    lin = stage.member("xiaolin")
    await lin.says("在吗")
    assert len(stage.bot.heard) == 3
    assert [bubble.text for bubble in lin.since_i_acted] == ["收到：在吗"]


async def test_following_and_leaving(stage: Stage) -> None:
    stage.bot.answer = lambda message: "欢迎" if message._data.get("Event") == "subscribe_scan" else ""
    gone = stage.follower("oGone")
    await gone.follow("bind-7A")
    gone.hears("欢迎")
    assert stage.bot.heard[-1]._data["EventKey"] == "bind-7A"  # wechatpy strips qrscene_
    await gone.unfollow()
    gone.hears_nothing()
    assert stage.bot.heard[-1]._data["Event"] == "unsubscribe"


async def test_parents_cannot_write_back(stage: Stage) -> None:
    with pytest.raises(PermissionError):
        await stage.parent("p_yu_ma").says("收到")


async def test_a_phone_that_heard_wrong_shows_its_screen(stage: Stage) -> None:
    lin = stage.member("xiaolin")
    await lin.says("在吗")
    with pytest.raises(AssertionError, match="收到：在吗"):
        lin.hears("没有这句")
    with pytest.raises(AssertionError, match="nothing to tap"):
        await lin.taps("没有这个")
    asyncio.get_running_loop().call_later(0.05, lambda: lin.show(f"app-{AGENT}", "text", text="晚到的话"))
    await lin.waits_for("晚到的话")


async def test_mistakes_in_a_world_name_their_place() -> None:
    data = world()
    data["corps"][0]["apps"][0]["colour"] = "green"
    with pytest.raises(ValueError, match=r"corp ww0123456789abcdef.apps\[0\]: unknown key colour"):
        World.from_dict(data)
    with pytest.raises(ValueError, match="missing key secret"):
        World.from_dict({"accounts": [{"app_id": "wx"}]})


async def test_the_wire_shows_what_crossed_without_secrets(stage: Stage) -> None:
    await stage.member("xiaolin").says("在吗")
    await stage.wecom(
        "message/send", {"touser": "ateng", "msgtype": "text", "agentid": AGENT, "text": {"content": "提醒"}}
    )
    rows = list(stage.sim.wire)
    assert [row.direction for row in rows] == ["out", "back", "in", "in"]
    assert rows[0].sealed
    assert "campus-secret" not in str(rows)
    assert rows[-1].summary == "text → ateng 提醒"
