"""The address of the platforms' web login page (91857, 91022; official account 7.1)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

DEFAULT_BASE: Final = "https://open.weixin.qq.com"
_STATE: Final = re.compile(r"[0-9A-Za-z]{1,128}", re.ASCII)


def authorize_url(base: str, app: str, redirect_uri: str, state: str, *, agent_id: int | None = None) -> str:
    """Silent login (snsapi_base). The order of the parameters and the fragment matter.

    Raises ValueError for a state that the platform would not carry.
    """
    if not _STATE.fullmatch(state):
        raise ValueError("state is 1 to 128 letters and digits")
    query = {
        "appid": app,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    if agent_id is not None:
        query["agentid"] = str(agent_id)
    return f"{base.rstrip('/')}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"
