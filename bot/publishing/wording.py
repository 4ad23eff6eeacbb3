"""What people read about articles and menus: where one stands, why it failed, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bot.people.rules import leaf
from bot.platforms.errors import Platform, verdict_for
from bot.publishing.rules import Article, State, Status

AUTHOR: Final = "反诈课代表"
COVER: Final = "反诈课代表"
HOTLINE: Final = "拿不准拨 96110　正在被骗拨 110"
THINK: Final = "想一想"
BULLETIN: Final = "通报（全校合计，不含各单位数字）"
QUIET: Final = (
    "发布以后有一个永久链接，不通知粉丝，也不占群发次数；要通知粉丝，请用群发。"
    "各班的打开数只认班级链接，文章链接不计。"
)

STATES: Final[dict[State, str]] = {
    State.ASKED: "正在做草稿",
    State.DRAFTING: "正在做草稿",
    State.DRAFT: "草稿已在公众号后台",
    State.WAITING: "等另一位同意发布",
    State.READY: "马上发布",
    State.SUBMITTING: "正在提交发布",
    State.SUBMITTED: "平台正在发布",
    State.PUBLISHED: "已发布",
    State.UNKNOWN: "结果不明",
    State.FAILED: "没有成功",
    State.GONE: "发布后已不在",
}
_STATUS: Final[dict[int, str]] = {
    Status.NOT_ORIGINAL: "平台判为非原创。请在公众号后台改草稿的原创声明，或改写后重新做草稿。",
    Status.FAILED: "平台发布失败，没有说明原因。请在公众号后台打开草稿看提示，再重新做草稿。",
    Status.REFUSED: "平台审核不通过。讲骗术的句子容易被误判，请改写这些句子，再重新做草稿。",
    Status.DELETED: "文章发布后在公众号后台被删除了，链接已打不开。",
    Status.BANNED: "文章发布后被平台封禁，链接已打不开。请看公众号后台的通知。",
}
_WHY: Final[dict[str, str]] = {
    "not an official account": "不是公众号，没有文章。",
    "not verified": "没有认证的公众号不能用接口做草稿和发布，请在公众号后台自己发表。",
    "stopped": "活动已停止，没有发布。",
    "lost": "提交时没有收到平台的回答，还在核对，不会重复发布。",
    "lost draft": "做草稿时没有收到平台的回答，正在草稿箱里找。",
    "unknown": (
        "提交时没有收到平台的回答，在已发布的文章里也没有找到。"
        "请到公众号后台「发表记录」看一看，再点下面的按钮；这里不会自己再发一次。"
    ),
    "no result": "平台三天没有给结果。请到公众号后台「发表记录」看一看，再点下面的按钮。",
    "by hand": "管理员看过后台，确认已发布。",
    "not published": "管理员看过后台，确认没有发布。",
    "quota": "今天的接口次数用完了，明天自动继续。",
    "error:40007": "公众号后台里已没有这篇草稿。请重新做草稿。",
    "restored": "从备份恢复：这一步可能已经做过，没有重做。",
}


def why(outcome: str) -> str:
    """The reason on an article in words; codes of the platform with its own advice."""
    kind, _, code = outcome.partition(":")
    if kind == "status" and code.isdigit():
        return _STATUS.get(int(code), f"平台返回发布状态 {code}。")
    if outcome in _WHY:
        return _WHY[outcome]
    if kind == "error" and code.lstrip("-").isdigit():
        if int(code) <= 0 or 300 <= int(code) < 600:
            return "连不上平台，稍后自动再试。"
        return f"{verdict_for(Platform.WECHAT, int(code)).advice}（{code}）"
    return outcome


def account(units: Sequence[str], id_: str) -> str:
    return f"公众号{'·' + '、'.join(map(leaf, units)) if units else ''}（{id_}）"


def closing(source: str, code: str, asks: bool) -> list[str]:
    """The last lines of every article."""
    lines = ["学校不会通过任何群或机器人收费、要验证码、发下载链接。"]
    what = "要回答或签收" if asks else "要看学校的原页"
    lines.append(f"{what}，请点左下角「阅读原文」，或长按识别下面的二维码。")
    if code:
        lines.append(f"验真码 {code}：在聊天里发「验 {code}」，可以核对是不是学校发的。")
    if source:
        lines.append(f"依据：{source}")
    return lines


def too_long(count: int, limit: int) -> str:
    return f"文章有{count:,}个字符（含排版），公众号要少于{limit:,}。请先把这篇文字改短。"


def nothing_to_publish() -> str:
    return "这项活动没有可以做成文章的文字。"


def not_yet() -> str:
    return "活动还没有发出，或已停止，现在不能做成文章。"


def already() -> str:
    return "这个公众号已有这项活动的文章，没有再做一份。"


def moved_on() -> str:
    return "这篇文章已不在这一步，请刷新页面再看。"


def cannot_agree() -> str:
    return "不能同意：已不在等同意，或是您自己要发布的，需要另一位。"


def ask_second(article: Article) -> str:
    return (
        f"等您同意：把「{article.title}」发布到公众号。发布后任何人都能打开，撤回要到公众号后台删除。"
        f"草稿可在公众号后台的草稿箱里先看。原文：{article.source_url}"
    )


def waiting(articles: Sequence[Article]) -> list[str]:
    return [f"发布文章「{article.title}」（{article.id}）" for article in articles]


def agreed(article: Article) -> str:
    return f"好，「{article.title}」马上发布。结果会告诉提出的人。"


def result(article: Article) -> str:
    """What the person who wanted it is told at the end."""
    if article.state is State.PUBLISHED:
        return f"「{article.title}」已在公众号发布：{article.url}\n没有通知粉丝。需要的话请转发，或用群发。"
    if article.state is State.GONE:
        return f"「{article.title}」：{why(article.outcome)}"
    if article.state is State.UNKNOWN:
        return f"「{article.title}」的发布结果不明。{why(article.outcome)}"
    return f"「{article.title}」没有发布成。{why(article.outcome)}"


def forward(url: str) -> str:
    """The line under the class links."""
    return f"发朋友圈可用公众号文章（不计入班级打开数）：{url}"


PAGE: Final = "全部班级的链接"
FORWARDED: Final = "转好后回「已转发」，无需截图。"


def to_forward(title: str, group: str) -> str:
    return f"请把「{title}」转到{group}："


def links_left(links: int) -> str:
    return f"还有{links}个班的链接在网页里，点下面打开。"


def others_in_chat(links: int) -> str:
    return f"还有{links}个班。其余的链接：发「转发」。"


def as_many(lines: Sequence[tuple[str, bool]], most: int, left: Callable[[int], str]) -> str:
    """Whole lines and what to do, in so many bytes. ``True`` marks a link: of what does not fit the links
    are counted, and none of the heads stands without one.
    """
    for keep in range(len(lines), 0, -1):
        if keep == len(lines) or lines[keep - 1][1]:
            missing = sum(is_link for _, is_link in lines[keep:])
            kept = [line for line, _ in lines[:keep]]
            text = "\n".join([*kept, *([left(missing)] if missing else []), FORWARDED])
            if len(text.encode()) <= most:
                return text
    return "\n".join([left(sum(is_link for _, is_link in lines)), FORWARDED])


def not_an_address() -> str:
    return "请填公众号文章的链接，以 https://mp.weixin.qq.com/ 开头。"
