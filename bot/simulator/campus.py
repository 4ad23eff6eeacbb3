"""A pretended campus: the roster's people on both platforms, and the settings of a bot for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.settings import Settings
from bot.simulator.cast import SCHOOL, Row

CORP: Final = "ww0123456789abcdef"
AGENT: Final = 1000002
APP: Final = "wx0123456789abcdef"
ORIGINAL: Final = "gh_0123456789ab"
# Invented for pretended platforms that run inside this process; they open nothing.
_WECOM_KEY: Final = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
_WECHAT_KEY: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_TEMPLATE: Final = "NOTICE-TEMPLATE"
SUBSCRIPTION: Final = "SUBSCRIPTION-TEMPLATE"


@dataclass(frozen=True, slots=True)
class Campus:
    """Who is there. ``followers`` are openid and name.

    ``silent``: userids of parents who do not follow 学校通知 yet. ``unknown``: parents that only the
    家校通讯录 has, not the roster, by userid, name and the child's 编号.
    """

    rows: Sequence[Row]
    followers: Sequence[tuple[str, str]] = ()
    cards: bool = True
    plan: str = "college-generic"
    account: str = "service"  # or subscription
    templates: bool = True  # without them a service account reaches the silent by mass sends only
    silent: Sequence[str] = ()
    unknown: Sequence[tuple[str, str, str]] = ()
    signature: int = 1  # the level of tests and letters

    def of_kind(self, kind: str) -> list[Row]:
        return [row for row in self.rows if row["身份"] == kind]

    def world(self, bot_url: str) -> dict[str, Any]:
        """The simulator's world; callbacks go to ``bot_url``."""
        members = [r for r in self.rows if r["身份"] != "家长" and r["企业微信账号"]]
        app = {
            "agent_id": AGENT,
            "secret": "campus-secret",
            "token": "campusToken",
            "aes_key": _WECOM_KEY,
            "callback_url": f"{bot_url}/callback/campus",
            "school": True,
        }
        account = {
            "app_id": APP,
            "secret": "public-secret",
            "token": "publicToken",
            "original_id": ORIGINAL,
            "name": SCHOOL,
            "aes_key": _WECHAT_KEY,
            "callback_url": f"{bot_url}/callback/public",
            "type": self.account,
            "templates": {
                _TEMPLATE: {"title": "通知提醒", "fields": {"thing1": "事项", "time2": "时间"}},
                SUBSCRIPTION: {
                    "title": "学校提醒",
                    "fields": {"thing1": "提醒内容", "time2": "提醒时间"},
                    "subscription": True,
                },
            },
            "followers": [{"openid": openid, "name": name} for openid, name in self.followers],
        }
        corp = {
            "corp_id": CORP,
            "name": SCHOOL,
            "headcount": 1000,
            "apps": [app],
            "members": [{"userid": r["企业微信账号"], "name": r["姓名"]} for r in members],
            "school": self._directory(),
        }
        hook = {"key": "staffroom-key", "name": "反诈工作群", "members": self._staff_phones()}
        return {"corps": [corp], "accounts": [account], "webhooks": [hook], "phones": self._phones()}

    def settings(self, simulator_url: str, bot_url: str, database: str) -> Settings:
        """A bot that believes that the simulator is the platform."""
        login = f"{simulator_url}/open"
        return Settings.model_validate(
            {
                "school": {"name": SCHOOL, "plan": self.plan},
                "database": database,
                "public_url": bot_url,
                "secret_key": "for-demonstrations-only",
                "duty_phone": "内线8110",
                "signature": {"test": self.signature, "letter": self.signature},
                "accounts": [
                    {
                        "id": "campus",
                        "kind": "wecom-app",
                        "corp_id": CORP,
                        "agent_id": AGENT,
                        "secret": "campus-secret",
                        "token": "campusToken",
                        "encoding_aes_key": _WECOM_KEY,
                        "headcount": 1000,
                        "cards": self.cards,
                        "school_notice": True,
                        "api_base_url": f"{simulator_url}/wecom",
                        "authorize_base_url": login,
                    },
                    {
                        "id": "public",
                        "kind": "wechat",
                        "type": self.account,
                        "verified": True,
                        "app_id": APP,
                        "app_secret": "public-secret",
                        "token": "publicToken",
                        "encoding_aes_key": _WECHAT_KEY,
                        "templates": {"notice": _TEMPLATE, "subscribe": SUBSCRIPTION}
                        if self.templates
                        else {},
                        "api_base_url": f"{simulator_url}/wechat",
                        "jssdk_url": f"{login}/jssdk.js",
                        "authorize_base_url": login,
                    },
                    {
                        "id": "staffroom",
                        "kind": "wecom-webhook",
                        "key": "staffroom-key",
                        "api_base_url": f"{simulator_url}/wecom",
                    },
                ],
            }
        )

    def _directory(self) -> dict[str, Any]:
        classes = sorted({r["单位"] for r in self.of_kind("学生")})
        numbers = {unit: 10 + n for n, unit in enumerate(classes)}
        students = [
            {"student_userid": _pupil(r["编号"]), "name": r["姓名"], "department": [numbers[r["单位"]]]}
            for r in self.of_kind("学生")
        ]
        parents = [
            {
                "parent_userid": userid,
                "name": name,
                "is_subscribe": userid not in self.silent,
                "children": [{"student_userid": _pupil(c), "relation": "家长"} for c in _codes(children)],
            }
            for userid, name, children in (
                *((r["企业微信账号"], r["姓名"], r["监护"]) for r in self.of_kind("家长")),
                *self.unknown,
            )
            if userid
        ]
        departments: list[dict[str, Any]] = [{"id": 1, "name": SCHOOL, "type": 5}]
        departments += [
            {
                "id": number,
                "name": unit.rsplit("/", 1)[-1],
                "parentid": 1,
                "department_admins": self._heads(unit),
            }
            for unit, number in numbers.items()
        ]
        return {"departments": departments, "students": students, "parents": parents}

    def _heads(self, unit: str) -> list[dict[str, Any]]:
        """The 班主任 of a class, as its admins of type 3."""
        return [
            {"userid": r["企业微信账号"], "type": 3}
            for r in self.of_kind("教职工")
            if r["企业微信账号"] and "班主任" in r["职责"] and unit in _codes(r["负责单位"])
        ]

    def _phones(self) -> dict[str, list[str]]:
        def keys(rows: Iterable[Row], realm: str) -> list[str]:
            return [f"{CORP}|{realm}|{r['企业微信账号'].lower()}" for r in rows if r["企业微信账号"]]

        staff = self.of_kind("教职工")
        followers = [f"{APP}|openid|{openid}" for openid, _ in self.followers]
        return {
            "学生": keys(self.of_kind("学生")[:12], "member"),
            "老师": keys([r for r in staff if "辅导员" in r["职责"] or "班主任" in r["职责"]], "member"),
            "管理员": keys([r for r in staff if "管理员" in r["职责"] or r["职责"] == "值班"], "member"),
            "家长": [*keys(self.of_kind("家长")[:8], "parent"), *followers],
        }

    def _staff_phones(self) -> list[str]:
        return [
            f"{CORP}|member|{r['企业微信账号'].lower()}" for r in self.of_kind("教职工") if r["企业微信账号"]
        ]


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(";") if code.strip()]


def _pupil(code: str) -> str:
    return f"pupil{code}"
