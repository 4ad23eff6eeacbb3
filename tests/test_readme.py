"""The READMEs tell the truth: rooms, commands, words, links and settings are as they say."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from pydantic import BaseModel
from typer.main import get_command

from bot.__main__ import app
from bot.routing import tidy
from bot.settings import (
    RetentionSettings,
    SchoolSettings,
    Settings,
    SignatureSettings,
    TemplateMapping,
    Webhook,
    Wechat,
    WecomApp,
)
from handlers import ROUTERS

TOP = Path(__file__).parent.parent
BOTH = ("README.md", "README.zh-CN.md")
PAGES = (*BOTH, *(f"docs/{name}.md" for name in ("architecture", "accounts", "operations")))
ACCOUNTS: dict[str, type[BaseModel]] = {"wecom-app": WecomApp, "wechat": Wechat, "wecom-webhook": Webhook}
PARTS: dict[str, type[BaseModel]] = {
    "school": SchoolSettings,
    "retention": RetentionSettings,
    "signature": SignatureSettings,
}

_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_WHO = re.compile(r"\| (?:everyone|students|confirming|teacher|admin|所有人|学生和|确认|老师|管理员)")
_CODE = re.compile(r"`([^`\n]+)`")


def text(name: str) -> str:
    return (TOP / name).read_text(encoding="utf-8")


def commands() -> dict[str, Any]:
    """What ``--help`` shows."""
    group: Any = get_command(app)
    return {name: command for name, command in group.commands.items() if not command.hidden}


def shell(name: str) -> list[str]:
    """The command lines of a page, without their comments."""
    blocks = [body for kind, body in _FENCE.findall(text(name)) if kind == "sh"]
    lines = [line.partition("#")[0].strip() for line in "\n".join(blocks).splitlines()]
    return [" ".join(line.split()) for line in lines if line]


@pytest.mark.parametrize("name", BOTH)
def test_the_map_names_every_room_and_every_conversation(name: str) -> None:
    page = text(name)
    rooms = [path.parent.name for path in (TOP / "bot").glob("*/__init__.py")]
    assert [room for room in rooms if f"`bot/{room}/`" not in page] == []
    row = next(line for line in page.splitlines() if line.startswith("| `handlers/` |"))
    conversations = {path.stem for path in (TOP / "handlers").glob("*.py")} - {"__init__"}
    assert set(_CODE.findall(row)) == {"handlers/", *conversations}


@pytest.mark.parametrize("name", BOTH)
def test_the_table_of_commands_is_the_help(name: str) -> None:
    rows = [line.split("|")[1:3] for line in text(name).splitlines() if re.match(r"\| `[a-z]+` \|", line)]
    told = {_CODE.findall(first)[0]: _CODE.findall(second) for first, second in rows}
    assert set(told) == set(commands())
    for command, words in told.items():
        subcommands = getattr(commands()[command], "commands", {})
        assert set(subcommands) <= set(words), command


@pytest.mark.parametrize("name", PAGES)
def test_every_command_line_can_be_typed(name: str) -> None:
    for line in shell(name):
        if not line.startswith("./run "):
            continue
        verb, *rest = line.split()[1:]
        assert re.search(rf"^  {verb}\) ", text("run"), re.MULTILINE), line
        if verb != "bot" or rest == ["--help"]:
            continue
        command = commands()[rest[0]]
        if subcommands := getattr(command, "commands", None):
            command = subcommands[rest[1]]
        options = set(chain.from_iterable(option.opts for option in command.params))
        assert {word for word in rest if word.startswith("--")} <= options, line


def test_both_languages_say_the_same() -> None:
    english, chinese = BOTH
    assert _HEADING.findall(text(english)) == _HEADING.findall(text(chinese))
    assert shell(english) == shell(chinese)
    for kind in (_LINK, re.compile(r"`(bot/[^`]*|handlers/[^`]*|\./run [^`]*)`")):
        ours = {found for found in kind.findall(text(english)) if "README" not in found}
        theirs = {found for found in kind.findall(text(chinese)) if "README" not in found}
        assert ours == theirs


@pytest.mark.parametrize("name", BOTH)
def test_they_stay_short(name: str) -> None:
    assert len(text(name).splitlines()) < 220


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    targets = [unquote(link.partition("#")[0]) for link in _LINK.findall(text(name)) if "://" not in link]
    lost = [target for target in targets if target and not ((TOP / name).parent / target).exists()]
    assert not lost, lost


@pytest.mark.parametrize("name", PAGES)
def test_the_files_they_name_are_there(name: str) -> None:
    pattern = re.compile(r"(?:bot|handlers|tests|deploy|docs|question_bank|materials)/[\w/.@-]*")
    named = [code for code in _CODE.findall(text(name)) if pattern.fullmatch(code)]
    assert [path for path in named if not (TOP / path).exists()] == []


@pytest.mark.parametrize("name", BOTH)
def test_the_chat_words_are_those_of_the_conversations(name: str) -> None:
    known = {word for router in ROUTERS for route in router.routes for word in route.words}
    page = text(name)
    rows = [line for line in page.splitlines() if _WHO.match(line)]
    told = {tidy(code).split(" ")[0] for row in rows for code in _CODE.findall(row)}
    assert len(rows) == 5
    assert told - known == set()
    helped = {word for router in ROUTERS for route in router.routes if route.help for word in route.words[:1]}
    assert helped - told == set()


@pytest.mark.parametrize("model", [Settings, *PARTS.values(), *ACCOUNTS.values()])
def test_every_setting_is_described(model: type[BaseModel]) -> None:
    page = text("docs/accounts.md")
    told = {word for code in _CODE.findall(page) for word in re.findall(r"\w+", code)}
    assert set(model.model_fields) - told == set()


def test_the_example_shows_every_setting() -> None:
    example = yaml.safe_load(text("settings.example.yaml"))
    assert set(example) == set(Settings.model_fields)
    for key, model in PARTS.items():
        assert set(example[key]) == set(model.model_fields)
    shown = {account["kind"]: account for account in example["accounts"]}
    assert set(shown) == set(ACCOUNTS)
    for kind, account in shown.items():
        assert set(account) == set(ACCOUNTS[kind].model_fields), kind
    mapping = shown["wechat"]["templates"]["notice"]
    assert set(mapping) == set(TemplateMapping.model_fields)
