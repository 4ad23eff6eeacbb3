"""The files that are shipped are sound, and hold nobody's number and no machine's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.duties.coverage import coverage, parse_clauses
from bot.duties.plan_values import Plan
from bot.loading import load_plan
from bot.materials.check import check_materials
from bot.materials.files import load_library
from bot.materials.files import read_folder as read_texts
from bot.materials.loader import read_materials
from bot.quiz.bank import read_questions
from bot.quiz.check import check_bank
from bot.quiz.files import load_bank
from bot.quiz.files import read_folder as read_bank

TOP = Path(__file__).parent.parent
TODAY = date(2026, 11, 22)
PACKS = {"college-generic", "city-bureau", "college-campaign-year", "college-medical"}

PLACES = ("bot", "handlers", "tests", "bench", "docs", "deploy", "question_bank", "materials", ".ci")
KINDS = {
    ".py", ".yaml", ".yml", ".md", ".json", ".js", ".css", ".html", ".toml", ".conf", ".service", ".svg",
    ".csv", ".txt", ".mako", "",
}  # fmt: skip
_MOBILE = re.compile(r"(?<![\d.])1[3-9]\d{9}(?!\d)")
_IDENTITY_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dXx](?!\d)")
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|work|root|mnt)/\w|\b[A-Z]:\\\\?Users")
_REGISTRY = re.compile(
    r"pypi\.(?:org|python)|pythonhosted|npmjs\.|crates\.io|docker\.io|ghcr\.io|proxy\.golang|quay\.io"
    r"|mirrors?\.[\w-]+\.|(?:index|extra-index)-url",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(TOP / "schedules.yaml")


def test_the_four_packs_are_there(plan: Plan) -> None:
    assert set(plan.packs) == PACKS


def test_every_clause_is_served_or_left_out_with_a_reason(plan: Plan) -> None:
    clauses = parse_clauses((TOP / "bot/duties/clauses.yaml").read_text(encoding="utf-8"), "clauses.yaml")
    for pack in plan.packs:
        result = coverage(plan, pack, clauses)
        assert result.is_complete, (pack, result.missing, result.unknown)


def test_every_question_is_sound() -> None:
    bank = load_bank(TOP / "question_bank")
    found = check_bank(read_questions(read_bank(TOP / "question_bank")), TODAY)
    assert found.errors == ()
    assert len(bank.items) >= 600
    assert len(bank.points) >= 200


def test_every_material_is_sound() -> None:
    library = load_library(TOP / "materials")
    found = check_materials(read_materials(read_texts(TOP / "materials")), TODAY)
    assert found.errors == ()
    for kind in ("weekly", "sixty_seconds", "letters", "alerts", "guides", "cards"):
        assert library.of_kind(kind), kind


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(TOP)}:{number}"
        for path, number, line in lines()
        if path != Path(__file__) and (_MACHINE_PATH.search(line) or _REGISTRY.search(line))
    ]
    assert not found, "\n".join(found)


def test_no_file_holds_a_number_that_could_be_a_person() -> None:
    """No exceptions: a test that needs such a number puts it together from parts, as the next one does."""
    found = [
        f"{path.relative_to(TOP)}:{number}"
        for path, number, line in lines()
        if _MOBILE.search(line) or _IDENTITY_CARD.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("head", "tail"),
    [("137", "00001111"), ("199", "00001111"), ("110105", "200001010011"), ("110105", "20000101001x")],
)
def test_such_numbers_would_be_seen(head: str, tail: str) -> None:
    number = head + tail
    line = f"电话：{number}。"
    assert _MOBILE.findall(line) + _IDENTITY_CARD.findall(line) == [number]


def lines() -> Iterator[tuple[Path, int, str]]:
    """Every line of every text file that is shipped, but the hash-locked lists, which are hashes."""
    for path in shipped():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield path, number, line


def shipped() -> Iterator[Path]:
    for path in sorted(TOP.iterdir()):
        if path.is_file() and path.name != "settings.yaml" and path.suffix in KINDS:
            yield path
    for place in PLACES:
        for path in sorted((TOP / place).rglob("*")):
            if path.is_file() and path.suffix in KINDS and "__pycache__" not in path.parts:
                yield path
