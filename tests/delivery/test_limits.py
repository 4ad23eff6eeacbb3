"""What a minute or an hour still holds: calls of one interface, messages to one member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.actions_calls import Calls
from bot.delivery.base_limits import HOUR, MINUTE, CallLimit, call_limits
from bot.delivery.rules import DeliveryState, ShipmentState
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import delivery, quota, shipment
from bot.errors import PlatformError, Verdict
from bot.messages import Address, CardUpdate, Image, Text, Urgency
from bot.settings import AccountSettings
from bot.simulator.campus import APP, CORP
from bot.simulator.quota import HOUR as SIM_HOUR
from tests.delivery.post import CUSTOM, SEND, Post

UPDATE: Final = "/cgi-bin/message/update_template_card"
UPLOAD: Final = "/cgi-bin/media/upload"
LIN: Final = Address.member(CORP, "s2301001").key
_NUMBERS = count(1)
PICTURE: Final = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'


def campus(post: Post) -> AccountSettings:
    found = post.stage.bot.school.accounts.get("campus")
    assert found is not None
    return found


async def used_up(post: Post, api: str, but: int, limit: int = 0) -> None:
    """Somebody else has made nearly all calls of this minute (or hour) already."""
    line = call_limits(campus(post), api)[limit]
    async with post.stage.bot.database.begin() as tx:
        name, until = line.bucket(post.now)
        tx.write(quota.insert(), name=name, used=line.count - but, until=until)


async def sent_before(post: Post, moments: Sequence[datetime], line: str, address: str) -> None:
    """Messages that somebody has, each by a call of its own."""
    person = await post.person("2301001")
    async with post.stage.bot.database.begin() as tx:
        for number, at in zip(_NUMBERS, moments, strict=False):
            tx.write(
                shipment.insert(), id=number, account="campus", path="", body=b"", content_type="", size=1,
                quota=line, made_at=at, repeat_until=at, state=ShipmentState.DONE,
            )  # fmt: skip
            tx.write(
                delivery.insert(), key=f"before/{number}", account="campus", address=address, payload="",
                person_id=person, urgency=Urgency.SOLICITED, state=DeliveryState.SENT, not_before=at,
                settled_at=at, shipment_id=number,
            )  # fmt: skip


async def test_card_updates_wait_for_the_next_minute(post: Post) -> None:
    await used_up(post, "update", but=3)
    for number in range(5):
        await post.queue(CardUpdate(f"code-{number}", "已答"), "2301001")
    await post.sends()
    assert len(post.calls(UPDATE)) == 3
    assert [state for state, _ in await post.deliveries()].count(DeliveryState.DUE) == 2
    await post.passes(seconds=70)
    assert len(post.calls(UPDATE)) == 3, "a minute of the platform may begin at any second"
    await post.passes(seconds=60)
    assert len(post.calls(UPDATE)) == 5


async def test_an_hour_of_calls_is_a_line_too(post: Post) -> None:
    await used_up(post, "update", but=1, limit=1)
    for number in range(2):
        await post.queue(CardUpdate(f"code-{number}", "已答"), "2301001")
    await post.sends()
    await post.passes(minutes=50)
    assert len(post.calls(UPDATE)) == 1
    await post.passes(minutes=20)
    assert len(post.calls(UPDATE)) == 2


async def test_uploads_are_calls(post: Post) -> None:
    await used_up(post, "upload", but=0)
    async with post.work() as work:
        picture = Image(work.outbox.keep_blob(PICTURE, post.now))
    await post.queue(picture, "2301001")
    await post.sends()
    assert post.calls(UPLOAD) == []
    await post.passes(seconds=130)
    assert (post.calls(UPLOAD), post.calls(SEND)) == (["ok"], ["ok"])


async def test_app_messages_have_the_days_line_alone(post: Post) -> None:
    """Section 8: they are not counted in the base limits."""
    await used_up(post, "update", but=0)
    await post.queue("还是发得出", "2301001")
    await post.sends()
    assert post.seen(post.lin, "还是发得出") == 1
    assert call_limits(campus(post), "app") == ()


async def test_template_messages_wait_before_the_platform_says_45011(post: Post) -> None:
    """The pretended account allows what we assume; a process that knows the line never hears a refusal."""
    public = post.stage.bot.school.accounts.get("public")
    assert public is not None
    (line,) = call_limits(public, "custom")
    post.stage.sim.world.limits.api_per_minute = 4
    name, until = line.bucket(post.now)
    async with post.stage.bot.database.begin() as tx:
        tx.write(quota.insert(), name=name, used=line.count - 4, until=until)
    for openid in ("oFang", "oZheng"):
        await post.follower(openid).says("你好")
    for number in range(3):
        await post.queue(f"第{number}句", openid="oFang")
        await post.queue(f"第{number}句", openid="oZheng")
    await post.sends()
    assert post.calls(CUSTOM) == ["ok"] * 4
    await post.passes(seconds=130)
    assert post.calls(CUSTOM) == ["ok"] * 6
    assert (await post.deliveries()).count((DeliveryState.SENT, "")) == 6, "nobody's window was lost"


async def test_two_processes_share_one_line(post: Post) -> None:
    """Blocks of fifty make it cheap; together they never make one call too many."""
    database, account = post.stage.bot.database, campus(post)
    await used_up(post, "update", but=120)
    here, there, made = Calls(), Calls(), 0
    refusals = set()
    for number in range(140):
        try:
            async with database.begin() as tx:
                await (here if number % 3 else there).take(tx, account, "update", post.now)
            made += 1
        except PlatformError as error:
            refusals.add((error.verdict, error.wait))
    assert 100 <= made <= 120, "what one process holds, the other cannot have"
    assert refusals == {(Verdict.WAIT, timedelta(seconds=60 - post.now.second))}
    async with database.reading() as tx:
        name, _ = call_limits(account, "update")[0].bucket(post.now)
        assert (await CourierRows(tx).drawn([name]))[name] <= 10_000


async def test_what_an_hour_refuses_takes_nothing_from_the_minute(post: Post) -> None:
    account = campus(post)
    await used_up(post, "update", but=0, limit=1)
    async with post.stage.bot.database.begin() as tx:
        with pytest.raises(PlatformError):
            await Calls().take(tx, account, "update", post.now)
    async with post.stage.bot.database.reading() as tx:
        name, _ = call_limits(account, "update")[0].bucket(post.now)
        assert await CourierRows(tx).drawn([name]) == {}


@given(
    st.sampled_from([MINUTE, HOUR]),
    st.lists(st.integers(0, 3 * 3600), min_size=1, max_size=60),
    st.integers(1, 8),
)
def test_no_window_of_the_platform_holds_too_many(length: timedelta, seconds: list[int], most: int) -> None:
    """Wherever the platform lets its minute or hour begin, the calls we allow stay within."""
    limit, made, book = CallLimit("corp", "update", most, length), [], dict[str, int]()
    for second in sorted(seconds):
        at = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=second)
        name, ends = limit.bucket(at)
        assert at < ends
        if sum(book.get(one, 0) for one in (*limit.before(at), name)) < most:
            book[name] = book.get(name, 0) + 1
            made.append(at)
    assert all(sum(begin <= at < begin + length for at in made) <= most for begin in made)


async def test_a_thousand_an_hour_to_one_member(post: Post) -> None:
    """985 in the last hour: fifteen go, fifteen wait until the oldest are an hour ago; none is dropped."""
    await sent_before(post, [post.now] * 985, "app", LIN)
    for _ in range(985):
        assert post.stage.sim.ledger.take(f"app member {CORP}|1000002 s2301001", 1000, SIM_HOUR)
    await post.passes(minutes=58)
    for number in range(30):
        await post.queue(f"第{number:02}条", "2301001")
    await post.sends()
    assert len(post.calls(SEND)) == 15
    await post.passes(minutes=1)
    assert len(post.calls(SEND)) == 15
    await post.passes(minutes=1)
    assert len(post.calls(SEND)) == 30
    assert {post.seen(post.lin, f"第{number:02}条") for number in range(30)} == {1}


async def test_card_updates_are_no_messages(post: Post) -> None:
    """Whoever answers quickly has a closed card and a new one each time; only the new one counts."""
    await sent_before(post, [post.now - timedelta(seconds=30)] * 25, "update", LIN)
    for number in range(25):
        await post.queue(CardUpdate(f"code-{number}", "已答"), "2301001")
    for number in range(29):
        await post.queue(f"第{number:02}题", "2301001")
    await post.sends()
    assert len(post.calls(UPDATE)) == 25
    assert len(post.calls(SEND)) == 29


async def test_the_members_limit_is_the_apps_alone(post: Post) -> None:
    """Customer messages and 学校通知 neither count for it nor wait for it."""
    follower = Address.follower(APP, "oLin").key
    await post.bind("2301001", "oLin")
    await post.follower("oLin").says("你好")
    await sent_before(post, [post.now - timedelta(seconds=30)] * 30, "custom", follower)
    await sent_before(post, [post.now - timedelta(seconds=30)] * 30, "notice", LIN)
    async with post.work() as work:
        person = await post.person("2301001")
        work.outbox.queue(
            key="one", account="public", address=follower, person=person, content=Text("给关注者的话"),
            urgency=Urgency.SOLICITED, not_before=post.now,
        )  # fmt: skip
    await post.queue("给成员的话", "2301001")
    await post.sends()
    assert post.seen(post.follower("oLin"), "给关注者的话") == 1
    assert post.seen(post.lin, "给成员的话") == 1
