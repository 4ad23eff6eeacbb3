"""Template cards: fresh task ids, one code for one change, what members inside WeChat see instead."""

from datetime import timedelta
from typing import Any

import pytest
from sim_cast import AGENT, Stage, staged, vote_card, world

SEND = "message/send"


async def test_a_card_needs_a_callback_address_and_a_fresh_task(stage: Stage) -> None:
    answer = await stage.wecom(SEND, vote_card("task-1"))
    assert answer["response_code"]
    assert (await stage.wecom(SEND, vote_card("task-1")))["errcode"] == 42014
    silent = vote_card("task-2", to="ateng") | {"agentid": 1000009}
    assert (await stage.wecom(SEND, silent, "other-secret"))["errcode"] == 43012


async def test_an_identical_card_may_be_accepted_when_the_world_says_so() -> None:
    async with staged(world() | {"limits": {"identical_card_repeat": "accepted"}}) as stage:
        body = vote_card("task-1") | {"enable_duplicate_check": 1}
        await stage.wecom(SEND, body)
        assert (await stage.wecom(SEND, body))["errcode"] == 0
        assert len(stage.member("xiaolin").bubbles) == 1


async def test_members_inside_wechat_see_a_prompt_instead_of_a_card(stage: Stage) -> None:
    await stage.wecom(SEND, vote_card("task-1", to="plugin"))
    stage.member("plugin").hears("请到企业微信查看")


async def test_a_tap_gives_a_code_that_closes_the_card_once(stage: Stage) -> None:
    lin = stage.member("xiaolin")
    await stage.wecom(SEND, vote_card("task-1", to="xiaolin|ateng"))
    await lin.taps("B")
    event = stage.bot.heard[-1]._data
    assert (event["TaskId"], event["CardType"], event["EventKey"]) == ("task-1", "vote_interaction", "submit")
    assert event["SelectedItems"]["SelectedItem"]["OptionIds"]["OptionId"] == "B"
    close = {"userids": ["XiaoLin"], "agentid": AGENT, "response_code": event["ResponseCode"]}
    close["button"] = {"replace_name": "已作答"}
    assert (await stage.wecom("message/update_template_card", close))["errcode"] == 0
    assert (await stage.wecom("message/update_template_card", close))["errcode"] == 60140
    lin.received("已作答")
    stage.member("ateng").never_received("已作答")
    with pytest.raises(LookupError, match="closed"):
        await lin.taps("A")


async def test_the_code_of_the_sending_changes_all_copies_and_dies_after_72_hours(stage: Stage) -> None:
    first = await stage.wecom(SEND, vote_card("task-1", to="xiaolin|ateng"))
    second = await stage.wecom(SEND, vote_card("task-2"))
    update = {"atall": 1, "agentid": AGENT, "response_code": first["response_code"]}
    card = vote_card(
        "x", replace_text="已截止", checkbox={**vote_card("x")["template_card"]["checkbox"], "disable": True}
    )
    update["template_card"] = card["template_card"]
    assert (await stage.wecom("message/update_template_card", update))["errcode"] == 0
    for userid in ("xiaolin", "ateng"):
        stage.member(userid).received("已截止")
    stage.clock.turn(timedelta(hours=72))
    late = {"atall": 1, "agentid": AGENT, "response_code": second["response_code"]}
    late["button"] = {"replace_name": "晚了"}
    assert (await stage.wecom("message/update_template_card", late))["errcode"] == 60140


async def test_an_update_says_who_never_had_the_card(stage: Stage) -> None:
    sent = await stage.wecom(SEND, vote_card("task-1"))
    update: dict[str, Any] = {"agentid": AGENT, "response_code": sent["response_code"]}
    update["button"] = {"replace_name": "好"}
    path = "message/update_template_card"
    assert (await stage.wecom(path, update))["errcode"] == 82101
    assert (await stage.wecom(path, update | {"userids": ["ateng"]}))["errcode"] == 82102
    answer = await stage.wecom(path, update | {"userids": ["ateng", "xiaolin"]})
    assert answer["invaliduser"] == ["ateng"]


async def test_a_drop_down_shows_its_first_option_until_another_is_chosen(stage: Stage) -> None:
    options = [{"id": "no", "text": "还没"}, {"id": "yes", "text": "好了"}]
    lists = [{"question_key": f"q{at}", "option_list": options} for at in (1, 2)]
    lists[1]["selected_id"] = "unknown"
    card: dict[str, Any] = {"card_type": "multiple_interaction", "main_title": {"title": "两件事"}}
    card |= {"task_id": "form-1", "select_list": lists, "submit_button": {"text": "提交", "key": "submit"}}
    body = {"touser": "xiaolin", "agentid": AGENT, "msgtype": "template_card", "template_card": card}
    for wrong in ([], lists * 2, [lists[0]] * 2, [lists[0] | {"option_list": options * 6}]):
        sent = await stage.wecom(SEND, body | {"template_card": card | {"select_list": wrong}})
        assert sent["errcode"] in (42042, 42043)
    assert (await stage.wecom(SEND, body))["errcode"] == 0
    await stage.member("xiaolin").taps("no", "yes")
    items = stage.bot.heard[-1]._data["SelectedItems"]["SelectedItem"]
    assert [(one["QuestionKey"], one["OptionIds"]["OptionId"]) for one in items] == [
        ("q1", "no"),
        ("q2", "yes"),
    ]
