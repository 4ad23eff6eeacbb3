"""Persons, contacts, units and exemptions as handlers see them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from people_office import NOW, Office

from bot.messages import Address, Inbound, Kind
from bot.people.binding import Bound, Knocks, NoMatch, claim, decide
from bot.people.records import Contact, How
from bot.people.rules import Person, PersonKind, RoleName
from bot.people.store import People
from bot.people.windows import GRANTS, Act
from bot.simulator.cast import Row

FAN = Address.follower("wx01", "oFan")
CLASS = "护理学院/2023级/护理2301"
TEACHERS = (RoleName.HOMEROOM, RoleName.COUNSELLOR)


def came(event: str = "", **fields: str) -> Inbound:
    kind = Kind.EVENT if event else Kind.TEXT
    return Inbound("public", "k", kind, FAN, NOW, text="" if event else "在吗", event=event, fields=fields)


async def seen(office: Office, inbound: Inbound, now: datetime = NOW) -> Contact | None:
    async with office.database.begin() as tx:
        people = People(tx)
        people.seen(inbound, await people.contact(FAN), now)
        await tx.flush()
        return await people.contact(FAN)


async def test_one_look_finds_contact_person_and_roles(office: Office, rows: list[Row]) -> None:
    keys = [Address.member("ww01", userid).key for userid in ("S2301001", "t1001", "nobody")]
    async with office.database.begin() as tx:
        found = await People(tx).current(keys)
    assert [keys.index(key) for key in sorted(found, key=keys.index)] == [0, 1]
    admin = found[keys[1]].person
    assert admin is not None
    assert {held.role for held in admin.roles} == {RoleName.ADMIN, RoleName.APPROVER}
    assert admin.scope == ("",)
    assert found[keys[0]].contact.how is How.ROSTER


@pytest.mark.parametrize(
    ("inbound", "act"),
    [
        (came(), Act.MESSAGE),
        (came(bizmsgmenuid="101"), Act.MENU),
        (came("click"), Act.MENU),
        (came("subscribe"), Act.FOLLOW),
        (came("scan"), Act.SCAN),
    ],
)
async def test_each_act_opens_its_window(office: Office, inbound: Inbound, act: Act) -> None:
    contact = await seen(office, inbound)
    assert contact is not None
    grant = GRANTS[act]
    assert (contact.window_left, contact.window_until) == (grant.messages, NOW + grant.lasting)


async def test_windows_widen_and_do_not_add_up(office: Office) -> None:
    await seen(office, came())
    contact = await seen(office, came("click"), NOW + timedelta(minutes=5))
    assert contact is not None
    assert (contact.window_left, contact.window_until) == (5, NOW + timedelta(hours=48))
    late = NOW + timedelta(hours=50)
    contact = await seen(office, came("click"), late)
    assert contact is not None
    assert (contact.window_left, contact.window_until) == (3, late + timedelta(minutes=1))


@pytest.mark.parametrize("event", ["unsubscribe", "templatesendjobfinish", "masssendjobfinish"])
async def test_a_report_or_a_goodbye_is_no_sign_of_life(office: Office, event: str) -> None:
    assert await seen(office, came(event)) is None


async def test_looking_at_a_page_opens_no_window(office: Office) -> None:
    contact = await seen(office, came("view"))
    assert contact is not None
    assert (contact.window_left, contact.window_until, contact.last_in_at) == (0, None, NOW)


async def test_unfollowing_deletes_the_platform_id_and_keeps_the_person(
    office: Office, rows: list[Row]
) -> None:
    async with office.database.begin() as tx:
        people = People(tx)
        fan = await people.by_code("2301001")
        assert fan is not None
        people.follow(FAN, "public", NOW)
        await people.bind(FAN, "public", fan.id, How.LOGIN, NOW)
        people.knock(FAN, Knocks(1, NOW))
    async with office.database.begin() as tx:
        gone = await People(tx).unfollow(FAN)
        assert gone is not None
        assert (gone.person_id, gone.followed_at, gone.how) == (fan.id, NOW, How.LOGIN)
    async with office.database.begin() as tx:
        people = People(tx)
        assert await people.contact(FAN) is None
        assert await people.knocks(FAN) is None
        assert await people.unfollow(FAN) is None
        assert await people.by_id(fan.id) == fan


async def test_a_stranger_binds_and_a_second_one_cannot(office: Office, rows: list[Row]) -> None:
    me, thief = FAN, Address.follower("wx01", "oThief")
    first = rows[0]
    said = claim(f"绑定 {first['姓名']} {first['编号']}")
    async with office.database.begin() as tx:
        people = People(tx)
        decision = decide(said, await people.candidates(said, me, "public"), await people.knocks(me), NOW)
        assert isinstance(decision, Bound)
        await people.bind(me, "public", decision.person.id, How.CHAT, NOW)
    async with office.database.begin() as tx:
        people = People(tx)
        again = decide(said, await people.candidates(said, thief, "public"), None, NOW)
        assert isinstance(again, NoMatch)
        people.knock(thief, again.knocks)
        await tx.flush()
        assert await people.knocks(thief) == Knocks(1, NOW)
        assert isinstance(decide(said, await people.candidates(said, me, "public"), None, NOW), Bound)
        people.unbind(me)
        await tx.flush()
        found = await people.current([me.key])
        assert found[me.key].person is None


async def test_an_unreachable_contact_is_reachable_again_by_following(office: Office) -> None:
    async with office.database.begin() as tx:
        people = People(tx)
        people.follow(FAN, "public", NOW)
        people.unreachable(FAN, "43004")
    async with office.database.begin() as tx:
        people = People(tx)
        contact = await people.contact(FAN)
        assert contact is not None
        assert contact.unreachable == "43004"
        people.follow(FAN, "public", NOW)
        await tx.flush()
        contact = await people.contact(FAN)
        assert contact is not None
        assert contact.unreachable == ""


async def test_the_nearest_teacher_upwards(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        people = People(tx)
        of_class = await people.teachers_of(CLASS, (RoleName.HOMEROOM,))
        assert [one.code for one in of_class] == ["T1007"]
        assert {one.code for one in await people.teachers_of(CLASS, TEACHERS)} == {"T1005", "T1007"}
        assert [one.code for one in await people.teachers_of(CLASS, (RoleName.LIAISON,))] == ["T1012"]
        assert [one.code for one in await people.teachers_of(CLASS, (RoleName.DUTY,))] == ["T1005"]
        whole_school = await people.teachers_of("图书馆", (RoleName.DUTY,))
        assert {one.code for one in whole_school} == {"T1003", "T1004"}
        assert await people.teachers_of("图书馆", TEACHERS) == []


async def test_members_by_pages_and_counts(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        people = People(tx)
        everyone = await people.members(CLASS, PersonKind.STUDENT)
        assert len(everyone) == await people.count(CLASS, PersonKind.STUDENT) == 41
        pages: list[Person] = []
        while page := await people.members(
            CLASS, PersonKind.STUDENT, after=pages[-1].code if pages else "", limit=10
        ):
            pages += page
        assert pages == everyone
        assert await people.count("护理学院") > await people.count(CLASS)
        assert await people.count("护理") == 0


async def test_units_are_a_tree_and_found_within_the_scope(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        people = People(tx)
        units = {one.path: one for one in await people.units()}
        assert units["护理学院"].people == await people.count("护理学院")
        assert await people.find_unit("护理2301") == [CLASS]
        assert await people.find_unit("2023级") == ["信息工程学院/2023级", "护理学院/2023级"]
        assert await people.find_unit("2023级", ("护理学院",)) == ["护理学院/2023级"]
        assert await people.find_unit("软件2301", ("护理学院",)) == []
        assert await people.find_unit("软件2301", ()) == []


async def test_exemptions_hold_for_their_time(office: Office, rows: list[Row]) -> None:
    async with office.database.begin() as tx:
        people = People(tx)
        (ting, _) = await people.by_name("李婷")
        people.exempt(ting.id, "install-app", "没有手机", NOW, until=NOW + timedelta(days=7), allowed_by=None)
        await tx.flush()
        (one,) = await people.exemptions(ting.id)
    assert one.holds("install-app", NOW)
    assert not one.holds("term-test", NOW)
    assert not one.holds("install-app", NOW + timedelta(days=7))


async def test_less_and_consent(office: Office, rows: list[Row]) -> None:
    async with office.database.begin() as tx:
        people = People(tx)
        (ting, other) = await people.by_name("李婷")
        people.less(ting.id, True)
        people.consent(other.id, NOW)
        await tx.flush()
        assert await people.want_less([ting.id, other.id]) == {ting.id}
        agreed = await people.by_id(other.id)
        assert agreed is not None
        assert agreed.consent
