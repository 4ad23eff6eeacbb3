"""How often one interface may be called: per corp, per source IP, per official account. Pure numbers.

WeCom publishes them per cgi (90312) and does not count app messages there; those have the day's line of the
ledger. Official accounts answer 45011 beyond a number a minute that is only published for mass sends (5.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.settings import AccountSettings, Wechat, WecomApp

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
_UNPUBLISHED: Final = 5_000  # a minute, ours: half of what WeCom allows
_MASS: Final = 60
_BLOCKS: Final = 200  # a process takes its calls in blocks, so many to the limit of a window
_BUCKET: Final[Mapping[timedelta, timedelta]] = {MINUTE: MINUTE, HOUR: timedelta(minutes=10)}
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00+00:00")


@dataclass(frozen=True, slots=True)
class CallLimit:
    """At most ``count`` calls in any ``length``; counted in buckets, of which the running one is the last.

    The platform's window may begin at any moment, so a whole length and the running bucket stay within.
    """

    scope: str  # who is counted: a corp, this server's address, an official account
    api: str
    count: int
    length: timedelta

    @property
    def block(self) -> int:
        return max(self.count // _BLOCKS, 1)

    def bucket(self, now: datetime) -> tuple[str, datetime]:
        """The ledger's name for the running bucket, and when it ends."""
        return self._bucket(self._number(now))

    def before(self, now: datetime) -> list[str]:
        """The buckets that still count besides the running one."""
        running, many = self._number(now), self.length // _BUCKET[self.length]
        return [self._bucket(number)[0] for number in range(running - many, running)]

    def _number(self, now: datetime) -> int:
        return (now - _EPOCH) // _BUCKET[self.length]

    def _bucket(self, number: int) -> tuple[str, datetime]:
        begins = _EPOCH + number * _BUCKET[self.length]
        name = f"{self.scope}/calls {self.api} {self.length // MINUTE}/{begins:%Y-%m-%dT%H:%M}"
        return name, begins + _BUCKET[self.length]


def call_limits(account: AccountSettings, api: str) -> tuple[CallLimit, ...]:
    """What a call of ``api`` (a ledger line, or ``upload``) draws on; empty: nothing is published."""
    if isinstance(account, WecomApp):
        if api == "app":
            return ()
        return (
            CallLimit(f"corp {account.corp_id}", api, 10_000, MINUTE),
            CallLimit(f"corp {account.corp_id}", api, 150_000, HOUR),
            CallLimit("this address", api, 20_000, MINUTE),
            CallLimit("this address", api, 600_000, HOUR),
        )
    if isinstance(account, Wechat):
        return (CallLimit(f"app {account.app_id}", api, _MASS if api == "mass" else _UNPUBLISHED, MINUTE),)
    return ()
