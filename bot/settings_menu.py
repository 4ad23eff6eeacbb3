"""``menu`` of an account in the settings file: names within the platform's bytes, every complaint by line."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot import wording_settings as say

_KEY_BYTES: Final = 128
_URL_BYTES: Final = 1024


def _within(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        if not text.strip():
            raise ValueError(say.EMPTY)
        if len(text.encode()) > limit:
            raise ValueError(say.too_many_bytes(len(text.encode()), limit))
        return text

    return AfterValidator(check)


def _page(text: str) -> str:
    if not text.startswith(("http://", "https://", "/")) or text.startswith("//"):
        raise ValueError(say.PAGE)
    return text


class Leaf(BaseModel):
    """What any button does; each platform adds its own limit of bytes to the name."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    name: str
    word: Annotated[str, _within(_KEY_BYTES)] | None = None
    page: Annotated[str, _within(_URL_BYTES), AfterValidator(_page)] | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> Leaf:
        given = [self.word, self.page, getattr(self, "below", ())]
        if sum(bool(one) for one in given) != 1:
            raise ValueError(say.ONE_THING)
        return self


class WecomLower(Leaf):
    name: Annotated[str, _within(40)]


class WecomButton(Leaf):
    """A first-level button of an app (90231)."""

    name: Annotated[str, _within(16)]
    below: Annotated[tuple[WecomLower, ...], Field(max_length=5)] = ()


class WechatLower(Leaf):
    name: Annotated[str, _within(60)]


class WechatButton(Leaf):
    """A first-level button of an official account (6.3)."""

    name: Annotated[str, _within(16)]
    below: Annotated[tuple[WechatLower, ...], Field(max_length=5)] = ()


def _off(value: Any) -> Any:
    """``off`` is a switch in YAML; in quotes it is a word."""
    return "off" if value is False or value == "off" else value


# "off": the menu on the platform is left as it is; absent: the menu we bring along.
Off = Literal["off"]
WecomMenu = Annotated[
    Off | Annotated[tuple[WecomButton, ...], Field(min_length=1, max_length=3)] | None, BeforeValidator(_off)
]
WechatMenu = Annotated[
    Off | Annotated[tuple[WechatButton, ...], Field(min_length=1, max_length=3)] | None, BeforeValidator(_off)
]
