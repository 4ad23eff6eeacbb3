"""The settings file: checked whole, frozen, passed as an argument from the root."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot import wording_settings as say
from bot.marked_yaml import Marked, Path
from bot.settings_menu import WechatMenu, WecomMenu

_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
_ADDRESS: Final = re.compile(r"https?://[^/\s]")
_LISTEN: Final = re.compile(r"(?:\S+:)?([0-9]{1,5})")
_DATABASE: Final = re.compile(
    r"sqlite\+aiosqlite://.*|postgresql\+asyncpg://([^@/\s]+@)?(\[[0-9a-f:]+\]|[^@/:\s]*)(:[0-9]+)?/\S+"
)
_LAST_PORT: Final = 65535
_AES_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}")


class _Frozen(BaseModel):
    # A secret of digits only comes out of YAML as a number.
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class SchoolSettings(_Frozen):
    name: str
    plan: str


class _Account(_Frozen):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
    units: tuple[str, ...] = ()
    api_base_url: str
    authorize_base_url: str = "https://open.weixin.qq.com"
    public_url: str = ""

    @field_validator("api_base_url", "authorize_base_url", "public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not _ADDRESS.match(value):
            raise ValueError(say.ADDRESS)
        return value.rstrip("/")


class _Callback(_Account):
    token: SecretStr
    encoding_aes_key: SecretStr | None = None

    @field_validator("encoding_aes_key")
    @classmethod
    def _key_has_43(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _AES_KEY.fullmatch(value.get_secret_value()):
            raise ValueError(say.AES_KEY)
        return value


class WecomApp(_Callback):
    kind: Literal["wecom-app"]
    corp_id: str
    agent_id: int
    secret: SecretStr
    encoding_aes_key: SecretStr
    headcount: Annotated[int, Field(gt=0)] = 1000
    cards: bool = True
    school_notice: bool = False
    menu: WecomMenu = None
    api_base_url: str = "https://qyapi.weixin.qq.com"

    @field_validator("cards", "school_notice", mode="before")
    @classmethod
    def _switch(cls, value: Any) -> Any:
        return {"on": True, "off": False}.get(value, value) if isinstance(value, str) else value

    @property
    def corp(self) -> str:
        return self.corp_id


class TemplateMapping(_Frozen):
    """Which field of a template carries what: title, body, time, school, from.

    ``type`` matters for 订阅通知 alone: once, one acceptance is one message; long, it does not run out (5.5).
    """

    id: str
    fields: Mapping[str, str] = {"thing1": "title", "time2": "time"}
    type: Literal["once", "long"] = "once"


class Wechat(_Callback):
    kind: Literal["wechat"]
    type: Literal["service", "subscription"] = "service"
    verified: bool = True
    app_id: str
    app_secret: SecretStr
    templates: Mapping[str, TemplateMapping | str] = {}
    menu: WechatMenu = None
    api_base_url: str = "https://api.weixin.qq.com"
    jssdk_url: str = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"

    @property
    def corp(self) -> str:
        return self.app_id

    @property
    def subscription(self) -> TemplateMapping | None:
        """The template of 订阅通知, where the account can send it: verified service accounts (5.5)."""
        found = self.templates.get("subscribe")
        if found is None or self.type != "service" or not self.verified:
            return None
        return TemplateMapping(id=found) if isinstance(found, str) else found


class Webhook(_Account):
    kind: Literal["wecom-webhook"]
    key: SecretStr
    api_base_url: str = "https://qyapi.weixin.qq.com"

    @property
    def corp(self) -> str:
        return self.id


AccountSettings = Annotated[WecomApp | Wechat | Webhook, Field(discriminator="kind")]


_Days = Annotated[int, Field(ge=1)]


class RetentionSettings(_Frozen):
    """Days after which things go (db purge); defaults follow the requirements, section 5."""

    answers: _Days = 200
    receipts: _Days = 1095
    inbox: _Days = 7
    sos_texts: _Days = 30
    deliveries: _Days = 400


class SignatureSettings(_Frozen):
    """Which level a signature needs: 1 tap, 2 typed name, 3 handwriting."""

    test: Annotated[int, Field(ge=1, le=3)] = 1
    letter: Annotated[int, Field(ge=1, le=3)] = 1


class Settings(_Frozen):
    school: SchoolSettings
    plans: Mapping[str, str] = {}
    database: str = "sqlite+aiosqlite:///data/bot.db"
    public_url: str
    listen: str = "127.0.0.1:8080"
    secret_key: SecretStr
    accounts: tuple[AccountSettings, ...] = ()
    schedules: str = "schedules.yaml"
    question_bank: str = "question_bank"
    materials: str = "materials"
    retention: RetentionSettings = RetentionSettings()
    signature: SignatureSettings = SignatureSettings()
    duty_phone: str = ""  # shown in SOS answers, besides 110 and 96110
    duty_minutes: Annotated[int, Field(ge=1, le=120)] = 10  # after which an unanswered SOS goes to the next
    log_format: Literal["json", "text"] = "json"

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not _ADDRESS.match(value):
            raise ValueError(say.ADDRESS)
        return value.rstrip("/")

    @field_validator("database")
    @classmethod
    def _driver_is_ours(cls, value: str) -> str:
        if not _DATABASE.fullmatch(value):
            raise ValueError(say.DATABASE)
        return value

    @field_validator("listen")
    @classmethod
    def _has_port(cls, value: str) -> str:
        found = _LISTEN.fullmatch(value)
        if found is None or int(found[1]) > _LAST_PORT:
            raise ValueError(say.LISTEN)
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 16:
            raise ValueError(say.SHORT_KEY)
        return value

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Settings:
        seen: set[str] = set()
        for account in self.accounts:
            if account.id in seen:
                raise ValueError(say.account_twice(account.id))
            seen.add(account.id)
        return self

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host or "127.0.0.1", int(port)


def fill_in(marked: Marked, environment: Mapping[str, str]) -> tuple[Marked, list[tuple[int, str]]]:
    """The file with every ``${NAME}`` replaced, and (line, name) of each that the environment lacks.

    After the file was read as YAML: whatever signs a password holds, it stays one value.
    """
    missing: list[tuple[int, str]] = []

    def filled(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [filled(inner, (*path, at)) for at, inner in enumerate(value)]
        return _VARIABLE.sub(lambda found: put(found, path), value) if isinstance(value, str) else value

    def put(variable: re.Match[str], path: Path) -> str:
        found = environment.get(variable[1], "").strip()
        if not found:
            missing.append((marked.line(path), variable[1]))
        before, after = variable.string[: variable.start()], variable.string[variable.end() :]
        # A password between :// and @ is put in as an address wants it, so that it may hold any sign.
        return quote(found, safe="") if "://" in before and "@" in after else found

    return replace(marked, value=filled(marked.value, ())), missing
