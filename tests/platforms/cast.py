"""Who is who on the wire, and what the platform says when all is well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.db import Database
from bot.messages import Address, Notice, Realm

CORP, APP = "ww0123456789abcdef", "wx0123456789abcdef"
LI_MING, WANG_FANG = Address.member(CORP, "LiMing"), Address.member(CORP, "wangfang")
FATHER, PUPIL = Address.parent(CORP, "P1"), Address(CORP, Realm.STUDENT, "s1")
READER, OTHER = Address.follower(APP, "oReader"), Address.follower(APP, "oOther")
NOTICE = Notice("反诈每周一测", "三分钟做完。", "https://fanzha.example.edu.cn/a/1")
SEND = "/cgi-bin/message/send"
OK = {"errcode": 0, "errmsg": "ok"}

Open = Callable[[], Awaitable[Database]]
