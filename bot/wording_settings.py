"""What people read about the values of the settings file. Pure; no sentence repeats a secret."""

from __future__ import annotations

from typing import Final

AES_KEY: Final = "EncodingAESKey 正好 43 个字母和数字，请从后台整段复制"
ADDRESS: Final = "以 http:// 或 https:// 开头"
SHORT_KEY: Final = "至少 16 个字符；可用 openssl rand -hex 32 生成"
LISTEN: Final = "要写成 地址:端口，如 127.0.0.1:8080，端口 0 到 65535"
DATABASE: Final = "写 sqlite+aiosqlite:///data/bot.db 或 postgresql+asyncpg://用户:密码@主机/库名"
EMPTY: Final = "不能空着"
PAGE: Final = "网址以 http:// 或 https:// 开头，本服务的页面以 / 开头"
ONE_THING: Final = "word、page、below 三样里写一样，也只写一样"


def account_twice(id_: str) -> str:
    return f"有两个账号的 id 都是 {id_}"


def too_many_bytes(size: int, limit: int) -> str:
    return f"最多 {limit} 字节，一个汉字占 3 字节；现在有 {size} 字节"
