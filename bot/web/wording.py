"""What people read on the pages beyond the fixed labels of the templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.delivery.rules import DeliveryState
from bot.duties.rules import CONFIRM_WORDS, Ask, Do, Occurrence, OccurrenceState, ProofKind
from bot.duties.wording import day, moment
from bot.people.rules import Person, leaf
from bot.receipts.rules import SealedReceipt
from bot.receipts.wording import statement
from bot.reports.rules import ReportKind

SAFE: Final = "学校不会通过任何群或机器人收费、要验证码、发下载链接。"

STATES: Final[dict[OccurrenceState, str]] = {
    OccurrenceState.ASKED: "即将发出",
    OccurrenceState.OPEN: "进行中",
    OccurrenceState.WAITING: "等审批",
    OccurrenceState.PAUSED: "已暂停",
    OccurrenceState.STOPPED: "已停止",
    OccurrenceState.SKIPPED: "错过未发",
}
DELIVERIES: Final[dict[DeliveryState, str]] = {
    DeliveryState.DUE: "等待发送",
    DeliveryState.LEASED: "正在发送",
    DeliveryState.SENT: "平台已接受",
    DeliveryState.FOLDED: "并入汇总",
    DeliveryState.REFUSED: "无法送达",
    DeliveryState.UNKNOWN: "结果不明",
    DeliveryState.DEAD: "发送失败",
    DeliveryState.CANCELLED: "已取消",
}
REPORTED: Final = "其中平台回报已发出"
SIGNED: Final = "已签收"
CAMPAIGN_HEAD: Final = ("单位", "在册", "豁免", "应到", "已告知", "完成", "完成率", "豁免原因")
SUM: Final = "合计"
REPORTS: Final[dict[ReportKind, str]] = {
    ReportKind.WEEKLY: "周报",
    ReportKind.MONTHLY: "月报",
    ReportKind.HALF_YEAR: "半年报",
    ReportKind.ANNUAL: "年报",
}
_TODO: Final[dict[Ask, str]] = {
    Ask.FULL_MARKS: "请在聊天里发「答题」，可分几次做。",
    Ask.FORWARD: "转到群里以后，在聊天里回「已转发」。",
    Ask.FILE: "办好以后，在聊天里回「已办」。",
}


def no_such_page() -> str:
    return "没有这个页面。请从原来的消息里重新打开。"


def stopped() -> str:
    return "学校已停止这条通知，请以之后的更正为准。"


def stale_form() -> str:
    return "页面放久了。请返回、刷新，再点一次。"


def too_large() -> str:
    return "内容太大，没有收下。"


def trouble() -> str:
    return "刚才出了点小问题，请过一会儿再打开一次。"


def todo(ask: Ask) -> str:
    """What to do elsewhere; empty where the page itself has the button."""
    return _TODO.get(ask, "")


def button(occurrence: Occurrence, kind: ProofKind) -> str:
    """What the one button under an article says."""
    if occurrence.do is Do.CONFIRM:
        return CONFIRM_WORDS.get(occurrence.what, "已全部做好")
    return {ProofKind.TAPPED: "已播", ProofKind.TICKED: "已办"}.get(kind, "我已读")


def thanks(receipts: Sequence[tuple[str, str]]) -> str:
    """After signing: (child's name or empty, code) of each receipt."""
    if len(receipts) == 1:
        return f"已收到您的签收，编号 {receipts[0][1]}。"
    return f"已收到您的签收，{len(receipts)}份回执已分别记入。"


def other_guardian() -> str:
    return "另一位家长已签收，您看看就好。"


def offer(left: int) -> str:
    """What one tap on 下次提醒我 gives; ``left`` are those given before."""
    kept = f"现在存着{left}条。" if left else ""
    return f"点一次，只够给您发一条提醒，用完就没有了。{kept}不点也没关系。"


def offer_lasting() -> str:
    return "点一次，以后有要办的事就提醒您，随时可以在公众号里关掉。不点也没关系。"


def accepted(lasting: bool) -> str:
    return "好，以后会提醒您。" if lasting else "好，下次会提醒您一条。"


def not_accepted() -> str:
    return "好，不提醒。什么时候想要了，再来点。"


def wrong_name() -> str:
    return "姓名与学校名单不一致。请键入您本人的全名。"


def bad_drawing() -> str:
    return "没有看到手写的姓名。请在框里写上全名，再点「签收」。"


def too_many_tries() -> str:
    return "试得太快了，请过一分钟再来。"


def login_first() -> str:
    return "请先登录，再办这件事。"


def nothing_open() -> str:
    return "这件事已经办过了，或不需要您来办。谢谢！"


def stranger() -> str:
    return "没有在学校名单里找到您。在聊天里发「绑定 姓名 编号」试试，或请班主任、辅导员核对。"


def login_failed() -> str:
    return "登录没有成功。请回到原来的消息，重新打开链接。"


def login_over() -> str:
    return "这次登录已过期，或不是从本机开始的。请回到原来的消息，重新打开链接。"


def link_over() -> str:
    return "这个链接已过期或已用过。在聊天里发 /login 可以再取一个。"


def pledge(person: Person) -> str:
    """What a person puts their name under after a test."""
    return f"本人{person.name}，{leaf(person.unit)}，已完成并知晓要求。"


def no_full_marks() -> str:
    return "这份测试还没有满分。请回到聊天里发「继续」，做完再来签名。"


def sign_link_over() -> str:
    return "这个签收链接已过期，或已不需要签收。请向班主任、辅导员再要一个。"


def no_console() -> str:
    return "控制台只给管理员、反诈联络员、值班和带班老师使用。"


def not_allowed() -> str:
    return "这一步不在您的权限内。"


def nobody_found() -> str:
    return "您的范围里没有找到。请核对姓名或编号。"


def no_file() -> str:
    return "请先选择一个 .xlsx 或 .csv 文件。"


def cannot_approve() -> str:
    return "不能通过：已不在等审批，或是您自己发起的，需要另一位。"


def message_of_ours(school: str, title: str, at: datetime) -> str:
    return f"是{school} {day(at)}发布的「{title}」。"


def receipt_of_ours(sealed: SealedReceipt) -> str:
    return f"是我们的回执：{statement(sealed)}"


def login(ask: Ask) -> str:
    return "登录后签收" if ask is Ask.SIGN else "登录后确认"


def account(app: bool, units: Sequence[str], parent: bool = False) -> str:
    """Which of several accounts a login button means; to a parent the app is 学校通知."""
    kind = ("学校通知" if parent else "企业微信") if app else "公众号"
    return f"（{kind}{'·' + '、'.join(map(leaf, units)) if units else ''}）"


def scope(units: Sequence[str], school: str) -> str:
    return "、".join(leaf(unit) or school for unit in units)


def as_of(at: datetime) -> str:
    return moment(at)


def counting() -> str:
    return "应到=在册−豁免；已告知=平台已接受或本人已操作；同一孩子的多位监护人只计一次。自愿事项不计完成率。"
