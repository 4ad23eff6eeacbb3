"""The pretended WeCom is strict: tokens, order of checks, limits, codes."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sim_cast import AGENT, CORP, PNG, Stage, app_text, staged, vote_card, world

SEND = "message/send"


async def test_tokens_are_missing_unknown_expired_and_wrong(stage: Stage) -> None:
    path = "/wecom/cgi-bin/message/send"
    assert (await stage.post(path, app_text()))["errcode"] == 41001
    assert (await stage.post(path, app_text(), access_token="nonsense"))["errcode"] == 40014
    token = await stage.token()
    assert token == await stage.token()
    stage.clock.turn(timedelta(seconds=7200))
    refused = await stage.post(path, app_text(), access_token=token)
    assert refused["errcode"] == 42001
    assert "from ip: 127.0.0.1" in refused["errmsg"]
    assert "hint: [" in refused["errmsg"]
    other = await stage.token("other-secret")
    assert (await stage.post(path, app_text(), access_token=other))["errcode"] == 301002


async def test_the_fifth_wrong_secret_blocks_the_ip_for_an_hour(stage: Stage) -> None:
    codes = [
        (await stage.get("/wecom/cgi-bin/gettoken", corpid=CORP, corpsecret="guess"))["errcode"]
        for _ in range(5)
    ]
    assert codes == [40001] * 4 + [45009]
    right = {"corpid": CORP, "corpsecret": "campus-secret"}
    assert (await stage.get("/wecom/cgi-bin/gettoken", **right))["errcode"] == 45009
    stage.clock.turn(timedelta(hours=1, seconds=1))
    assert (await stage.get("/wecom/cgi-bin/gettoken", **right))["errcode"] == 0


async def test_a_caller_outside_the_trusted_ips_is_named() -> None:
    data = world()
    data["corps"][0]["apps"][0]["trusted_ips"] = ["203.0.113.9"]
    async with staged(data) as stage:
        answer = await stage.get("/wecom/cgi-bin/gettoken", corpid=CORP, corpsecret="campus-secret")
        assert answer["errcode"] == 60020


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{broken", 40035),
        (b'{"touser":"xiaolin","msgtype":"text","agentid":1000002,"text":{"content":"\\u4f60"}}', 40033),
        (app_text(msgtype="hologram"), 40008),
        (app_text(agentid="1000002"), 40058),
        (app_text(agentid=1000009), 301002),
        (app_text(""), 82001),
        (app_text("|".join(f"u{n}" for n in range(1001))), 40032),
        (app_text(touser=["xiaolin"]), 40058),
        (app_text(text={"content": " "}), 44004),
        (app_text("nobody"), 81013),
        (app_text("outsider"), 81013),
        ({**app_text(), "msgtype": "textcard", "textcard": {"title": "t", "url": "https://e.cn"}}, 41033),
        (
            {
                **app_text(),
                "msgtype": "textcard",
                "textcard": {"title": "t", "description": "d", "url": "e.cn"},
            },
            40054,
        ),
        (
            {
                **app_text(),
                "msgtype": "news",
                "news": {"articles": [{"title": "t", "url": "https://e.cn"}] * 9},
            },
            45008,
        ),
        ({**app_text(), "msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        (vote_card("坏的"), 42014),
        (vote_card("t1", card_type="hologram"), 42031),
        (vote_card("t1", main_title={}), 42033),
        (vote_card("t1", submit_button={"text": "提交"}), 42046),
        (vote_card("t1", checkbox={"question_key": "q", "option_list": []}), 42042),
    ],
)
async def test_each_mistake_has_its_own_code(stage: Stage, body: Any, code: int) -> None:
    assert (await stage.wecom(SEND, body))["errcode"] == code


async def test_wrong_method_is_a_parameter_error(stage: Stage) -> None:
    assert (await stage.read(SEND))["errcode"] == 40058


async def test_partial_failure_is_success_with_lower_cased_names(stage: Stage) -> None:
    answer = await stage.wecom(SEND, app_text("XIAOLIN|NoBody|Outsider", toparty="3|99", totag="8"))
    assert answer["errcode"] == 0
    assert answer["invaliduser"] == "nobody|outsider"
    assert answer["invalidparty"] == "99"
    assert answer["invalidtag"] == "8"
    assert "response_code" not in answer
    stage.member("xiaolin").received("陌生链接")
    stage.member("teacher_su").received("陌生链接")
    stage.member("ateng").never_received("陌生链接")


async def test_everyone_and_tags(stage: Stage) -> None:
    await stage.wecom(SEND, app_text("@all"))
    await stage.wecom(SEND, app_text("", totag="7", text={"content": "只给标签"}))
    assert [len(stage.member(u).bubbles) for u in ("xiaolin", "ateng", "outsider")] == [2, 1, 0]


async def test_long_text_is_cut_between_characters(stage: Stage) -> None:
    await stage.wecom(SEND, app_text(text={"content": "骗" * 700}))
    bubble = stage.member("xiaolin").bubbles[-1]
    assert bubble.truncated
    assert bubble.text == "骗" * 682


async def test_an_identical_request_is_swallowed_within_its_window(stage: Stage) -> None:
    body = app_text(enable_duplicate_check=1, duplicate_check_interval=99_999)
    await stage.wecom(SEND, body)
    stage.clock.turn(timedelta(seconds=14_399))
    assert (await stage.wecom(SEND, body))["errcode"] == 0
    assert len(stage.member("xiaolin").bubbles) == 1
    stage.clock.turn(timedelta(seconds=2))
    await stage.wecom(SEND, body)
    assert len(stage.member("xiaolin").bubbles) == 2


async def test_the_thirty_first_message_of_a_minute_vanishes_silently(stage: Stage) -> None:
    for number in range(31):
        assert (await stage.wecom(SEND, app_text(text={"content": f"第{number}条"})))["errcode"] == 0
    assert len(stage.member("xiaolin").bubbles) == 30
    stage.clock.turn(timedelta(seconds=61))
    await stage.wecom(SEND, app_text())
    assert len(stage.member("xiaolin").bubbles) == 31


async def test_the_daily_quota_counts_heads_and_ends_at_midnight() -> None:
    data = world() | {"limits": {"app_per_head": 1}}
    data["corps"][0]["headcount"] = 5
    async with staged(data) as stage:
        assert (await stage.wecom(SEND, app_text("@all")))["errcode"] == 0
        assert (await stage.wecom(SEND, app_text("xiaolin|ateng")))["errcode"] == 45009
        assert (await stage.wecom(SEND, app_text()))["errcode"] == 0
        stage.clock.turn(timedelta(hours=12))
        assert (await stage.wecom(SEND, app_text("@all")))["errcode"] == 0


async def test_too_many_calls_of_one_path_are_blocked_for_a_minute() -> None:
    async with staged(world() | {"limits": {"api_per_minute": 2}}) as stage:
        token = await stage.token()
        codes = [
            (await stage.post("/wecom/cgi-bin/message/send", app_text(), access_token=token))["errcode"]
            for _ in range(3)
        ]
        assert codes == [0, 0, 45009]


async def test_recall_within_a_day(stage: Stage) -> None:
    sent = await stage.wecom(SEND, app_text("xiaolin|plugin"))
    assert (await stage.wecom("message/recall", {"msgid": sent["msgid"]}))["errcode"] == 0
    stage.member("xiaolin").never_received("陌生链接")
    stage.member("plugin").received("陌生链接")
    late = await stage.wecom(SEND, app_text(text={"content": "晚"}))
    stage.clock.turn(timedelta(days=1))
    assert (await stage.wecom("message/recall", {"msgid": late["msgid"]}))["errcode"] == 42052


async def test_media_lives_three_days_in_its_own_corp(stage: Stage) -> None:
    assert (await stage.upload("wecom", "image", "a.png", b"tiny"))["errcode"] == 40006
    assert (await stage.upload("wecom", "image", "a.png", b"not a picture"))["errcode"] == 40005
    assert (await stage.upload("wecom", "hologram", "a.png", PNG))["errcode"] == 40004
    media_id = (await stage.upload("wecom", "image", "a.png", PNG))["media_id"]
    body = {**app_text(), "msgtype": "image", "image": {"media_id": media_id}}
    assert (await stage.wecom(SEND, body))["errcode"] == 0
    async with stage.http.get(f"{stage.base}/sim/media/{media_id}") as answer:
        assert await answer.read() == PNG
    stage.clock.turn(timedelta(days=3))
    assert (await stage.wecom(SEND, body))["errcode"] == 40007


async def test_menu_limits(stage: Stage) -> None:
    async def create(*buttons: dict[str, Any]) -> int:
        token = await stage.token()
        url = "/wecom/cgi-bin/menu/create"
        return (await stage.post(url, {"button": list(buttons)}, access_token=token, agentid=AGENT))[
            "errcode"
        ]

    click = {"type": "click", "name": "本周任务", "key": "TASK"}
    assert await create(*[click] * 4) == 40017
    assert await create({**click, "name": "一二三四五六"}) == 40018
    assert await create({"type": "view", "name": "页", "url": "example.edu.cn"}) == 40055
    assert await create(click) == 0
    await stage.member("xiaolin").menu("本周任务")
    assert stage.bot.heard[-1]._data["EventKey"] == "TASK"


async def test_faults_come_on_command_and_go(stage: Stage) -> None:
    faults = stage.sim.faults
    token = await stage.token()
    path = "/cgi-bin/message/send"
    url = f"{stage.base}/wecom{path}"
    faults.errcode(path, -1)
    faults.errcode(path, 45033)
    assert [(await stage.wecom(SEND, app_text()))["errcode"] for _ in range(3)] == [-1, 45033, 0]
    faults.http(path, 502)
    async with stage.http.post(url, json=app_text(), params={"access_token": token}) as answer:
        assert answer.status == 502
    before = len(stage.member("xiaolin").bubbles)
    faults.drop(path)
    with pytest.raises(aiohttp.ClientError):
        await stage.wecom(SEND, app_text())
    faults.hang(path)
    with pytest.raises(TimeoutError):
        async with stage.http.post(
            url, json=app_text(), params={"access_token": token}, timeout=aiohttp.ClientTimeout(total=0.2)
        ):
            pass
    assert len(stage.member("xiaolin").bubbles) == before + 1
    assert (await stage.wecom(SEND, app_text()))["errcode"] == 0
