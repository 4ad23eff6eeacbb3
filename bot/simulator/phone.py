"""A person's phone: what they see, and what they do. The page and the tests hold the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from bot.simulator.browser import Browser, Page
from bot.simulator.bubble import Bubble
from bot.simulator.clock import Clock
from bot.simulator.wire import Pulse

Ticked = dict[str, list[str]]


@dataclass(slots=True)
class Chat:
    """One conversation of a phone. ``writable`` is false for 学校通知 and group pushes."""

    id: str
    title: str
    writable: bool
    menu: list[dict[str, Any]] = field(default_factory=list)
    typing: bool = False


class Line(Protocol):
    """What carries a person's doing to the bot; one kind per platform.

    ``menu_id`` is empty for typed words, the id of a tapped link, or ``-`` for a tapped link without one.
    """

    async def text(self, phone: Phone, chat: str, words: str, menu_id: str) -> None: ...
    async def picture(self, phone: Phone, chat: str, media_id: str) -> None: ...
    async def card(self, phone: Phone, bubble: Bubble, key: str, ticked: Ticked) -> None: ...
    async def menu(self, phone: Phone, chat: str, button: dict[str, Any]) -> None: ...
    async def follow(self, phone: Phone, scene: str) -> None: ...
    async def unfollow(self, phone: Phone) -> None: ...


@dataclass(slots=True, eq=False)
class Phone:
    """``key`` is ``corp|realm|id``; ``kind`` member, parent or follower; ``failures``: broken replies."""

    key: str
    name: str
    kind: str
    line: Line
    clock: Clock
    pulse: Pulse
    browser: Browser
    chats: dict[str, Chat] = field(default_factory=dict)
    bubbles: list[Bubble] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    follows: bool = True
    _mark: int = 0

    @property
    def id(self) -> str:
        return self.key.split("|", 2)[2]

    @property
    def corp(self) -> str:
        return self.key.split("|", 2)[0]

    # what the platform puts on the phone

    def show(self, chat: str, kind: str, **parts: Any) -> Bubble:
        bubble = Bubble(len(self.bubbles) + 1, chat, self.clock(), parts.pop("mine", False), kind, **parts)
        self.bubbles.append(bubble)
        self.pulse.beat()
        return bubble

    def fail(self, chat: str, sentence: str, reason: str) -> None:
        """The grey line a person sees, and the reason it hides."""
        self.failures.append(reason)
        self.show(chat, "line", text=sentence)

    # what the person does

    async def say(self, words: str, chat: str = "", menu_id: str = "") -> None:
        """Type and send; returns when the bot has answered or all tries are over."""
        where = self._chat(chat)
        if not where.writable:
            raise PermissionError(f"{where.title} takes no messages")
        self._act(where.id, "text", text=words)
        await self.line.text(self, where.id, words, menu_id)

    async def send_picture(self, media_id: str, chat: str = "") -> None:
        where = self._chat(chat)
        self._act(where.id, "image", media_id=media_id)
        await self.line.picture(self, where.id, media_id)

    async def tap(self, bubble: Bubble, choice: str | Sequence[str] = "") -> str:
        """Tap a link, a button, or options with 提交. Gives the address to open, else an empty text.

        Raises LookupError when there is nothing of that name to tap.
        """
        if bubble.recalled:
            raise LookupError("the message was recalled")
        if bubble.card is not None:
            return await self._tap_card(bubble, [choice] if isinstance(choice, str) else list(choice))
        word = choice if isinstance(choice, str) else "".join(choice)
        link = bubble.link(word) if word or bubble.kind not in {"article", "news"} else None
        if link is not None:
            if link.href:
                return self.open(link.href)
            await self.say(link.word, bubble.chat, link.menu_id or "-")
            return ""
        article = next((a for a in bubble.articles if not word or word in (a.title, a.button)), None)
        if article is None or not article.url:
            raise LookupError(f"nothing called {word!r} to tap in {bubble.seen!r}")
        return self.open(article.url)

    async def _tap_card(self, bubble: Bubble, choices: list[str]) -> str:
        card = bubble.card
        assert card is not None
        button = card.button(choices[0]) if len(choices) == 1 else None
        if button is None and not any(choices) and card.url:
            return self.open(card.url)
        if button is not None and button.url:
            return self.open(button.url)
        if card.replaced:
            raise LookupError(f"the card {card.title!r} is closed: {card.replaced}")
        if button is not None:
            key, ticked = button.key, card.tick(())
        elif card.submit is not None:
            key, ticked = card.submit.key, card.tick([choice for choice in choices if choice])
            if not ticked:
                raise LookupError(f"nothing is ticked on {card.title!r}")
        else:
            raise LookupError(f"no button {choices!r} on {card.title!r}")
        self._mark = len(self.bubbles)
        await self.line.card(self, bubble, key, ticked)
        return ""

    def open(self, link: str) -> str:
        """The address to load for this link as this person: web login finds out who it is."""
        return self.browser.address(link)

    async def visit(self, link: str, form: dict[str, str] | None = None) -> Page:
        """Load the page as this person, with their own cookies; ``form`` posts to it."""
        return await self.browser.visit(link, form)

    async def menu(self, name: str, chat: str = "") -> str:
        """Press a menu button by its name; gives the address of a page button."""
        where = self._chat(chat)
        every = [b for top in where.menu for b in (top, *top.get("sub_button", ()))]
        button = next((b for b in every if b.get("name") == name and not b.get("sub_button")), None)
        if button is None:
            raise LookupError(f"no menu button {name!r}")
        self._act(where.id, "event", text=name)
        await self.line.menu(self, where.id, button)
        return self.open(button["url"]) if button.get("url") else ""

    async def follow(self, scene: str = "") -> None:
        """Follow the account or 学校通知; a member comes into the app's scope."""
        self.follows = True
        self._mark = len(self.bubbles)
        await self.line.follow(self, scene)
        self.pulse.beat()

    async def unfollow(self) -> None:
        self.follows = False
        self._mark = len(self.bubbles)
        await self.line.unfollow(self)
        self.pulse.beat()

    def _act(self, chat: str, kind: str, **parts: Any) -> None:
        self.show(chat, kind, mine=True, **parts)
        self._mark = len(self.bubbles)

    def _chat(self, chat: str) -> Chat:
        if chat:
            return self.chats[chat]
        if not self.chats:
            raise LookupError(f"{self.name} has no chat here")
        return next((c for c in self.chats.values() if c.writable), next(iter(self.chats.values())))

    @property
    def since_i_acted(self) -> list[Bubble]:
        return [b for b in self.bubbles[self._mark :] if not b.mine]

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind,
            "follows": self.follows,
            "chats": [asdict(chat) for chat in self.chats.values()],
            "bubbles": [bubble.to_json() for bubble in self.bubbles[-120:]],
        }
