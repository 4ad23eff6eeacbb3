"""One HTTP call to a platform, its answer as a dict, its failures with a verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import aiohttp

from bot.errors import PlatformError, Verdict

_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
_SLOWEST: Final = 1 << 18  # bytes a second that the way out of a small school carries at least
NOBODY_THERE: Final = timedelta(seconds=30)  # until the next look at a line that is down
_LONGEST: Final = 4 << 20  # bytes; no list is so long, and an answer without end must not fill the memory
_CHUNK: Final = 1 << 16
_NOT_TAKEN: Final = 503  # of the HTTP statuses the only one that says that nothing was done


def encode(value: Any) -> bytes:
    """JSON without ``\\uXXXX``: some bodies with them are refused (40033)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Http:
    """Calls below one API base over a shared session.

    Messages of errors never hold a URL: it has the token in it.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base = base_url.rstrip("/")

    async def get(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        """A read: whatever went wrong on the way may simply be asked again."""
        return await self._call("GET", path, params, lost=Verdict.RETRY)

    async def post(
        self, path: str, params: Mapping[str, str], body: bytes, content_type: str = "application/json"
    ) -> dict[str, Any]:
        """A call that may act: an answer lost on the way is UNKNOWN."""
        headers = {"Content-Type": content_type}
        return await self._call("POST", path, params, lost=Verdict.UNKNOWN, data=body, headers=headers)

    async def upload(self, path: str, params: Mapping[str, str], name: str, data: bytes) -> dict[str, Any]:
        """Multipart field ``media`` with a raw UTF-8 file name (90253); a repeat makes another media_id.

        Twenty megabytes may take their time, which a call of some lines does not get.
        """
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("media", data, filename=_file_name(name), content_type="application/octet-stream")
        total = (TIMEOUT.total or 0) + len(data) / _SLOWEST
        timeout = aiohttp.ClientTimeout(total=total, connect=TIMEOUT.connect)
        return await self._call("POST", path, params, lost=Verdict.RETRY, data=form, timeout=timeout)

    async def picture(self, address: str, most: int = 2 * 1024 * 1024) -> bytes:
        """What lies at an address the platform gave us, without our token. Raises PlatformError."""
        try:
            async with self._session.get(address, timeout=TIMEOUT, max_redirects=3) as response:
                if response.status != 200:
                    raise PlatformError(Verdict.RETRY, response.status, "HTTP status of a picture")
                data = await _bounded(response, Verdict.RETRY, most)
        except (aiohttp.ClientError, ValueError, TimeoutError, OSError) as error:
            raise PlatformError(Verdict.RETRY, 0, f"no picture: {type(error).__name__}") from None
        if not data.startswith(_PICTURES):
            raise PlatformError(Verdict.RETRY, 0, "not a picture")
        return data

    async def _call(
        self, method: str, path: str, params: Mapping[str, str], *, lost: Verdict, **options: Any
    ) -> dict[str, Any]:
        url = self._base + path
        try:
            async with self._session.request(
                method, url, params=params, allow_redirects=False, **{"timeout": TIMEOUT, **options}
            ) as response:
                if response.status >= 500:
                    verdict = Verdict.RETRY if response.status == _NOT_TAKEN else lost
                    raise PlatformError(verdict, response.status, "HTTP status")
                if response.status != 200:
                    raise PlatformError(Verdict.STOP, response.status, "HTTP status: is api_base_url right?")
                text = await _bounded(response, lost)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Name, route, port or certificate: nothing left this machine, and it is no fault of the message.
            why = f"not connected: {type(error).__name__}"
            raise PlatformError(Verdict.WAIT, 0, why, NOBODY_THERE) from None
        except aiohttp.InvalidURL:
            raise PlatformError(Verdict.STOP, 0, "api_base_url is not a URL") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PlatformError(lost, 0, f"answer lost: {type(error).__name__}") from None
        return _answer(text, lost)


async def _bounded(response: aiohttp.ClientResponse, lost: Verdict, most: int = _LONGEST) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_chunked(_CHUNK):
        parts.append(part)
        if (size := size + len(part)) > most:
            raise PlatformError(lost, 0, "the answer is too long")
    return b"".join(parts)


def _answer(text: bytes, lost: Verdict) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise PlatformError(lost, 0, "the answer is not a JSON object")
    return answer


def _file_name(name: str) -> str:
    """A name that cannot break out of the header."""
    return "".join("_" if char in '"\\/\r\n' else char for char in name) or "file"
