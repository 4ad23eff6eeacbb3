"""Reading the school directory (92343, 92337, 92338, 92446, 94895) and the QR code to follow (92320)."""

from __future__ import annotations

from typing import Any

from bot.simulator.corp import Parent, School, Student
from bot.simulator.door import Call, Json, Refused
from bot.simulator.wecom_api.house import asker

PARENT_CAP = {False: 2_000, True: 20_000}


def _school(call: Call) -> School:
    corp, app = asker(call)
    school: School = corp.school
    if not school.departments:
        raise Refused(65014, "not a school")
    if not app.school:
        raise Refused(65022, "no right on the school directory")
    if len(school.parents) > PARENT_CAP[corp.verified]:
        raise Refused(65018, "too many parents")
    return school


def _parent(school: School, parent: Parent) -> Json:
    row: Json = {"parent_userid": parent.parent_userid, "is_subscribe": int(parent.is_subscribe)}
    row["children"] = [
        {
            "student_userid": c["student_userid"],
            "relation": c.get("relation", ""),
            "name": s.name if s else "",
        }
        for c in parent.children
        for s in [school.student(c["student_userid"])]
    ]
    if parent.is_subscribe:
        row["external_userid"] = f"wm{parent.id}"
    return row


def _student(school: School, student: Student) -> Json:
    parents = []
    for parent in school.parents_of(student.student_userid):
        wanted = student.student_userid.lower()
        relation = next(
            c.get("relation", "") for c in parent.children if c["student_userid"].lower() == wanted
        )
        row: Json = {"parent_userid": parent.parent_userid, "relation": relation}
        row["is_subscribe"] = int(parent.is_subscribe)
        parents.append(row | ({"external_userid": f"wm{parent.id}"} if parent.is_subscribe else {}))
    found: Json = {"student_userid": student.student_userid, "name": student.name}
    return found | {"department": list(student.department), "parents": parents}


async def departments(call: Call) -> Json:
    school, root = _school(call), call.query.get("id")
    if root is not None and not root.isdigit():
        raise Refused(40058, "id invalid")
    wanted = None if root is None else school.below(int(root))
    rows: list[dict[str, Any]] = []
    for order, d in enumerate(school.departments, 1):
        if wanted is None or d.id in wanted:
            row = {"id": d.id, "name": d.name, "parentid": d.parentid, "type": d.type, "order": order}
            row["department_admins"] = [dict(admin) for admin in d.department_admins]
            row |= {"open_group_chat": 0} if d.type == 1 else {}
            row |= {"is_graduated": int(d.is_graduated)} if d.type == 2 else {}
            rows.append(row)
    return {"departments": rows}


async def user(call: Call) -> Json:
    school, userid = _school(call), call.need("userid", 40058)
    student = school.student(userid)
    if student is not None:
        return {"user_type": 1, "student": _student(school, student)}
    parent = school.parent(userid)
    if parent is None:
        raise Refused(60111, "userid not found")
    return {"user_type": 2, "parent": _parent(school, parent)}


def _class(call: Call, school: School) -> int:
    department = call.need("department_id", 40058)
    if not department.isdigit() or int(department) not in {d.id for d in school.departments}:
        raise Refused(60003, "department not found")
    return int(department)


async def users(call: Call) -> Json:
    school = _school(call)
    department = _class(call, school)
    return {"students": [_student(school, s) for s in school.students_in({department})]}


async def list_parent(call: Call) -> Json:
    school = _school(call)
    students = school.students_in({_class(call, school)})
    parents = {p.id: p for s in students for p in school.parents_of(s.student_userid)}
    return {"parents": [_parent(school, p) for p in parents.values()]}


async def allow_scope(call: Call) -> Json:
    school, (_corp, app) = _school(call), asker(call)
    if call.need("agentid", 41011) != str(app.agent_id):
        raise Refused(301002, "not allow operate another agent with this accesstoken")
    roots = app.school_scope
    if roots is None:
        roots = [d.id for d in school.departments if d.parentid not in {e.id for e in school.departments}]
    return {"allow_scope": {"students": {"userid": []}, "departments": {"partyid": list(roots)}}}


async def subscribe_qr(call: Call) -> Json:
    corp, _app = asker(call)
    _school(call)
    if not corp.verified:
        raise Refused(43009, "corp not verified")
    base = f"{call.sim.base_url}/sim/qr/{corp.corp_id}"
    return {name: f"{base}?size={size}" for name, size in _SIZES.items()}


_SIZES = {"qrcode_big": 1200, "qrcode_middle": 430, "qrcode_thumb": 258}
