"""``doctor`` looks at members, parents and classes."""

from __future__ import annotations

from bot.simulator.corp import Parent, SchoolDepartment, Student
from tests.cli.ward import Ward


async def test_members_outside_the_visible_scope(ward: Ward) -> None:
    ward.app.visible = ["XiaoLin"]
    found = await ward.doctor()
    assert found.code == 1
    assert "抽查名单里 3 人，2 人看不到（护理学院、护理2301）" in found.err
    assert "应用管理→本应用→可见范围" in found.err


async def test_the_app_is_not_among_those_for_parents(ward: Ward) -> None:
    ward.app.school = False
    found = await ward.doctor()
    assert found.code == 1
    assert "65022" in found.err
    assert "家校沟通→API→可调用接口的应用" in found.err


async def test_parents_who_do_not_follow(ward: Ward) -> None:
    ward.sim.world.corps[0].school.parents[0].is_subscribe = False
    found = await ward.doctor()
    assert found.code == 0
    assert "家长 1 人，1 人没有关注学校通知" in found.out
    assert "护理2301 1 人" in found.out
    assert "/sim/qr/" in found.out
    assert "林家长" not in found.out


async def test_classes_teachers_and_campuses(ward: Ward) -> None:
    """One class outside the scope, one that is nobody's, a teacher who does not see the app."""
    (corp,) = ward.sim.world.corps
    there = corp.school.departments[0]
    there.department_admins = [{"userid": "nobody_sees", "type": 3}, {"userid": "XiaoLin", "type": 4}]
    there.parentid = 5
    corp.school.departments = [
        SchoolDepartment(4, "学校", 0, 5),
        SchoolDepartment(5, "护理学院", 4, 4),
        there,
        SchoolDepartment(6, "西校区", 4, 4),
        SchoolDepartment(7, "没有这个班", 6),
    ]
    corp.school.students.append(Student("s_far", "远", [7]))
    corp.school.parents.append(Parent("p_far", "远家长", False, [{"student_userid": "s_far"}]))
    ward.app.school_scope = [6]
    found = await ward.doctor()
    assert found.code == 1
    assert "1 个班不在家长可使用的应用里，家长通知发不到：学校/护理学院/护理2301" in found.err
    assert "花名册里找不到 学校/西校区/没有这个班" in found.out
    assert "核对 2 人，1 人看不到应用，家长通知会报 65024（护理2301）" in found.err
    assert "护理学院：家长 1 人，关注 1 人（100%）" in found.out
    assert "西校区：家长 1 人，关注 0 人（0.0%）" in found.out
    corp.verified = False
    assert "43009" in (await ward.doctor()).err
