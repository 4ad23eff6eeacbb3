"""The pretended draft box and publishing are as strict as the documents: limits, owners, results, quotas."""

import io
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from sim_cast import APP, PNG, Stage, staged, world

from bot.simulator.wechat_api import publish

ADD, LIST, SUBMIT = "draft/add", "draft/batchget", "freepublish/submit"


async def picture(stage: Stage, path: str, data: bytes = PNG, **query: str) -> Any:
    form = aiohttp.FormData()
    form.add_field("media", io.BytesIO(data), filename="a.png", content_type="application/octet-stream")
    query |= {"access_token": await stage.public_token()}
    async with stage.http.post(f"{stage.base}/wechat/cgi-bin/{path}", data=form, params=query) as answer:
        return await answer.json()


async def article(stage: Stage, **more: Any) -> dict[str, Any]:
    thumb = (await picture(stage, "material/add_material", type="image"))["media_id"]
    made = {"title": "一封信", "content": "<p>好</p>", "thumb_media_id": thumb, "author": "学校"}
    return made | {"digest": "摘要", "content_source_url": "https://fanzha.example/a/AB?d=1"} | more


async def drafted(stage: Stage, **more: Any) -> str:
    answer = await stage.wechat(ADD, {"articles": [await article(stage, **more)]})
    assert "errcode" not in answer, answer
    return str(answer["media_id"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": "长" * 33}, 45003), ({"title": ""}, 45003), ({"author": "长" * 17}, 45110),
        ({"digest": "长" * 129}, 45004), ({"content": ""}, 44004), ({"content": "长" * 20_000}, 45002),
        ({"content_source_url": "https://x/" + "a" * 1020}, 45005), ({"thumb_media_id": "nobody's"}, 40007),
        ({"thumb_media_id": None}, 40007),
    ],
)  # fmt: skip
async def test_a_draft_keeps_the_limits(stage: Stage, more: dict[str, Any], code: int) -> None:
    answer = await stage.wechat(ADD, {"articles": [await article(stage, **more)]})
    assert answer["errcode"] == code
    assert (await stage.get(
        "/wechat/cgi-bin/draft/count", access_token=await stage.public_token()
    ))["total_count"] == 0  # fmt: skip


async def test_the_edge_of_each_limit_is_taken(stage: Stage) -> None:
    await drafted(stage, title="长" * 32, author="长" * 16, digest="长" * 128, content="长" * 19_999)


async def test_a_temporary_picture_is_no_thumb(stage: Stage) -> None:
    thumb = (await stage.upload("wechat", "image", "a.png", PNG))["media_id"]
    answer = await stage.wechat(ADD, {"articles": [await article(stage, thumb_media_id=thumb)]})
    assert answer["errcode"] == 40007


async def test_scripts_foreign_pictures_and_links_do_not_survive(stage: Stage) -> None:
    ours = (await picture(stage, "media/uploadimg"))["url"]
    content = (
        f'<p onclick="x()">字</p><script>alert(1)</script><img src="{ours}"><img src="https://x/1.png">'
        '<a href="https://x">去</a>'
    )
    media_id = await drafted(stage, content=content)
    kept = (await stage.wechat("draft/get", {"media_id": media_id}))["news_item"][0]["content"]
    assert kept == f'<p>字</p><img src="{ours}">去'
    async with stage.http.get(ours) as answer:
        assert await answer.read() == PNG


async def test_pictures_within_articles_are_small_and_still(stage: Stage) -> None:
    assert (await picture(stage, "media/uploadimg", PNG + b"0" * (1 << 20)))["errcode"] == 45001
    assert (await picture(stage, "media/uploadimg", b"GIF89a" + b"0" * 20))["errcode"] == 40005
    assert (await picture(stage, "media/uploadimg", b"plain text"))["errcode"] == 40005
    assert (await picture(stage, "material/add_material", type="voice"))["errcode"] == 40004


async def test_lists_have_pages_and_may_leave_the_content_out(stage: Stage) -> None:
    ids = [await drafted(stage, title=str(n)) for n in range(3)]
    found = await stage.wechat(LIST, {"offset": 0, "count": 2})
    assert [item["media_id"] for item in found["item"]] == ids[:0:-1]
    assert (found["total_count"], found["item_count"]) == (3, 2)
    news = found["item"][0]["content"]["news_item"][0]
    assert news["content_source_url"] == "https://fanzha.example/a/AB?d=1"
    bare = await stage.wechat(LIST, {"offset": 2, "count": 20, "no_content": 1})
    assert [list(item) for item in bare["item"]] == [["media_id", "update_time"]]
    for count in (0, 21):
        assert (await stage.wechat(LIST, {"offset": 0, "count": count}))["errcode"] == 40035


async def test_publishing_takes_the_draft_and_tells_by_event_and_answer(stage: Stage) -> None:
    media_id = await drafted(stage)
    said = await stage.wechat(SUBMIT, {"media_id": media_id})
    assert said["errcode"] == 0
    await stage.sim.settled()
    [event] = [message for message in stage.bot.heard if message._data.get("Event") == "PUBLISHJOBFINISH"]
    told = event._data["PublishEventInfo"]
    assert (told["publish_id"], told["publish_status"]) == (said["publish_id"], "0")
    found = await stage.wechat("freepublish/get", {"publish_id": said["publish_id"]})
    url = found["article_detail"]["item"][0]["article_url"]
    assert (found["publish_status"], url) == (0, told["article_detail"]["item"]["article_url"])
    async with stage.http.get(url) as answer:
        page = await answer.text()
    assert "一封信" in page
    assert "阅读原文" in page
    assert (await stage.wechat("draft/get", {"media_id": media_id}))["errcode"] == 40007
    assert (await stage.wechat(SUBMIT, {"media_id": media_id}))["errcode"] == 40007
    [item] = (await stage.wechat("freepublish/batchget", {"offset": 0, "count": 20}))["item"]
    assert item["article_id"] == found["article_id"]
    one = await stage.wechat("freepublish/getarticle", {"article_id": found["article_id"]})
    assert (one["news_item"][0]["url"], one["news_item"][0]["is_deleted"]) == (url, False)
    assert stage.follower("oFang").bubbles == []  # followers are not notified

    await stage.wechat("freepublish/delete", {"article_id": found["article_id"]})
    assert (await stage.wechat("freepublish/get", {"publish_id": said["publish_id"]}))["publish_status"] == 5
    async with stage.http.get(url) as answer:
        assert await answer.text() == "此内容已被删除"


@pytest.mark.parametrize("status", [2, 3, 4])
async def test_what_fails_stays_a_draft(stage: Stage, status: int) -> None:
    account = stage.sim.world.account(APP)
    assert account is not None
    account.publish_status = status
    media_id = await drafted(stage)
    said = await stage.wechat(SUBMIT, {"media_id": media_id})
    found = await stage.wechat("freepublish/get", {"publish_id": said["publish_id"]})
    assert (found["publish_status"], "article_id" in found) == (status, False)
    assert "errcode" not in await stage.wechat("draft/get", {"media_id": media_id})
    assert (await stage.wechat("freepublish/batchget", {"offset": 0, "count": 1}))["total_count"] == 0


async def test_a_job_may_run_for_long_and_say_nothing(stage: Stage) -> None:
    account = stage.sim.world.account(APP)
    assert account is not None
    account.publish_status, account.publish_event = 1, False
    said = await stage.wechat(SUBMIT, {"media_id": await drafted(stage)})
    stage.clock.turn(timedelta(days=1))
    ask = {"publish_id": said["publish_id"]}
    assert (await stage.wechat("freepublish/get", ask))["publish_status"] == 1
    publish.finish(stage.sim, account, stage.sim.archive.jobs[said["publish_id"]], 0)
    await stage.sim.settled()
    assert (await stage.wechat("freepublish/get", ask))["publish_status"] == 0
    assert stage.bot.heard == []
    assert (await stage.wechat("freepublish/get", {"publish_id": "7"}))["errcode"] == 53502


@pytest.mark.parametrize("path", [ADD, SUBMIT, "freepublish/get", LIST])
async def test_accounts_that_are_not_verified_may_do_none_of_it(path: str) -> None:
    data = world()
    data["accounts"][0]["verified"] = False
    async with staged(data) as stage:
        assert (await stage.wechat(path, {}))["errcode"] == 48001


async def test_a_hundred_submissions_a_day(stage: Stage) -> None:
    codes = [(await stage.wechat(SUBMIT, {"media_id": "x"}))["errcode"] for _ in range(101)]
    assert set(codes[:100]) == {40007}
    assert codes[100] == 45009


async def test_a_draft_may_be_mass_sent_by_its_media_id(stage: Stage) -> None:
    media_id = await drafted(stage)
    stage.clock.turn(timedelta(days=30))
    body = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert (await stage.wechat("message/mass/sendall", body))["errcode"] == 0
    stage.follower("oFang").received("一封信")
