"""The systemd units against the program that they start."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import _LAST_ANSWERS

UNITS = ("kedaibiao-web@.service", "kedaibiao-worker.service")


def setting(text: str, name: str) -> str:
    (found,) = re.findall(rf"^{name}=(.*)$", text, re.M)
    return str(found)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_what_there_is(root: Path, name: str) -> None:
    text = (root / "deploy" / name).read_text(encoding="utf-8")
    words = shlex.split(setting(text, "ExecStart").replace("%i", "8081"))
    assert words[1:3] == ["-m", "bot"]
    told = CliRunner().invoke(app, [*words[3:], "--settings", "no-such-file.yaml"])
    assert told.exit_code == 1, "its words are understood; only the file is missing"
    assert "no-such-file.yaml" in told.output
    assert setting(text, "KillSignal") == "SIGTERM"
    assert float(setting(text, "TimeoutStopSec")) > _LAST_ANSWERS + 10, "answers first, then the last commit"
    assert setting(text, "Restart") == "on-failure"


def test_a_web_process_may_hold_many_connections(root: Path) -> None:
    """While the database is slow each callback is one, for 4.5 seconds; systemd's own limit is 1,024."""
    text = (root / "deploy" / UNITS[0]).read_text(encoding="utf-8")
    assert int(setting(text, "LimitNOFILE")) >= 10_000, "ten thousand answers at one instant"


@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_no_complaint(root: Path, tmp_path: Path, name: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    text = (root / "deploy" / name).read_text(encoding="utf-8")
    assert "/srv/kedaibiao/.venv/bin/python" in text
    copy = tmp_path / name.replace("@", "@8081")
    copy.write_text(text.replace("/srv/kedaibiao/.venv/bin/python", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")
