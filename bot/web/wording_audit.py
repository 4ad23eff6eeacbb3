"""What 我的记录 says of each line of the log. Pure."""

from __future__ import annotations

from typing import Final

from bot.reports.wording import WHOLE_SCHOOL

_AUDIT: Final = {
    "console entered": "进入控制台",
    "console link": "取登录链接",
    "people search": "查找人员",
    "looked at unfinished": "查看未完成名单",
    "recorded a class": "整班登记",
    "exempted": "登记豁免",
    "exemption ended": "取消豁免",
    "looked at own classes": "查看本班",
    "looked at followers": "查看未关注名单",
    "stats": "查看统计",
    "export": "导出",
    "roster preview": "预览花名册",
    "roster.import": "导入花名册",
    "roster.undo": "撤回导入",
    "campaign approve": "通过审批",
    "campaign pause": "暂停活动",
    "campaign resume": "恢复活动",
    "campaign stop": "停止活动",
    "article draft": "做公众号草稿",
    "article publish": "要求发布文章",
    "article agree": "同意发布文章",
    "article back": "先不发布文章",
    "article public": "确认文章已发布",
    "article nothing": "确认文章没有发布",
    "push": "发起推送",
    "push trial": "试发给自己",
    "approved": "通过审批",
    "alert drafted": "起草预警",
    "bound in chat": "绑定账号",
    "call opened": "求助",
    "cases looked at": "查看案件列表",
    "call looked at": "查看求助或预警",
    "call answered": "接通求助或预警",
    "call unreached": "记下联系不上",
    "call passed on": "转给别人",
    "call closed": "记下结果",
    "police list": "登记预警",
    "case looked at": "查看案件",
    "case opened": "立案",
    "case corrected": "更正案件",
    "case visited": "记录回访",
    "case referred": "登记转介",
    "case noted": "记事",
    "case handed over": "转交案件",
    "case closed": "结案",
    "case card approved": "通过案例卡",
    "case look-back": "生成履职材料",
}


def audit(what: str) -> str:
    """A line of the log in words; one we have no word for stays as it is."""
    return _AUDIT.get(what, what)


_DETAILS: Final = {
    "account": "账号",
    "article": "文章",
    "bytes": "字节",
    "call": "求助编号",
    "campaign": "活动",
    "case": "案件",
    "day": "日期",
    "ending": "格式",
    "found": "找到",
    "import": "导入编号",
    "kind": "类别",
    "new": "新增",
    "occurrence": "活动",
    "outcome": "结果",
    "page": "页面",
    "people": "人数",
    "refused": "未登记",
    "to": "转给",
    "unit": "单位",
    "units": "单位",
    "version": "版本",
    "what": "内容",
}


_PAGES: Final = {
    "audit": "我的记录",
    "cases": "案件",
    "exports": "导出",
    "follow": "学校通知",
    "forward": "转发",
    "people": "找人",
    "reports": "报告",
    "roster": "花名册",
    "unfinished": "未完成",
}


def detail(name: str) -> str:
    """What a figure beside a line of the log means."""
    return _DETAILS.get(name, name)


def detail_value(name: str, value: object) -> str:
    """A figure of the log as people say it; empty for what tells nothing."""
    if isinstance(value, list | tuple):
        return "、".join(detail_value(name, one) or WHOLE_SCHOOL for one in value)
    return _PAGES.get(str(value), str(value)) if name == "page" else str(value or "")
