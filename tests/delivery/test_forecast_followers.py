"""What a campaign would take of what followers gave: their windows, and their taps on 下次提醒我."""

from __future__ import annotations

from tests.delivery.post import CUSTOM, SUBSCRIBE, Post


async def foretold(post: Post, duty: str) -> str:
    await post.member("chen").says(f"/push {duty}")
    return post.member("chen").bubbles[-1].seen


async def test_an_acceptance_is_foretold_and_then_used(post: Post) -> None:
    await post.bind("2301003", "oZheng")
    assert "订阅" not in await foretold(post, "weekly-reminder")
    await post.accepts()
    assert "public 公众号：1人用掉一次订阅的提醒。" in await foretold(post, "weekly-reminder")
    await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(SUBSCRIBE) == ["ok"]
    assert "订阅" not in await foretold(post, "weekly-reminder")


async def test_an_open_window_is_foretold_and_then_used(post: Post) -> None:
    """A test is a text, which a template can only point to."""
    await post.bind("2301003", "oZheng")
    await post.follower("oZheng").says("你好")
    assert "窗口" not in await foretold(post, "weekly-reminder"), "a notice goes by template all the same"
    assert "public 公众号：1人用48小时窗口里的一条。" in await foretold(post, "term-test")
    await post.launched("term-test")
    await post.sends()
    assert post.calls(CUSTOM) == ["ok"]


async def test_whom_the_app_reaches_gives_nothing(post: Post) -> None:
    await post.bind("2301001", "oLin")
    await post.follower("oLin").says("你好")
    assert "窗口" not in await foretold(post, "term-test")
