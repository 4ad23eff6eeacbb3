"""The paths of official accounts that are pretended."""

from __future__ import annotations

from aiohttp import web

from bot.simulator.door import route
from bot.simulator.simulation import Simulation
from bot.simulator.wechat_api import (
    custom,
    drafts,
    house,
    jssdk,
    mass,
    people,
    publish,
    tags,
    template,
)
from bot.simulator.wechat_api.house import HOUSE

_TABLE = (
    ("GET", "/cgi-bin/getcallbackip", people.platform_ips),
    ("GET", "/cgi-bin/get_api_domain_ip", people.platform_ips),
    ("POST", "/cgi-bin/message/custom/send", custom.send),
    ("POST", "/cgi-bin/message/custom/typing", custom.typing),
    ("POST", "/cgi-bin/message/template/send", template.send),
    ("GET", "/cgi-bin/template/get_all_private_template", template.listed),
    ("POST", "/cgi-bin/message/subscribe/bizsend", template.subscribed),
    ("GET", "/wxaapi/newtmpl/gettemplate", template.subscriptions),
    ("GET", "/cgi-bin/ticket/getticket", jssdk.ticket),
    ("POST", "/cgi-bin/message/mass/sendall", mass.sendall),
    ("POST", "/cgi-bin/message/mass/send", mass.send),
    ("POST", "/cgi-bin/message/mass/preview", mass.preview),
    ("POST", "/cgi-bin/message/mass/get", mass.state),
    ("POST", "/cgi-bin/tags/create", tags.create),
    ("GET", "/cgi-bin/tags/get", tags.listed),
    ("POST", "/cgi-bin/tags/getidlist", tags.of_follower),
    ("POST", "/cgi-bin/tags/members/batchtagging", tags.put),
    ("POST", "/cgi-bin/tags/members/batchuntagging", tags.take),
    ("POST", "/cgi-bin/menu/create", people.menu_create),
    ("GET", "/cgi-bin/menu/get", people.menu_get),
    ("GET", "/cgi-bin/menu/delete", people.menu_delete),
    ("POST", "/cgi-bin/material/del_material", drafts.del_material),
    ("POST", "/cgi-bin/draft/add", drafts.add),
    ("POST", "/cgi-bin/draft/get", drafts.get),
    ("POST", "/cgi-bin/draft/delete", drafts.delete),
    ("GET", "/cgi-bin/draft/count", drafts.count),
    ("POST", "/cgi-bin/draft/batchget", drafts.batchget),
    ("POST", "/cgi-bin/freepublish/submit", publish.submit),
    ("POST", "/cgi-bin/freepublish/get", publish.get),
    ("POST", "/cgi-bin/freepublish/getarticle", publish.getarticle),
    ("POST", "/cgi-bin/freepublish/batchget", publish.batchget),
    ("POST", "/cgi-bin/freepublish/delete", publish.delete),
    ("GET", "/cgi-bin/user/get", people.listed),
    ("GET", "/cgi-bin/user/info", people.info),
    ("POST", "/cgi-bin/user/info/batchget", people.info_batch),
    ("POST", "/cgi-bin/openapi/quota/get", house.quota_get),
    ("POST", "/cgi-bin/clear_quota", house.clear_quota),
)


def routes(sim: Simulation) -> list[web.RouteDef]:
    made = [route(sim, HOUSE, method, path, handler) for method, path, handler in _TABLE]
    return [
        *made,
        route(sim, HOUSE, "GET", "/cgi-bin/token", house.token, token=False),
        route(sim, HOUSE, "POST", "/cgi-bin/stable_token", house.stable_token, token=False),
        route(sim, HOUSE, "POST", "/cgi-bin/media/upload", people.upload, upload=True),
        route(sim, HOUSE, "POST", "/cgi-bin/material/add_material", drafts.add_material, upload=True),
        route(sim, HOUSE, "POST", "/cgi-bin/media/uploadimg", drafts.uploadimg, upload=True),
        route(sim, HOUSE, "GET", "/sns/oauth2/access_token", people.login, token=False),
    ]
