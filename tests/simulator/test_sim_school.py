"""学校通知, the school directory, group webhooks and web login of WeCom."""

import base64
import hashlib
import io
from datetime import timedelta
from typing import Any

import aiohttp
from sim_cast import AGENT, CORP, PNG, Stage, staged, world

from bot.simulator.corp import SchoolDepartment, Student

NOTICE = "externalcontact/message/send"


def letter(**to: Any) -> dict[str, Any]:
    article = {"title": "致家长的一封信", "description": "两分钟读完", "url": "https://example.edu.cn/a/1"}
    return {"agentid": AGENT, "msgtype": "news", "news": {"articles": [article]}, **to}


async def test_a_letter_reaches_only_parents_who_follow(stage: Stage) -> None:
    answer = await stage.wecom(NOTICE, letter(to_student_userid=["S_YU"], to_parent_userid=["nobody"]))
    assert answer["errcode"] == 0
    assert answer["invalid_parent_userid"] == ["nobody"]
    assert "msgid" not in answer
    stage.parent("p_yu_ma").received("致家长的一封信")
    stage.parent("p_yu_ba").never_received("致家长的一封信")


async def test_classes_everyone_and_students(stage: Stage) -> None:
    assert (await stage.wecom(NOTICE, letter(to_party=["10"])))["errcode"] == 0
    assert (await stage.wecom(NOTICE, letter(toall=1)))["errcode"] == 0
    assert (await stage.wecom(NOTICE, letter(toall=1, recv_scope=1)))["errcode"] == 0
    assert len(stage.parent("p_yu_ma").bubbles) == 2


async def test_what_a_notice_may_not_be(stage: Stage) -> None:
    card = {"agentid": AGENT, "msgtype": "textcard", "textcard": {}, "toall": 1}
    assert (await stage.wecom(NOTICE, card))["errcode"] == 40008
    assert (await stage.wecom(NOTICE, letter()))["errcode"] == 82001
    assert (await stage.wecom(NOTICE, letter(to_party="11")))["errcode"] == 40058
    assert (await stage.wecom(NOTICE, letter(to_parent_userid=["nobody"])))["errcode"] == 81013
    other = letter(toall=1) | {"agentid": 1000009}
    assert (await stage.wecom(NOTICE, other, "other-secret"))["errcode"] == 48002


async def test_classes_are_counted_typed_and_inside_the_scope(stage: Stage) -> None:
    assert (await stage.wecom(NOTICE, letter(to_party=[11])))["errcode"] == 40058
    assert (await stage.wecom(NOTICE, letter(toall=2)))["errcode"] == 40058
    assert (await stage.wecom(NOTICE, letter(to_party=[str(n) for n in range(101)])))["errcode"] == 82002
    answer = await stage.wecom(NOTICE, letter(to_party=["11", "77"]))
    assert (answer["errcode"], answer["invalid_party"]) == (0, ["77"])
    stage.sim.world.corps[0].apps[0].school_scope = [77]
    answer = await stage.wecom(NOTICE, letter(to_party=["11"], to_parent_userid=["P_yu_ma"]))
    assert (answer["errcode"], answer["invalid_party"]) == (81013, ["11"])
    assert answer["invalid_parent_userid"] == ["p_yu_ma"]
    assert len(stage.parent("p_yu_ma").bubbles) == 1


async def test_a_teacher_of_another_class_does_not_matter(stage: Stage) -> None:
    """Only the classes that are addressed are looked at, for a parent by userid those of all children."""
    school = stage.sim.world.corps[0].school
    hidden = SchoolDepartment(12, "七(2)", 10, 1, [{"userid": "outsider", "type": 3}])
    school.departments = [*school.departments, hidden]
    school.students = [*school.students, Student("s_er", "小二", [12])]
    school.parents[0].children = [*school.parents[0].children, {"student_userid": "s_er"}]
    assert (await stage.wecom(NOTICE, letter(to_party=["11"])))["errcode"] == 0
    assert (await stage.wecom(NOTICE, letter(to_party=["12"])))["errcode"] == 65024
    assert (await stage.wecom(NOTICE, letter(to_parent_userid=["P_yu_ma"])))["errcode"] == 65024


async def test_the_code_is_a_picture(stage: Stage) -> None:
    sizes = await stage.read("externalcontact/get_subscribe_qr_code")
    async with stage.http.get(sizes["qrcode_big"]) as answer:
        assert answer.content_type == "image/png"
        assert (await answer.read()).startswith(PNG[:8])


async def test_a_class_teacher_out_of_sight_stops_the_notice() -> None:
    data = world()
    data["corps"][0]["apps"][0]["visible"] = ["xiaolin"]
    async with staged(data) as stage:
        assert (await stage.wecom(NOTICE, letter(toall=1)))["errcode"] == 65024


async def test_a_repeated_notice_is_swallowed(stage: Stage) -> None:
    body = letter(toall=1, enable_duplicate_check=1)
    await stage.wecom(NOTICE, body)
    assert (await stage.wecom(NOTICE, body))["errcode"] == 0
    assert len(stage.parent("p_yu_ma").bubbles) == 1


async def test_the_directory_reads_as_documented(stage: Stage) -> None:
    tree = (await stage.read("school/department/list"))["departments"]
    assert [d["id"] for d in tree] == [1, 10, 11]
    assert tree[2]["department_admins"] == [{"userid": "teacher_su", "type": 3}]
    student = (await stage.read("school/user/get", userid="S_yu"))["student"]
    assert [p["is_subscribe"] for p in student["parents"]] == [1, 0]
    assert "external_userid" not in student["parents"][1]
    parent = (await stage.read("school/user/get", userid="p_yu_ma"))["parent"]
    assert parent["children"][0]["student_userid"] == "s_yu"
    assert len((await stage.read("school/user/list_parent", department_id=11))["parents"]) == 2
    assert (await stage.read("school/user/get", userid="nobody"))["errcode"] == 60111
    assert (await stage.read("school/user/list", department_id=99))["errcode"] == 60003
    scope = await stage.read("school/agent/get_allow_scope", agentid=AGENT)
    assert scope["allow_scope"]["departments"]["partyid"] == [1]
    assert "qrcode_big" in await stage.read("externalcontact/get_subscribe_qr_code")


async def test_following_is_an_event(stage: Stage) -> None:
    dad = stage.parent("p_yu_ba")
    await dad.follow()
    event = stage.bot.heard[-1]._data
    assert (event["Event"], event["ChangeType"], event["Id"]) == (
        "change_school_contact",
        "subscribe",
        "p_yu_ba",
    )
    await stage.wecom(NOTICE, letter(toall=1))
    dad.hears("致家长的一封信")


async def test_the_group_takes_twenty_a_minute_and_nothing_too_long(stage: Stage) -> None:
    async def hook(body: Any, key: str = "hook-key") -> int:
        return int((await stage.post("/wecom/cgi-bin/webhook/send", body, key=key))["errcode"])

    words = {"msgtype": "markdown", "markdown": {"content": "**本周**小结"}}
    picture = {"base64": base64.b64encode(PNG).decode(), "md5": hashlib.md5(PNG).hexdigest()}
    assert await hook(words, "wrong") == 93000
    assert await hook({"msgtype": "markdown", "markdown": {"content": "长" * 1400}}) == 40058
    assert await hook({"msgtype": "image", "image": picture | {"md5": "0"}}) == 301019
    assert await hook({"msgtype": "image", "image": picture}) == 0
    assert [await hook(words) for _ in range(20)] == [0] * 19 + [45009]
    stage.member("teacher_su").received("**本周**小结")


async def test_a_code_is_spent_once_on_the_right_person(stage: Stage) -> None:
    codes = stage.sim.codes
    member = codes.issue(CORP, f"{CORP}|member|xiaolin", "snsapi_base")
    assert (await stage.read("auth/getuserinfo", code=member))["userid"] == "XiaoLin"
    assert (await stage.read("auth/getuserinfo", code=member))["errcode"] == 42022
    parent = codes.issue(CORP, f"{CORP}|parent|p_yu_ma", "snsapi_base")
    assert (await stage.read("school/getuserinfo", code=parent))["parent_userid"] == "P_yu_ma"
    stranger = codes.issue(CORP, f"{CORP}|parent|p_yu_ma", "snsapi_base")
    answer = await stage.read("auth/getuserinfo", code=stranger)
    assert "userid" not in answer
    assert answer["openid"]
    assert (await stage.read("school/getuserinfo", code="made-up"))["errcode"] == 40029


async def test_the_group_takes_voices_of_a_minute_from_its_own_upload(stage: Stage) -> None:
    frame = bytes([0x3C]) + b"\xa5" * 31

    async def hook(body: Any) -> int:
        answer = await stage.post("/wecom/cgi-bin/webhook/send", body, key="hook-key")
        return int(answer["errcode"])

    async def upload(data: bytes, kind: str = "voice") -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("media", io.BytesIO(data), filename="a.amr")
        query = {"key": "hook-key", "type": kind}
        address = f"{stage.base}/wecom/cgi-bin/webhook/upload_media"
        async with stage.http.post(address, data=form, params=query) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    def voice(media_id: str) -> dict[str, Any]:
        return {"msgtype": "voice", "voice": {"media_id": media_id}}

    minute = b"#!AMR\n" + frame * 3000
    assert (await upload(minute + frame))["errcode"] == 45007
    assert (await upload(b"#!AMR\n" + frame * 65_536))["errcode"] == 45001
    assert (await upload(minute[:-1]))["errcode"] == 40005
    assert (await upload(b"RIFF" + frame))["errcode"] == 40005
    assert (await upload(b"#!AMR"))["errcode"] == 40006
    assert (await upload(minute, "image"))["errcode"] == 40004
    spoken = await upload(minute)
    assert spoken["type"] == "voice"
    assert await hook(voice(spoken["media_id"])) == 0
    assert await hook(voice((await upload(minute, "file"))["media_id"])) == 40007
    assert await hook(voice((await stage.upload("wecom", "voice", "a.amr", minute))["media_id"])) == 40007
    assert (await stage.upload("wecom", "voice", "a.amr", minute + frame))["errcode"] == 45007
    stage.sim.clock.turn(timedelta(days=3))
    assert await hook(voice(spoken["media_id"])) == 40007
    assert stage.member("teacher_su").received("a.amr").kind == "voice"
