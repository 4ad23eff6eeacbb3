"""Encrypted callbacks as whole HTTP requests, prepared beforehand, and the check of what came back."""

from __future__ import annotations

import asyncio
import pickle
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from bench.load import Job, Outcome
from bench.processes import ROOT, cores
from bench.school import ACCOUNT, AGENT, CORP, KEY, POINTS, TOKEN, userid
from bot.platforms.envelope import Envelope, sign

_ENCRYPTED: Final = re.compile(rb"<Encrypt><!\[CDATA\[([^]]+)\]\]></Encrypt>")
_HEAD: Final = (
    "POST /callback/{account}?msg_signature={signature}&timestamp={stamp}&nonce={nonce} HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n"
)
_FIRST: Final = 7_459_035_031_000_000_000  # MsgIds are long
_NOISE: Final = b"0123456789abcdef"


class WrongAnswer(Exception):
    """A benchmark whose answers are wrong measures nothing."""


@dataclass(slots=True)
class Deck:
    """Deals answers to whatever question is open: person after person, so that nobody has two at once."""

    people: int
    rng: Random
    dealt: int = 0

    def deal(self, count: int, people: range | None = None) -> list[bytes]:
        """Answers of these people, else of everybody."""
        envelope = Envelope(TOKEN, KEY, CORP)
        stamp = str(int(time.time()))
        return [self._one(envelope, stamp, people or range(self.people)) for _ in range(count)]

    def _one(self, envelope: Envelope, stamp: str, people: range) -> bytes:
        who = people[self.dealt % len(people)] + 1
        self.dealt += 1
        return request(envelope, userid(who), self.rng.choice("AB"), _FIRST + self.dealt, stamp)


def request(envelope: Envelope, sender: str, said: str, message: int, stamp: str) -> bytes:
    """One text message of a member (90239), encrypted and signed, as the platform posts it."""
    plain = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{stamp}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{said}]]></Content><MsgId>{message}</MsgId><AgentID>{AGENT}</AgentID></xml>"
    )
    encrypted = envelope.encrypt(plain.encode(), _NOISE)
    nonce = str(message % 10**10)
    body = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<AgentID><![CDATA[{AGENT}]]></AgentID></xml>"
    )
    head = _HEAD.format(
        account=ACCOUNT,
        signature=sign(TOKEN, stamp, nonce, encrypted),
        stamp=stamp,
        nonce=nonce,
        length=len(body),
    )
    return (head + body).encode()


async def send(job: Job, folder: Path) -> Outcome:
    """Run the load generator on its own core."""
    asked, answered = folder / "job.pickle", folder / "outcome.pickle"
    asked.write_bytes(pickle.dumps(job))
    process = await asyncio.create_subprocess_exec(
        "taskset",
        "-c",
        ",".join(map(str, sorted(cores()[1]))),
        sys.executable,
        "-m",
        "bench.load",
        str(asked),
        str(answered),
        cwd=ROOT,
    )
    if await process.wait():
        raise WrongAnswer("the load generator failed")
    outcome: Outcome = pickle.loads(answered.read_bytes())
    return outcome


def check(outcome: Outcome, sample: int = 200) -> None:
    """Every status is 200, no answer is empty, and a sample decrypts to a text reply. Raises WrongAnswer."""
    if bad := [status for status in outcome.statuses if status != 200]:
        raise WrongAnswer(f"{len(bad)} answers were not 200, the first one {bad[0]}")
    if not all(outcome.bodies):
        raise WrongAnswer("an answer had no reply")
    envelope = Envelope(TOKEN, KEY, CORP)
    step = max(len(outcome.bodies) // sample, 1)
    for body in outcome.bodies[::step]:
        if f"/{POINTS}" not in opened(envelope, body):
            raise WrongAnswer("a reply holds no next question")


def opened(envelope: Envelope, body: bytes) -> str:
    """The plain XML of an encrypted reply."""
    match = _ENCRYPTED.search(body)
    if match is None:
        raise WrongAnswer("a reply is not encrypted")
    return envelope.decrypt(match[1].decode()).decode()


def quantile(values: Sequence[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)]
