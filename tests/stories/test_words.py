"""What people really type: a cry with an exclamation mark, a word without its space, a number too long."""

from __future__ import annotations

import pytest

from bot.people.rules import Person, PersonKind, RoleHeld, RoleName
from handlers import ROUTERS
from handlers.help import lines_for
from tests.stories.cast import Cast

_CRIES = ("我被骗了！", "好像被骗了，怎么办", "妈，我是不是被骗了？", "被骗 ！", "救命！我被骗钱了", "上当了")
_CHATTER = ("我同学说他没被骗过", "怎么才能不被骗", "被骗的人会怎么做")


async def test_a_cry_for_help_needs_no_exact_word(cast: Cast) -> None:
    await cast.lin.says("答题")
    for cry in _CRIES:
        await cast.lin.says(cry)
        cast.lin.hears("先别再转账")
        await cast.visitor.says(cry)
        cast.visitor.hears("先别再转账")
    for chatter in _CHATTER:
        await cast.lin.says(chatter)
        assert "先别再转账" not in cast.lin.bubbles[-1].seen


async def test_the_space_after_a_word_may_be_missing(cast: Cast) -> None:
    await cast.visitor.says("验9F3K7P")
    cast.visitor.hears("没有这个编号")
    await cast.visitor.says("查您的快递丢失，我是客服，点链接双倍赔偿，请打开共享屏幕")
    cast.visitor.hears("很像")
    await cast.visitor.says("查：明天下午三点开会")
    cast.visitor.hears("不等于安全")
    await cast.visitor.says("查询一下成绩")
    cast.visitor.hears("还不认识您")
    await cast.visitor.says("绑定郑子安2301003")
    cast.visitor.hears("您是郑子安")


async def test_a_number_too_long_for_any_row_is_no_number_of_ours(cast: Cast) -> None:
    await cast.chen.says("/approve 9999999999999999999")
    cast.chen.hears("不能通过")
    await cast.lin.says("/approve 1")
    cast.lin.hears("没看懂")


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (RoleName.APPROVER, {"/approve"}),
        (RoleName.ADMIN, {"/approve", "/login"}),
        (RoleName.DUTY, {"/login"}),
    ],
)
def test_help_names_every_word_of_ones_own_once(role: RoleName, words: set[str]) -> None:
    duty = RoleHeld(RoleName.DUTY, "")
    person = Person(1, "T1", "陈立", PersonKind.STAFF, "", roles=(RoleHeld(role, ""), duty))
    said = [line.split(" ")[0] for line in lines_for(ROUTERS, person)]
    assert words <= set(said)
    assert len(said) == len(set(said))
