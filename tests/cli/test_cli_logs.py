"""The log tells what happened, and nothing about anybody."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
import structlog

from bot import logs
from bot.errors import PlatformError, Verdict


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_personal_data_and_secrets_are_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.contextvars.bind_contextvars(account="campus")
    structlog.get_logger().info(
        "received", text="我被骗了", name="林小满", content={"a": 1}, access_token="t0ken",
        address="ww|member|xiaolin", deep={"body": "信", "size": 3, "more": [{"secret": "x"}]}, size=12,
    )  # fmt: skip
    structlog.contextvars.clear_contextvars()
    (line,) = lines(capsys)
    assert line["account"] == "campus"
    assert line["deep"] == {"body": "***", "size": 3, "more": [{"secret": "***"}]}
    assert [line[key] for key in ("text", "name", "content", "access_token", "address")] == ["***"] * 5
    assert (line["event"], line["level"], line["size"]) == ("received", "info", 12)


def test_a_callback_key_only_tells_lines_of_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    for _ in range(2):
        structlog.get_logger().warning("late", key="campus|xiaolin|123")
    first, second = lines(capsys)
    assert first["key"] == second["key"]
    assert "xiaolin" not in first["key"]


def test_an_exception_keeps_its_place_and_loses_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    log = structlog.get_logger()
    try:
        try:
            raise ValueError("duplicate key 林小满")
        except ValueError as error:
            raise PlatformError(Verdict.STOP, 60020, "not allow to access from your ip") from error
    except PlatformError:
        log.exception("send failed")
    (line,) = lines(capsys)
    assert "ValueError\n" in line["exception"]
    assert "60020 not allow" in line["exception"]
    assert "test_cli_logs.py" in line["exception"]
    assert "林小满" not in json.dumps(line, ensure_ascii=False)


def test_libraries_go_the_same_way_without_their_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logging.getLogger("aiohttp.server").error("Error of %s", "oFang")
    logging.getLogger("asyncio").warning("Task failed\nfuture: <Task exception=KeyError('林小满')>")
    logging.getLogger("aiohttp.access").info("GET /a/x?k=secret")
    first, second = lines(capsys)
    assert (first["event"], first["logger"], first["level"]) == ("Error of %s", "aiohttp.server", "error")
    assert second["event"] == "Task failed"


async def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text", "warning")
    await asyncio.to_thread(structlog.get_logger().warning, "account stopped", account="campus")
    structlog.get_logger().info("not worth a line")
    err = capsys.readouterr().err
    assert "account stopped" in err
    assert "campus" in err
    assert "not worth" not in err
