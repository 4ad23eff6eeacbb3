"""The settings file: checked whole, frozen, passed as an argument from the root."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from bot.settings_menu import WechatMenu, WecomMenu

_VARIABLE: Final = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")
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


class _Callback(_Account):
    token: SecretStr
    encoding_aes_key: SecretStr | None = None

    @field_validator("encoding_aes_key")
    @classmethod
    def _key_has_43(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _AES_KEY.fullmatch(value.get_secret_value()):
            raise ValueError("an EncodingAESKey has exactly 43 letters and digits")
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


class RetentionSettings(_Frozen):
    """Days after which things go (db purge); defaults follow the requirements, section 5."""

    answers: int = 200
    receipts: int = 1095
    inbox: int = 7
    sos_texts: int = 30
    deliveries: int = 400


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
        if not re.match(r"https?://", value):
            raise ValueError("begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 16:
            raise ValueError("needs at least 16 characters")
        return value

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Settings:
        seen: set[str] = set()
        for account in self.accounts:
            if account.id in seen:
                raise ValueError(f"two accounts are called {account.id}")
            seen.add(account.id)
        return self

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host or "127.0.0.1", int(port)


def fill_in(text: str, environment: Mapping[str, str]) -> tuple[str, list[tuple[int, str]]]:
    """The text with every ``${NAME}`` replaced, and (line, name) of each that the environment lacks.

    Comments are left alone, so that an example may stay commented out.
    """
    missing: list[tuple[int, str]] = []
    lines = []
    for number, line in enumerate(text.split("\n"), 1):
        body, hash_, comment = (line, "", "") if "#" not in line else _split_comment(line)

        def put(match: re.Match[str], number: int = number) -> str:
            if match[1] not in environment:
                missing.append((number, match[1]))
                return match[0]
            return environment[match[1]]

        lines.append(_VARIABLE.sub(put, body) + hash_ + comment)
    return "\n".join(lines), missing


def _split_comment(line: str) -> tuple[str, str, str]:
    if line.lstrip().startswith("#"):
        return "", line, ""
    body, hash_, comment = line.partition(" #")
    return body, hash_, comment
