"""Is the callback address reached from outside, and does the bot behind it hold the same secrets?"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.cli import wording_address as say
from bot.cli.findings import Finding, echo, fine, note, wrong
from bot.settings import Wechat, WecomApp
from bot.wording import of_machine

PATIENCE: Final = 5.0  # seconds
PROMPT: Final = 1.0  # WeCom wants the answer to an address check within a second (90930)
_WEB_PORTS: Final = (None, 80, 443)  # official accounts call no others (section 1.1)


@dataclass(frozen=True, slots=True)
class Fetched:
    status: int
    body: bytes
    seconds: float


async def address_findings(
    account: WecomApp | Wechat, public_url: str, now: datetime, random: bytes
) -> list[Finding]:
    """Ask as the platform would ask. ``random`` is 32 fresh bytes."""
    url = f"{public_url}/callback/{account.id}"
    asked = echo(account, now, random)
    try:
        fetched = await asyncio.to_thread(_fetch, f"{url}?{urllib.parse.urlencode(asked.query)}")
    except (OSError, ValueError) as error:
        return [_unreached(url, error)]
    found = [_judged(url, fetched, asked.answer, isinstance(account, WecomApp))]
    if isinstance(account, Wechat) and urllib.parse.urlsplit(url).port not in _WEB_PORTS:
        found.append(note(say.odd_port(url), say.mend_port()))
    return found


def _judged(url: str, fetched: Fetched, answer: str, is_wecom: bool) -> Finding:
    page = say.callback_page(is_wecom)
    if fetched.status == 404:
        return wrong(say.callback_not_found(url), say.mend_not_found())
    if fetched.status == 403:
        return wrong(say.callback_refused(url), say.mend_refused(page))
    if fetched.status != 200:
        return wrong(say.callback_status(url, fetched.status), say.mend_proxy())
    if fetched.body != answer.encode():
        return wrong(say.callback_other_answer(url), say.mend_proxy())
    if is_wecom and fetched.seconds > PROMPT:
        return note(say.callback_slow(url, fetched.seconds), say.mend_slow())
    return fine(say.callback_fine(url))


def _unreached(url: str, error: OSError | ValueError) -> Finding:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        why = say.why_distrusted(reason.verify_code, reason.verify_message)
        return wrong(say.certificate(url, why), say.mend_certificate())
    return wrong(say.callback_unreached(url, _told(reason)), say.mend_unreached())


def _told(reason: object) -> str:
    match reason:
        case socket.gaierror():
            return say.NO_SUCH_HOST
        case TimeoutError():
            return say.TOO_SLOW
        case OSError():
            return of_machine(reason)
        case _:
            return type(reason).__name__


class _Stay(urllib.request.HTTPRedirectHandler):
    """The platforms follow no redirect, so neither do we."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _fetch(url: str) -> Fetched:
    """One GET without proxy and redirects. Raises OSError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    began = time.monotonic()
    try:
        with opener.open(url, timeout=PATIENCE) as response:
            return Fetched(response.status, response.read(4096), time.monotonic() - began)
    except urllib.error.HTTPError as answered:
        with answered:
            return Fetched(answered.code, b"", time.monotonic() - began)
