"""学校通知: externalcontact/message/send (92321). Acceptance is not delivery; no msgid, no way back.

Who is outside 家长可使用的应用 is named as invalid like whoever does not exist; who does not follow is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.simulator.corp import App, Corp, Parent, Student
from bot.simulator.door import Call, Json, Refused
from bot.simulator.simulation import NOTICE_CHAT
from bot.simulator.wecom_api import content
from bot.simulator.wecom_api.house import asker, owner_of
from bot.simulator.wecom_api.message import fingerprint, same_agent, window


async def send(call: Call) -> Json:
    corp, app = asker(call)
    body, sim = call.body, call.sim
    if body.get("msgtype") not in content.NOTICE_TYPES:
        raise Refused(40008, "invalid message type")
    same_agent(body, app)
    if not app.school:
        raise Refused(48002, "the app is not in 家长可使用的应用")
    scope = body.get("recv_scope", 0)
    if scope not in (0, 1, 2):
        raise Refused(40058, "recv_scope invalid")
    if body.get("toall", 0) not in (0, 1):
        raise Refused(40058, "toall invalid")
    named = {name: _array(body, name) for name in ("to_parent_userid", "to_student_userid", "to_party")}
    if body.get("toall") != 1 and not any(named.values()):
        raise Refused(82001, "no recipient")
    for name, most, code in (
        ("to_parent_userid", 1000, 40032),
        ("to_student_userid", 1000, 40032),
        ("to_party", 100, 82002),
    ):
        if len(named[name]) > most:
            raise Refused(code, f"{name} too many")
    parts = content.checked(call, corp.corp_id, body, content.NOTICE_TYPES)
    parents, students, missing = _resolve(corp, app, body.get("toall") == 1, scope, named)
    if not parents and not students:
        raise Refused(81013, "all recipients invalid", **missing)
    named_parents = [parents[id_] for one in named["to_parent_userid"] if (id_ := one.lower()) in parents]
    _teachers_visible(corp, app, students, named_parents)
    request = fingerprint(f"notice {owner_of(corp, app)}", body)
    if window(body) and sim.cards.repeated(request, window(body)):
        return missing
    sim.cards.remember(request)
    for parent in parents.values():
        if scope != 1 and parent.is_subscribe:
            phone = sim.phone(corp.corp_id, "parent", parent.id)
            phone.show(NOTICE_CHAT, **content.fresh(parts))
    return missing


def _array(body: Json, name: str) -> list[str]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise Refused(40058, f"{name} must be an array")
    if not all(isinstance(item, str) for item in value):
        raise Refused(40058, f"{name} must hold strings")
    return list(value)


def _resolve(
    corp: Corp, app: App, everyone: bool, scope: int, named: dict[str, list[str]]
) -> tuple[dict[str, Parent], dict[str, Student], Json]:
    school = corp.school
    allowed = school.allowed(app)
    parents: dict[str, Parent] = {}
    missing: dict[str, list[str]] = {
        "invalid_parent_userid": [],
        "invalid_student_userid": [],
        "invalid_party": [],
    }
    inside = {s.student_userid.lower(): s for s in school.students_in(allowed)}
    if everyone:
        students = dict(inside)
    else:
        students = {}
        for userid in named["to_parent_userid"] if scope != 1 else []:
            parent = school.parent(userid)
            if parent is None or not any(c["student_userid"].lower() in inside for c in parent.children):
                missing["invalid_parent_userid"].append(userid.lower())
            else:
                parents[parent.id] = parent
        for userid in named["to_student_userid"]:
            if userid.lower() in inside:
                students[userid.lower()] = inside[userid.lower()]
            else:
                missing["invalid_student_userid"].append(userid.lower())
        for party in named["to_party"]:
            if not party.isdigit() or int(party) not in allowed:
                missing["invalid_party"].append(party)
                continue
            found = school.students_in(school.below(int(party)))
            students |= {s.student_userid.lower(): s for s in found}
    if scope != 1:
        for student in students.values():
            parents |= {p.id: p for p in school.parents_of(student.student_userid)}
    return parents, students, dict(missing)


def _teachers_visible(corp: Corp, app: App, students: dict[str, Student], named: Sequence[Parent]) -> None:
    """65024: the 班主任 or 任课老师 of an addressed class is outside the app's visible scope.

    A parent addressed by userid stands for the classes of all their children.
    """
    children = {c["student_userid"] for p in named for c in p.children}
    addressed = [*students.values(), *(s for c in children if (s := corp.school.student(c)))]
    classes = {d for s in addressed for d in s.department}
    visible = corp.visible(app)
    for department in corp.school.departments:
        if department.id not in classes:
            continue
        for admin in department.department_admins:
            if admin.get("type") in (3, 4) and str(admin["userid"]).lower() not in visible:
                raise Refused(65024, "class teacher is outside the app's visible scope")
