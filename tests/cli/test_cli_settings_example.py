"""The shipped example is a whole and sound settings file, and explains every key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot import settings as module
from bot.cli.examining import template_complaints
from bot.errors import BadFile
from bot.loading import load_settings
from bot.settings import Settings, Webhook, Wechat, WecomApp
from tests.cli.office import SECRETS

NAME = "settings.example.yaml"


def test_it_loads_with_the_environment_it_asks_for(root: Path) -> None:
    settings = load_settings(root / NAME, SECRETS)
    assert [type(account) for account in settings.accounts] == [WecomApp, Wechat, Webhook]
    assert template_complaints(settings, NAME) == []
    assert settings.host_and_port == ("127.0.0.1", 8080)


def test_each_missing_variable_is_named(root: Path) -> None:
    with pytest.raises(BadFile) as bad:
        load_settings(root / NAME, {})
    told = {line.message for line in bad.value.complaints}
    assert told == {f"环境变量 {name} 没有设置" for name in SECRETS}


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for name in vars(module):
        part = getattr(module, name)
        if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == module.__name__:
            yield part


def test_every_key_stands_in_it(root: Path) -> None:
    text = (root / NAME).read_text("utf-8")
    keys = {name for model in models(Settings) for name in model.model_fields}
    assert sorted(key for key in keys if f"{key}:" not in text) == []


def test_what_it_calls_default_is_the_default(root: Path) -> None:
    settings = load_settings(root / NAME, SECRETS)
    bare = Settings(
        school=settings.school, public_url=settings.public_url, secret_key=settings.secret_key
    )
    for name in ("database", "listen", "schedules", "question_bank", "materials", "retention", "signature"):
        assert getattr(settings, name) == getattr(bare, name)
