"""发布 (6.2): submit, and the result as an event or when asked for; the account decides how it ends."""

from __future__ import annotations

import html
from typing import Any

from aiohttp import web

from bot.simulator.account import OfficialAccount
from bot.simulator.door import Call, Json, Refused
from bot.simulator.simulation import Simulation
from bot.simulator.wechat_api import drafts
from bot.simulator.wechat_api.archive import BANNED, DELETED, OK, RUNNING, Publication, news
from bot.simulator.wechat_api.events import push
from bot.simulator.wechat_api.house import asker


async def submit(call: Call) -> Json:
    """Submitted is not published."""
    account, sim = asker(call), call.sim
    media_id, _ = drafts.find(call)
    job = sim.archive.submit(account.app_id, media_id)
    if account.publish_status != RUNNING:
        finish(sim, account, job, account.publish_status)
    return {"publish_id": job.publish_id, "msg_data_id": int(job.publish_id) + 1}


def finish(sim: Simulation, account: OfficialAccount, job: Publication, status: int) -> None:
    """End a job, also one that was public already; the event follows unless the account keeps silent."""
    sim.archive.finish(job, status, sim.base_url)
    if job.draft not in sim.archive.drafts:
        sim.media.drop(job.draft)
    if account.publish_event:
        sim.later(push(sim, account, None, "PUBLISHJOBFINISH", {"PublishEventInfo": _told(job)}))


def _told(job: Publication) -> dict[str, Any]:
    told: dict[str, Any] = {"publish_id": int(job.publish_id), "publish_status": job.status}
    if job.status == OK:
        told |= {"article_id": job.article_id, "article_detail": job.detail()}
    elif job.status in (2, 4):
        told |= {"fail_idx": 1}
    return told


async def get(call: Call) -> Json:
    job = call.sim.archive.job(asker(call).app_id, call.body.get("publish_id"))
    if job is None:
        raise Refused(53502, "invalid publish_id")
    answer: Json = {"publish_id": job.publish_id, "publish_status": job.status, "fail_idx": []}
    if job.status == OK:
        answer |= {"article_id": job.article_id, "article_detail": job.detail()}
    elif job.status in (2, 4):
        answer |= {"fail_idx": [1]}
    return answer


async def getarticle(call: Call) -> Json:
    job = _article(call)
    gone = job.status in (DELETED, BANNED)
    return {"news_item": [news(a, u, deleted=gone) for a, u in zip(job.articles, job.urls, strict=True)]}


async def batchget(call: Call) -> Json:
    start, end = drafts.page(call)
    every = call.sim.archive.public(asker(call).app_id)
    items: list[dict[str, Any]] = []
    for job in every[start:end]:
        row: dict[str, Any] = {"article_id": job.article_id, "update_time": int(job.at.timestamp())}
        if not call.body.get("no_content"):
            pairs = zip(job.articles, job.urls, strict=True)
            row["content"] = {"news_item": [news(a, u, deleted=False) for a, u in pairs]}
        items.append(row)
    return {"total_count": len(every), "item_count": len(items), "item": items}


async def delete(call: Call) -> Json:
    job = _article(call)
    finish(call.sim, asker(call), job, DELETED)
    return {}


def _article(call: Call) -> Publication:
    job = call.sim.archive.article(str(call.body.get("article_id", "")))
    if job is None or job.owner != asker(call).app_id:
        raise Refused(53600, "invalid article_id")
    return job


def pages(sim: Simulation) -> list[web.RouteDef]:
    """What everybody may open: the articles, and the pictures in them."""

    async def article(request: web.Request) -> web.Response:
        job = sim.archive.article(request.match_info["id"])
        number = int(request.match_info["number"])
        if job is None or not 1 <= number <= len(job.articles):
            raise web.HTTPNotFound
        if job.status != OK:
            return web.Response(text="此内容已被删除", content_type="text/plain", charset="utf-8")
        one = job.articles[number - 1]
        source = html.escape(str(one.get("content_source_url", "")))
        text = (
            '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(one['title'])}</title>"
            '<body style="margin:0 auto;padding:18px;max-width:640px;font-family:sans-serif">'
            f'<h1 style="font-size:22px">{html.escape(one["title"])}</h1>'
            f'<p style="color:#8a918e">{html.escape(str(one.get("author", "")))}</p>{one["content"]}'
            f'<p><a href="{source}">阅读原文</a></p>'
        )
        return web.Response(text=text, content_type="text/html")

    async def picture(request: web.Request) -> web.Response:
        key = request.match_info["key"]
        found = sim.archive.inline.get(key) or sim.archive.pictures.get(key)
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found.data, content_type="image/png")

    return [web.get("/s/{id}/{number:[0-9]+}", article), web.get("/mmbiz/{key}", picture)]
