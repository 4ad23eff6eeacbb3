"""The error codes of official accounts as data: document section 8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from bot.errors import Verdict

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400

_Row = tuple[Iterable[int], Verdict, int, str]

_ROWS: Final[tuple[_Row, ...]] = (
    # codes, verdict, seconds to wait (0: not stated), what the administrator can do
    ((-1,), Verdict.RETRY, 0, "微信系统繁忙，稍后自动重试。"),
    (
        (40001, 40014, 42001),
        Verdict.TOKEN,
        0,
        "access_token 失效，已自动换新一次；若持续出现请核对 AppSecret。",
    ),
    ((40002,), Verdict.BUG, 0, "凭据类型不对。"),
    ((40003,), Verdict.DROP, 0, "该微信用户不是本公众号的关注者。"),
    ((40004, 40005, 40006, 45001), Verdict.BUG, 0, "素材类型或大小不符合要求。"),
    ((40007,), Verdict.RETRY, 0, "素材已过期（三天有效），将重新上传一次。"),
    ((40008,), Verdict.BUG, 0, "消息类型不被支持。"),
    ((40013,), Verdict.STOP, 0, "AppID 不正确：微信开发者平台→我的业务，核对 AppID。"),
    ((40029, 40163, 42003), Verdict.DROP, 0, "网页登录码无效或已用过，请本人重新打开链接。"),
    ((40031, 40032, 40130), Verdict.BUG, 0, "群发名单格式或数量不对（2 至 10000 人）。"),
    ((40033,), Verdict.BUG, 0, "请求里有平台不接受的转义字符。"),
    ((40035, 44002, 47001), Verdict.BUG, 0, "请求内容格式不对。"),
    ((40036, 40037), Verdict.STOP, 0, "模板不存在：公众号后台→模板消息，核对模板 ID，或类目是否变更。"),
    ((40059,), Verdict.DROP, 0, "消息编号不存在。"),
    ((40125,), Verdict.STOP, _HOUR, "AppSecret 不正确：微信开发者平台→我的业务→开发密钥，核对或重置。"),
    ((40152, 45159), Verdict.BUG, 0, "标签不存在。"),
    (
        (40164, 45035, 61004),
        Verdict.STOP,
        0,
        "服务器 IP 不在白名单：微信开发者平台→我的业务→IP白名单，加入提示里的 IP。",
    ),
    ((40200,), Verdict.BUG, 0, "这类账号不支持该消息类型。"),
    (
        (40243,),
        Verdict.STOP,
        _HOUR,
        "AppSecret 已冻结：微信开发者平台→我的业务→开发密钥，解冻后约十分钟生效。",
    ),
    ((40246,), Verdict.BUG, 0, "模板关键词不合法。"),
    ((41001, 41004, 41005), Verdict.BUG, 0, "请求缺少凭据或素材。"),
    ((42010,), Verdict.RETRY, _MINUTE, "群发过于频繁，稍后自动重试。"),
    ((43002, 43003), Verdict.BUG, 0, "请求方式不对，应使用 HTTPS 的规定方法。"),
    ((43004, 50005), Verdict.DROP, 0, "对方没有关注公众号，请改用其他方式通知。"),
    ((43019,), Verdict.DROP, 0, "对方在公众号黑名单中。"),
    ((43101,), Verdict.DROP, 0, "对方没有可用的订阅次数，需要再次征得同意。"),
    ((43107,), Verdict.STOP, 0, "订阅通知能力被封禁：公众号后台→订阅通知，查看处罚说明。"),
    ((43108,), Verdict.RETRY, 5, "同一人的订阅通知正在发送，稍后自动重试。"),
    ((44004,), Verdict.BUG, 0, "消息正文为空。"),
    ((45002, 45003, 45004), Verdict.BUG, 0, "正文、标题或描述超过长度限制。"),
    ((45008,), Verdict.BUG, 0, "图文消息只能有一条。"),
    ((45009,), Verdict.WAIT, _DAY, "接口当天额度已用完，次日自动继续；也可在开发者平台清零（每月 10 次）。"),
    ((45011,), Verdict.WAIT, _MINUTE, "接口调用过快，一分钟后自动继续。"),
    ((45015,), Verdict.DROP, 0, "对方超过 48 小时没有互动或已取消关注，客服消息发不出。"),
    ((45028,), Verdict.WAIT, _DAY, "群发次数已用完：订阅号每天 1 次，服务号每人每月 4 次。"),
    ((45029,), Verdict.STOP, 0, "永久二维码数量已达上限。"),
    ((45047,), Verdict.DROP, 0, "对方本次互动的客服消息条数已用完，等对方再次发言。"),
    ((45056, 45057, 45058, 45059, 45157, 45158), Verdict.BUG, 0, "标签数量、名称或人数超过限制。"),
    ((45062,), Verdict.STOP, 0, "账号签有广告协议，不能用接口群发。"),
    ((45065,), Verdict.DROP, 0, "这次群发此前已经提交，不会重复发送。"),
    ((45066,), Verdict.RETRY, _MINUTE, "同一次群发重试过快，一分钟后自动继续。"),
    ((45067,), Verdict.BUG, 0, "群发编号过长。"),
    ((45072, 45080, 45081), Verdict.DROP, 0, "“正在输入”状态没有生效，不影响消息。"),
    ((45083, 45084), Verdict.BUG, 0, "群发速度参数不对。"),
    ((45103, 45113), Verdict.STOP, 0, "接口已下线。"),
    ((45168,), Verdict.STOP, 0, "内容含敏感词，请人工修改后再发。"),
    ((46003, 65301, 65303), Verdict.BUG, 0, "没有默认菜单或个性化菜单。"),
    ((47003,), Verdict.BUG, 0, "模板字段不合规则：检查设置文件 templates 的字段对应关系。"),
    (
        (48001,),
        Verdict.STOP,
        0,
        "账号没有这个接口的权限：检查账号类型、认证是否到期（微信开发者平台→接口权限）。",
    ),
    ((48002,), Verdict.DROP, 0, "对方拒收公众号消息。"),
    ((48003, 48008), Verdict.STOP, 0, "未同意群发协议，或没有该消息类型的权限：登录公众号后台处理。"),
    ((48004,), Verdict.STOP, 0, "接口因违规被封禁：登录公众号后台查看通知。"),
    ((48006,), Verdict.STOP, 0, "本月清零次数已用完。"),
    ((48021, 48022), Verdict.STOP, 0, "群发消息不被允许：登录公众号后台查看通知。"),
    ((50002, 50004, 50007), Verdict.STOP, 0, "账号受限或被冻结：登录公众号后台查看通知。"),
    ((61500, 61501), Verdict.BUG, 0, "统计日期不合法。"),
    ((61503,), Verdict.RETRY, _HOUR, "统计数据还没准备好，稍后自动重试。"),
    ((65316, 65317, 65320), Verdict.BUG, 0, "菜单的域名、链接或规则不合法。"),
    ((70000,), Verdict.DROP, 0, "平台为保护未成年人拦截了这条消息，请改用其他方式通知。"),
    ((76001, 76003, 76004, 76021, 76022), Verdict.BUG, 0, "额度或请求编号查询参数不对。"),
    ((88000,), Verdict.DROP, 0, "没有留言权限，不影响消息。"),
    ((89501, 89503), Verdict.STOP, 10 * _MINUTE, "新 IP 等待管理员在微信里确认。"),
    ((89504, 89505), Verdict.WAIT, 5 * _MINUTE, "群发等待管理员在手机上确认（30 分钟内有效）。"),
    ((89506,), Verdict.STOP, _DAY, "管理员拒绝了这个 IP，24 小时内不能再试。"),
    ((89507,), Verdict.STOP, _HOUR, "管理员拒绝了这个 IP，1 小时内不能再试。"),
    (range(200011, 200023), Verdict.STOP, 0, "订阅通知模板管理出错：公众号后台→订阅通知，检查模板。"),
    ((200100,), Verdict.STOP, 0, "订阅通知模板管理出错：公众号后台→订阅通知，检查模板。"),
)

TABLE: Final[Mapping[int, tuple[Verdict, int, str]]] = MappingProxyType(
    {code: (verdict, wait, advice) for codes, verdict, wait, advice in _ROWS for code in codes}
)
