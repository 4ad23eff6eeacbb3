"""What ``doctor`` tells an administrator: what was tried, and which page of which console to open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.delivery.ledger import Left
from bot.delivery.wording import stopped_because

QUOTAS: Final = {
    "app": "应用消息（人次）",
    "notice": "学校通知（每分钟）",
    "custom": "客服消息",
    "template": "模板消息",
    "subscribe": "订阅通知",
    "mass": "群发",
    "webhook": "群消息（每分钟）",
    "menu": "设置菜单",
    "draft": "新建草稿",
    "draft-list": "查草稿箱",
    "publish": "提交发布",
    "publish-get": "查发布结果",
    "publish-list": "查已发布的文章",
    "publish-read": "读已发布的文章",
}
_CALLS: Final = {
    "notice": "学校通知",
    "update": "卡片更新",
    "upload": "素材上传",
    "custom": "客服消息",
    "template": "模板消息",
    "subscribe": "订阅通知",
    "mass": "群发",
}
_WINDOWS: Final = {timedelta(minutes=1): "这一分钟", timedelta(hours=1): "这一小时"}
_LINK: Final = re.compile(r",?\s*(more info at\s*)?https?://\S+")
_LONGEST: Final = 160


def heading(account: str, kind: str) -> str:
    return f"账号 {account}（{kind}）"


def line(level: str, what: str) -> str:
    return f"  [{level}] {what}"


def advice(text: str) -> str:
    return f"      → {text}"


def summary(wrong: int, notes: int) -> str:
    if wrong:
        return f"有 {wrong} 处要处理，{notes} 处提示。改好以后再运行一次。"
    return f"都通过了，{notes} 处提示。" if notes else "都通过了。"


def no_accounts() -> str:
    return "设置文件里没有账号。"


def public_part(message: str) -> str:
    """The platform's own words without the link to its query tool."""
    return _LINK.sub("", message)[:_LONGEST].strip()


def failed(what: str, code: int, message: str) -> str:
    return f"{what}失败：{code} {message}"


def account_stopped(reason: str) -> str:
    return f"本账号已停发：{stopped_because(reason)}"


def mend_stopped() -> str:
    return "按下面的检查改好以后，运行 ./run bot db resume。"


TOKEN: Final = "取令牌并调用接口"


def token_fine(addresses: int) -> str:
    return f"令牌有效，本机 IP 可信（平台回调出口 {addresses} 个）"


def rest_later() -> str:
    return "其余检查等令牌正常以后再做"


def mend_network() -> str:
    return "从这台服务器连不上平台：检查网络、DNS、防火墙，以及设置文件里的 api_base_url。"


def mend_api_base() -> str:
    return "平台地址不对或在维护：核对设置文件里的 api_base_url。"


SCOPE: Final = "读取可见范围"


def nobody_bound(departments: int) -> str:
    return f"名单里还没有人绑定到本账号，可见范围没法核对（能看到 {departments} 个部门）"


def mend_nobody_bound() -> str:
    return "花名册填「企业微信账号」一列后导入，再运行一次。"


def all_seen(count: int) -> str:
    return f"可见范围：抽查名单里 {count} 人，都看得到"


def not_seen(outside: int, count: int, units: Sequence[str]) -> str:
    return f"可见范围：抽查名单里 {count} 人，{outside} 人看不到（{'、'.join(units[:5])}）"


def mend_scope() -> str:
    return (
        "企业微信管理后台→应用管理→本应用→可见范围，加入全体教职工和学生所在的部门；"
        "班主任不在范围里时家长通知会报 65024。也核对花名册里的企业微信账号。"
    )


def group_fine() -> str:
    return "群机器人地址有效（传了一个看不见的小文件，没有发消息）"


GROUP: Final = "群机器人"


def ledger(one: Left) -> str:
    """A line of our own ledger; the reserve is what routine messages leave to alerts and answers."""
    name = QUOTAS.get(one.line, one.line)
    window = _WINDOWS.get(one.length, "今天")
    kept = f"，留给预警和答复 {one.reserve:,}" if one.reserve else ""
    return f"本机额度 {name}：{window}已用 {one.used:,} / {one.limit:,}，常规还可用 {one.routine:,}{kept}"


def calls(one: Left) -> str:
    """Calls of one interface of a corp, an account or this server's address."""
    name = _CALLS.get(one.line, one.line)
    window = _WINDOWS.get(one.length, "今天")
    return f"接口频率 {name}：{window}已用 {one.used:,} / {one.limit:,}，还可用 {one.left:,}"


def mend_ledger(quota: str) -> str:
    if quota == "app":
        return "设置文件里的 headcount 要与管理后台→我的企业→企业信息→账号上限一致；不够时少发或扩容。"
    return "到下一个窗口自动继续；预警另有余量，不必处理。"


def platform_quota(name: str, used: int, limit: int) -> str:
    return f"平台额度 {name}：今天已用 {used:,} / {limit:,}"


def mend_quota() -> str:
    return "微信开发者平台→我的业务→接口调用，可以清零（每月 10 次）；或等次日。"


def only_answers() -> str:
    return "账号没有认证，只能答复，不能主动发"


def mend_only_answers() -> str:
    return "公众号后台→设置与开发→账号认证；认证以后把设置文件里的 verified 写成 true。"


TEMPLATES: Final = "读取模板"
PLATFORM_QUOTA: Final = "读取平台额度"


def no_template() -> str:
    return "没有通知模板，只能在对方 48 小时内说过话时发"


def mend_no_template() -> str:
    return "公众号后台→广告与服务→模板消息，选一个通知类模板，把模板 ID 写进设置文件 templates: notice。"


def template_not_owned(use: str, id_: str) -> str:
    return f"模板 {use}：账号里没有 {id_}"


def mend_template(owned: Sequence[str]) -> str:
    have = f"账号里有：{'、'.join(owned[:10])}" if owned else "账号里一个模板也没有"
    return f"公众号后台→广告与服务→模板消息→我的模板，核对模板 ID；{have}。"


def template_fields(use: str, missing: Sequence[str], unknown: Sequence[str]) -> str:
    parts = [f"没有写的字段 {'、'.join(missing)}"] * bool(missing)
    parts += [f"模板里没有的字段 {'、'.join(unknown)}"] * bool(unknown)
    return f"模板 {use} 的字段对不上：{'；'.join(parts)}"


def mend_template_fields() -> str:
    return "设置文件 templates 里的 fields 要与「我的模板→详情」里的字段一个不差，否则平台拒收（47003）。"


def template_fine(use: str) -> str:
    return f"模板 {use} 可用，字段齐全"


SUBSCRIPTIONS: Final = "读取订阅通知模板"
TICKET: Final = "取网页的 jsapi_ticket"


def ticket_fine() -> str:
    return "网页上的「下次提醒我」可用"


def mend_subscription(owned: Sequence[str]) -> str:
    have = f"账号里有：{'、'.join(owned[:10])}" if owned else "账号里一个也没有"
    return f"公众号后台→广告与服务→订阅通知→我的模板，核对模板 ID；{have}。"


def subscription_type(given: str) -> str:
    return f"订阅通知的 type 写的是 {given}，与账号里的不一致"


def mend_subscription_type(kind: str) -> str:
    return f"设置文件 templates: subscribe 里的 type 改成 {kind}（once 一次性，long 长期）。"


def way_back(name: str) -> str:
    return f"{name}的权限已恢复"


def way_on_trial(name: str, reason: str) -> str:
    return f"平台收回过{name}（{reason}）；下一条消息会再试一次"


def way_taken_back(name: str, reason: str) -> str:
    return f"平台收回了{name}（{reason}）；现在改走别的渠道"
