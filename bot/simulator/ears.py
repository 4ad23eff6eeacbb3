"""A phone in a story: it says, taps, and hears, and complains with its whole screen when it heard wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.simulator.browser import Page
from bot.simulator.bubble import Bubble
from bot.simulator.phone import Phone


class Speaker(Phone):
    """What tests hold. Assertions raise AssertionError with the transcript."""

    __slots__ = ()

    async def says(self, words: str, chat: str = "") -> None:
        await self.say(words, chat)

    async def taps(self, *choices: str) -> str:
        """Tap in the newest bubble that has all the choices; several choices are ticked together."""
        wanted: str | Sequence[str] = choices[0] if len(choices) == 1 else list(choices)
        return await self.tap(self._tappable(choices), wanted)

    async def opens(self, choice: str = "") -> Page:
        """Tap what leads to a page, newest first, and load it as this person."""
        return await self.visit(await self.tap(self._tappable((choice,)), choice))

    def hears(self, *texts: str) -> None:
        """Each text was said to me since I last did something."""
        heard = "\n".join(bubble.seen for bubble in self.since_i_acted)
        for text in texts:
            if text not in heard:
                raise AssertionError(f"{self.name} did not hear {text!r}\n{self.transcript()}")

    def hears_nothing(self) -> None:
        if self.since_i_acted:
            raise AssertionError(f"{self.name} heard something\n{self.transcript()}")

    def received(self, text: str) -> Bubble:
        """The newest bubble with this text, whenever it came."""
        for bubble in reversed(self.bubbles):
            if not bubble.mine and text in bubble.seen:
                return bubble
        raise AssertionError(f"{self.name} never received {text!r}\n{self.transcript()}")

    def never_received(self, text: str) -> None:
        if any(text in bubble.seen for bubble in self.bubbles if not bubble.mine):
            raise AssertionError(f"{self.name} received {text!r}\n{self.transcript()}")

    async def waits_for(self, text: str, seconds: float = 5.0) -> Bubble:
        """The newest bubble with this text, once it is there; pushes come when they come."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            beats = self.pulse.beats
            try:
                return self.received(text)
            except AssertionError:
                left = end - asyncio.get_running_loop().time()
                if left <= 0:
                    raise
            await self.pulse.after(beats, left)

    def transcript(self) -> str:
        rows = [f"  {'我' if b.mine else '对方'} [{b.kind}] {b.seen}" for b in self.bubbles]
        rows += [f"  失败：{reason}" for reason in self.failures]
        return "\n".join([f"{self.name} 的手机：", *rows])

    def _tappable(self, choices: Sequence[str]) -> Bubble:
        for bubble in reversed(self.bubbles):
            if not bubble.mine and not bubble.recalled and all(_offers(bubble, choice) for choice in choices):
                return bubble
        raise AssertionError(f"{self.name} sees nothing to tap for {choices!r}\n{self.transcript()}")


def _offers(bubble: Bubble, choice: str) -> bool:
    if bubble.card is not None:
        options = [o for s in bubble.card.selectors for o in s.options]
        ticks = any(choice in (o.id, o.text) for o in options)
        return bool(bubble.card.button(choice)) or ticks or (not choice and bool(bubble.card.url))
    articles = any(a.url and (not choice or choice in (a.title, a.button)) for a in bubble.articles)
    return articles or bubble.link(choice) is not None
