"""A template card on one person's phone (90236, 7.3 of the facts): what it shows and what can be tapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")


@dataclass(frozen=True, slots=True)
class Button:
    key: str
    text: str
    style: int = 1
    url: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str


@dataclass(slots=True)
class Selector:
    """One question of a card: a checkbox list, or a drop-down."""

    key: str
    title: str
    options: list[Option]
    multiple: bool = False
    disabled: bool = False
    chosen: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Card:
    type: str
    task_id: str
    source: str
    title: str
    body: str
    subtitle: str
    emphasis: str
    quote: str
    picture: str
    url: str
    rows: list[list[str]]
    buttons: list[Button]
    links: list[Button]
    menu: list[Button]
    selectors: list[Selector]
    submit: Button | None
    replaced: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Card:
        """From the JSON of a checked template card."""
        title, action = data.get("main_title") or {}, data.get("card_action") or {}
        emphasis, quote = data.get("emphasis_content") or {}, data.get("quote_area") or {}
        area, submit = data.get("image_text_area") or {}, data.get("submit_button")
        picture = (data.get("card_image") or {}).get("url", "") or area.get("image_url", "")
        rows = [[x["keyname"], x.get("value", "")] for x in data.get("horizontal_content_list") or ()]
        rows += [[x["title"], x.get("desc", "")] for x in data.get("vertical_content_list") or ()]
        return cls(
            type=data["card_type"],
            task_id=data.get("task_id", ""),
            source=(data.get("source") or {}).get("desc", ""),
            title=title.get("title", ""),
            body=title.get("desc", "") or area.get("desc", ""),
            subtitle=data.get("sub_title_text", ""),
            emphasis=" ".join(x for x in (emphasis.get("title"), emphasis.get("desc")) if x),
            quote=" ".join(x for x in (quote.get("title"), quote.get("quote_text")) if x),
            picture=picture,
            url=action.get("url", ""),
            rows=rows,
            buttons=[
                Button(x.get("key", ""), x["text"], x.get("style", 1), x.get("url", ""))
                for x in data.get("button_list") or ()
            ],
            links=[Button("", x["title"], 1, x.get("url", "")) for x in data.get("jump_list") or ()],
            menu=[
                Button(x["key"], x["text"]) for x in (data.get("action_menu") or {}).get("action_list", ())
            ],
            selectors=_selectors(data),
            submit=Button(submit["key"], submit["text"]) if submit else None,
            replaced=data.get("replace_text", ""),
        )

    @property
    def words(self) -> list[str]:
        words = [self.source, self.title, self.body, self.subtitle, self.emphasis, self.quote]
        words += [part for row in self.rows for part in row]
        words += [option.text for selector in self.selectors for option in selector.options]
        words += [button.text for button in self.buttons + self.links]
        words.append(self.replaced or (self.submit.text if self.submit else ""))
        return words

    def button(self, choice: str) -> Button | None:
        """The button with this key or text."""
        every = self.buttons + self.links + self.menu
        return next((b for b in every if choice and choice in (b.key, b.text, b.text.split(" ")[0])), None)

    def tick(self, choices: Sequence[str]) -> dict[str, list[str]]:
        """Tick options by id or text over all selectors; raises LookupError for what is not on the card."""
        ticked: dict[str, list[str]] = {}
        for choice in choices:
            places = [
                (s, o)
                for s in self.selectors
                for o in s.options
                if choice in (o.id, o.text) or o.text.startswith((f"{choice}.", f"{choice} ", f"{choice}、"))
            ]
            if not places:
                raise LookupError(f"{choice!r} is not on the card {self.title!r}")
            selector, option = next((p for p in places if p[0].multiple or p[0].key not in ticked), places[0])
            if selector.disabled:
                raise LookupError(f"the options of {self.title!r} are closed")
            ticked.setdefault(selector.key, []).append(option.id)
            if len(ticked[selector.key]) > 1 and not selector.multiple:
                raise LookupError(f"{self.title!r} takes one option only")
        for selector in self.selectors:
            order = [option.id for option in selector.options]
            selector.chosen = sorted(ticked.get(selector.key, selector.chosen), key=order.index)
        return {s.key: list(s.chosen) for s in self.selectors if s.chosen}


def _selectors(data: Mapping[str, Any]) -> list[Selector]:
    """A drop-down always shows something: the first option where none or an unknown one was named (90236)."""
    found: list[Selector] = []
    box = data.get("checkbox")
    if box:
        options = [Option(x["id"], x["text"]) for x in box["option_list"]]
        chosen = [x["id"] for x in box["option_list"] if x.get("is_checked")]
        several, closed = box.get("mode", 0) == 1, bool(box.get("disable"))
        found.append(Selector(box["question_key"], "", options, several, closed, chosen))
    lists = list(data.get("select_list") or ())
    if data.get("button_selection"):
        lists.append(data["button_selection"])
    for row in lists:
        options = [Option(x["id"], x["text"]) for x in row["option_list"]]
        named = row.get("selected_id")
        chosen = [named if any(one.id == named for one in options) else options[0].id]
        closed = bool(row.get("disable"))
        found.append(Selector(row["question_key"], row.get("title", ""), options, False, closed, chosen))
    return found
