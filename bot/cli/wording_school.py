"""What ``doctor`` says about 学校通知: which page of the 家校沟通 console to open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

TREE: Final = "读取家校通讯录"
ALLOWED: Final = "读取家长可使用的应用"
TEACHERS: Final = "核对班主任是否看得到应用"
FOLLOWERS: Final = "读取家长关注情况"
QR_CODE: Final = "读取家长关注二维码"
_SHOWN: Final = 5


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:_SHOWN]) + (f"等{len(names)}个" if len(names) > _SHOWN else "")


def parents_allowed(departments: int, students: int) -> str:
    return f"家长可使用的应用：{departments} 个部门、{students} 名学生的家长"


def no_parents_allowed() -> str:
    return "家长可使用的应用：一个班也没有"


def mend_parents_allowed() -> str:
    return "企业微信管理后台→家校沟通→配置→家长可使用的应用，加入本应用并选全部年级。"


def not_allowed(names: Sequence[str]) -> str:
    return f"{len(names)} 个班不在家长可使用的应用里，家长通知发不到：{_some(names)}"


def classes_fit(count: int) -> str:
    return f"家校通讯录的 {count} 个班都和花名册对上了"


def classes_unfit(missing: Sequence[str], ambiguous: Sequence[str]) -> str:
    parts = [f"花名册里找不到 {_some(missing)}"] * bool(missing)
    parts += [f"像好几个单位、分不清 {_some(ambiguous)}"] * bool(ambiguous)
    return f"家校通讯录的班没有全对上花名册：{'；'.join(parts)}"


def mend_unfit() -> str:
    return (
        "不会猜：没对上的班看不到谁关注了，也不能按班发。"
        "把家校通讯录和花名册里的班级名称改成一样，重名的班写全年级或校区。"
    )


def teachers_seen(count: int) -> str:
    return f"班主任和任课老师：核对 {count} 人，都看得到应用"


def teachers_unseen(count: int, outside: int, names: Sequence[str]) -> str:
    return f"班主任和任课老师：核对 {count} 人，{outside} 人看不到应用，家长通知会报 65024（{_some(names)}）"


def mend_teachers() -> str:
    return "企业微信管理后台→应用管理→本应用→可见范围，加入这些班的全体老师。"


def looked_at(looked: int, classes: int) -> str:
    return f"{classes} 个班" if looked == classes else f"前 {looked} 个班，共 {classes} 个班"


def no_parents(looked: str) -> str:
    return f"家校通讯录里没有家长（{looked}）"


def mend_no_parents() -> str:
    return (
        "企业微信管理后台→家校沟通→通讯录，导入班级、学生和家长；"
        "再到 家校沟通→API，把本应用加入可调用接口的应用。"
    )


def all_follow(parents: int, looked: str) -> str:
    return f"家长 {parents:,} 人都关注了学校通知（{looked}）"


def some_follow_not(absent: int, parents: int, without: Mapping[str, int], looked: str) -> str:
    most = sorted(without.items(), key=lambda one: -one[1])[:_SHOWN]
    names = "、".join(f"{name} {count} 人" for name, count in most)
    return f"家长 {parents:,} 人，{absent:,} 人没有关注学校通知，收不到（{looked}；最多的：{names}）"


def campus_rate(campus: str, following: int, parents: int, rate: str) -> str:
    return f"{campus}：家长 {parents:,} 人，关注 {following:,} 人（{rate}）"


def mend_follow(code: str) -> str:
    return f"请班主任把关注二维码发给这些家长（老师发「二维码」也能取到）：{code}"


def near_the_cap(parents: int) -> str:
    return f"家长 {parents:,} 人，接近平台上限（认证企业 20,000，未认证 2,000）"


def mend_the_cap() -> str:
    return "企业微信管理后台→家校沟通→通讯录，清理毕业班；或先完成企业认证。"
