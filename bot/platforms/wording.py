"""What a person reads when a web login does not tell us who they are."""

from __future__ import annotations


def not_a_member() -> str:
    return "没有认出您的企业微信身份。请在本校企业微信里重新打开这个链接。"


def not_in_directory() -> str:
    return "没有认出您的家长身份。请从「学校通知」里重新打开这个链接；仍不行请联系班主任。"


def not_a_follower() -> str:
    return "没有认出您的微信身份。请从公众号里重新打开这个链接。"


def snapshot() -> str:
    return "这是微信的快照页，不能在这里办理。请点页面右下角“使用完整服务”，或从公众号里重新打开。"
