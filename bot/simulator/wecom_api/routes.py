"""The paths of WeCom that are pretended."""

from __future__ import annotations

from aiohttp import web

from bot.simulator.door import route
from bot.simulator.simulation import Simulation
from bot.simulator.wecom_api import directory, message, notice, school, update, upload, webhook
from bot.simulator.wecom_api.house import HOUSE, gettoken

_TABLE = (
    ("GET", "/cgi-bin/getcallbackip", directory.platform_ips),
    ("GET", "/cgi-bin/get_api_domain_ip", directory.platform_ips),
    ("POST", "/cgi-bin/message/send", message.send),
    ("POST", "/cgi-bin/message/update_template_card", update.update_template_card),
    ("POST", "/cgi-bin/message/recall", update.recall),
    ("POST", "/cgi-bin/menu/create", directory.menu_create),
    ("GET", "/cgi-bin/menu/get", directory.menu_get),
    ("GET", "/cgi-bin/menu/delete", directory.menu_delete),
    ("GET", "/cgi-bin/auth/getuserinfo", directory.member_login),
    ("GET", "/cgi-bin/user/get", directory.user_get),
    ("GET", "/cgi-bin/user/simplelist", directory.user_simplelist),
    ("GET", "/cgi-bin/department/simplelist", directory.department_simplelist),
    ("POST", "/cgi-bin/externalcontact/message/send", notice.send),
    ("GET", "/cgi-bin/externalcontact/get_subscribe_qr_code", school.subscribe_qr),
    ("GET", "/cgi-bin/school/getuserinfo", directory.school_login),
    ("GET", "/cgi-bin/school/department/list", school.departments),
    ("GET", "/cgi-bin/school/user/get", school.user),
    ("GET", "/cgi-bin/school/user/list", school.users),
    ("GET", "/cgi-bin/school/user/list_parent", school.list_parent),
    ("GET", "/cgi-bin/school/agent/get_allow_scope", school.allow_scope),
)


def routes(sim: Simulation) -> list[web.RouteDef]:
    made = [route(sim, HOUSE, method, path, handler) for method, path, handler in _TABLE]
    return [
        *made,
        route(sim, HOUSE, "GET", "/cgi-bin/gettoken", gettoken, token=False),
        route(sim, HOUSE, "POST", "/cgi-bin/media/upload", upload.upload, upload=True),
        route(sim, HOUSE, "POST", "/cgi-bin/webhook/send", webhook.send, token=False),
        route(sim, HOUSE, "POST", "/cgi-bin/webhook/upload_media", webhook.upload, token=False, upload=True),
    ]
