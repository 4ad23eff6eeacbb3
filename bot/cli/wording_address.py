"""What ``doctor`` tells about the callback address: what came back, and what to change."""

from __future__ import annotations

from typing import Final

NO_SUCH_HOST: Final = "域名查不到"
TOO_SLOW: Final = "五秒内没有回应"
_CERTIFICATE: Final = {
    9: "还没到启用日期；也可能是服务器时间不对",
    10: "已经过期",
    18: "是自签的",
    19: "是自签的",
    20: "证书链不完整",
    21: "证书链不完整",
    62: "证书里写的是别的域名",
    64: "证书里没有这个 IP",
}


def callback_page(is_wecom: bool) -> str:
    if is_wecom:
        return "企业微信管理后台→应用管理→本应用→接收消息→设置API接收"
    return "微信开发者平台→我的业务→公众号/服务号→消息与事件推送"


def callback_fine(url: str) -> str:
    return f"回调地址答得对：{url}"


def callback_slow(url: str, seconds: float) -> str:
    return f"回调地址答得对但用了 {seconds:.1f} 秒：{url}"


def mend_slow() -> str:
    return "企业微信保存地址时只等 1 秒：检查反向代理、DNS 和服务器负载。"


def never_called() -> str:
    return "从来没有收到过平台的回调"


def mend_never_called(page: str, url: str) -> str:
    return (
        f"还没在平台保存过地址的，serve 运行时到 {page}，URL 填 {url}，Token 和 EncodingAESKey 与设置相同，"
        "点保存；保存过的，从手机发一句「帮助」再运行一次。"
    )


def long_silent(days: int, last: str) -> str:
    return f"最近 {days} 天没有收到过平台的回调；地址以前是通的，上一次是 {last}"


def mend_long_silent(page: str, url: str) -> str:
    return (
        "没有人说话也会这样：从手机发一句「帮助」再运行一次。"
        f"还是没有，到 {page} 看 URL 是不是 {url}，再点一次保存。"
    )


def callback_not_found(url: str) -> str:
    return f"回调地址 404：{url}"


def mend_not_found() -> str:
    return "地址能到，但那里没有这个账号：确认 serve 正在用同一份设置文件，反向代理没有改路径。"


def callback_refused(url: str) -> str:
    return f"回调地址 403，签名没有通过：{url}"


def mend_refused(page: str) -> str:
    return (
        f"正在运行的 serve 用的 token、encoding_aes_key 与这份设置不同，改好后重启；"
        f"再与 {page} 核对这两项。也检查服务器时间（差一小时以上会拒绝）。"
    )


def callback_status(url: str, status: int) -> str:
    return f"回调地址返回 HTTP {status}：{url}"


def callback_other_answer(url: str) -> str:
    return f"回调地址的答复被改过：{url}"


def mend_proxy() -> str:
    return (
        "检查反向代理：/callback/ 要原样转给 serve，不跳转、不加登录、不改内容；"
        "502 或 503 是 serve 没有运行。"
    )


def callback_unreached(url: str, reason: str) -> str:
    return f"回调地址连不上（{reason}）：{url}"


def mend_unreached() -> str:
    return (
        "检查 public_url、DNS、防火墙和反向代理；也可能是服务器不能从内网访问自己的公网地址，"
        "请用手机流量打开 public_url/healthz 再看一次。"
    )


def why_distrusted(code: int, reason: str) -> str:
    """OpenSSL's number of what is wrong with a certificate, in words; its own where we have none."""
    return _CERTIFICATE.get(code, reason)


def certificate(url: str, reason: str) -> str:
    return f"回调地址的证书不被信任（{reason}）：{url}"


def mend_certificate() -> str:
    return "换成受信任机构签发、没有过期、写着这个域名的证书，并装上完整的证书链，再让 nginx 重新载入。"


def odd_port(url: str) -> str:
    return f"公众号只访问 80 和 443 端口：{url}"


def mend_port() -> str:
    return "用反向代理把 80 或 443 转到 serve 的端口，public_url 不写端口。"
