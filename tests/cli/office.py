"""A small school in a folder, and the person at its command line."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bot.__main__ import app
from bot.db import Database

SECRETS: Mapping[str, str] = {
    "BOT_SECRET_KEY": "a-key-for-tests-of-32-characters",
    "CAMPUS_SECRET": "campus-secret",
    "CAMPUS_TOKEN": "campusToken",
    "CAMPUS_AES_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "PUBLIC_SECRET": "public-secret",
    "PUBLIC_TOKEN": "publicToken",
    "PUBLIC_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "STAFFROOM_KEY": "hook-key",
}

SETTINGS = """\
school: {name: 示例职业技术学院, plan: college}
database: sqlite+aiosqlite:///data/bot.db
public_url: PUBLIC_URL
listen: 127.0.0.1:0
secret_key: ${BOT_SECRET_KEY}
accounts:
  - id: campus
    kind: wecom-app
    corp_id: ww0123456789abcdef
    agent_id: 1000002
    secret: ${CAMPUS_SECRET}
    token: ${CAMPUS_TOKEN}
    encoding_aes_key: ${CAMPUS_AES_KEY}
    headcount: 20
    school_notice: true
    api_base_url: PLATFORM/wecom
  - id: public
    kind: wechat
    app_id: wx0123456789abcdef
    app_secret: ${PUBLIC_SECRET}
    token: ${PUBLIC_TOKEN}
    encoding_aes_key: ${PUBLIC_AES_KEY}
    templates: {notice: {id: TPL, fields: {thing1: title, time2: time}}}
    api_base_url: PLATFORM/wechat
  - id: staffroom
    kind: wecom-webhook
    key: ${STAFFROOM_KEY}
    api_base_url: PLATFORM/wecom
"""

SCHEDULES = """\
timezone: Asia/Shanghai
calendar:
  terms: [{name: 2026秋, from: 2026-09-01, to: 2027-01-15, exams: [2027-01-04, 2027-01-15]}]
  holidays: china
quiet_hours: ["21:30-07:00"]
caps: {学生: 2 per week}
blueprints: {}
packs:
  college:
    duties:
      - id: weekly-reminder
        title: 学生周提醒
        clause: [S1-16]
        owner: 辅导员
        do: send
        what: weekly
        to: 学生
        when: every friday at 16:40
        due: 7 days
      - id: class-meeting
        title: 主题班会登记
        clause: [S1-08]
        owner: 班主任
        do: tick
        what: class-meeting
        to: role 班主任
        when: term week 12 thursday at 18:20
        ask: tick
        due: 7 days
"""

QUESTIONS = """\
topic: 冒充客服退款
questions:
  - id: refund-003
    point: 退款不需要共享屏幕
    type: single
    audience: [大学, 教职工]
    difficulty: 2
    stem: 自称客服的人要你打开屏幕共享办理退款，应当怎么做？
    options: {A: 打开共享, B: 挂断并到平台核对, C: 告诉验证码}
    answer: B
    why: 正规退款在平台里办，不需要共享屏幕。
    source: 国家反诈中心公开资料
    review_by: 2099-09-01
  - id: refund-004
    point: 退款不需要共享屏幕
    type: judge
    audience: [大学, 教职工]
    difficulty: 1
    stem: 快递丢件理赔时，理赔员看得到你的手机画面才能打款。
    answer: false
    why: 理赔款原路退回，谁也不需要看你的手机画面。
    source: 国家反诈中心公开资料
    review_by: 2099-09-01
  - id: refund-005
    point: 退款不需要共享屏幕
    type: multiple
    audience: [大学, 教职工]
    difficulty: 2
    stem: 对方来电说会员误开通，请你装会议软件注销。哪些做法对？
    options: {A: 不装软件, B: 把密码念给对方, C: 回拨官方电话问清}
    answer: [A, C]
    why: 会议软件会把屏幕给对方看，官方不会这样办理。
    source: 国家反诈中心公开资料
    review_by: 2099-09-01
"""

WEEKLY = """\
---
id: college-01
title: 报到缴费只走官方入口
audience: [小学, 初中, 高中, 大学, 教职工]
topic: 学校收费
source: 公安机关公开通报
review_by: 2099-09-01
season: [1-40]
---
缴费入口只认录取通知书和学校官网，拿不准先问辅导员。
"""

ROSTER = """\
编号,姓名,身份,单位,企业微信账号,职责,负责单位,监护
2301001,林小满,学生,护理学院/2023级/护理2301,XiaoLin,,,
2301002,方晴,学生,护理学院/2023级/护理2301,ateng,,,
T1001,苏青,教职工,护理学院,teacher_su,班主任,护理学院/2023级/护理2301,
P1,林家长,家长,护理学院/2023级/护理2301,P_lin_ma,,,2301001
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str


@dataclass(slots=True)
class Office:
    """The folder of a deployment. ``types`` is what its administrator types after ``python -m bot``."""

    folder: Path
    environment: dict[str, str | None]

    @property
    def settings(self) -> Path:
        return self.folder / "settings.yaml"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    async def types(self, *words: Any) -> Outcome:
        """Run a command to its end, on a thread with a loop of its own."""
        args = [str(word) for word in words]
        environment = {"BOT_SETTINGS": str(self.settings), **self.environment}
        result = await asyncio.to_thread(CliRunner().invoke, app, args, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def database(self, file: str = "data/bot.db") -> Database:
        return Database(f"sqlite+aiosqlite:///{self.folder / file}")


NOWHERE = "http://127.0.0.1:9"


def open_office(folder: Path, platform: str = NOWHERE, public_url: str = NOWHERE) -> Office:
    office = Office(folder, dict(SECRETS))
    office.write("settings.yaml", SETTINGS.replace("PLATFORM", platform).replace("PUBLIC_URL", public_url))
    office.write("schedules.yaml", SCHEDULES)
    office.write("question_bank/refund.yaml", QUESTIONS)
    office.write("materials/weekly/college-01.md", WEEKLY)
    office.write("roster.csv", ROSTER)
    return office
