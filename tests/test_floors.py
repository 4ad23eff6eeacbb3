"""The floors of the house: every file has one, and imports only go down."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from statistics import median

import pytest

from tests.floors import FLOORS, LIBRARIES, ROOMS, STAGE, Stand

TOP = Path(__file__).parent.parent


CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "time"}
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "unlink", "mkdir"}
LONGEST, MIDDLE = 300, 100


def files_of(*folders: str) -> tuple[str, ...]:
    found = [path for folder in folders for path in (TOP / folder).rglob("*.py")]
    return tuple(sorted(path.relative_to(TOP).as_posix() for path in found))


@cache
def files() -> tuple[str, ...]:
    return files_of("bot", "handlers")


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((TOP / file).read_text(encoding="utf-8"), file)


@cache
def imports(file: str) -> tuple[tuple[int, str, bool], ...]:
    """(line, module, only for types?) of everything a file imports, also inside functions."""
    found = []
    hidden = {
        id(inner)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(file)):
        hint = id(node) in hidden
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, hint) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are written in full"
            for name in (f"{node.module}.{alias.name}" for alias in node.names):
                found.append((node.lineno, name if file_of(name) else str(node.module), hint))
    return tuple(found)


def file_of(module: str) -> str | None:
    """The file of one of our modules."""
    path = module.replace(".", "/")
    return next((file for file in (f"{path}.py", f"{path}/__init__.py") if file in files()), None)


def ours(file: str, with_types: bool = True) -> Iterator[tuple[int, str]]:
    """(line, file) of each import of our own."""
    for line, name, for_types in imports(file):
        target = file_of(name)
        if target is not None and target != file and (with_types or not for_types):
            yield line, target


def stand(file: str) -> Stand | None:
    return next((stand for pattern, stand, _ in FLOORS if fnmatchcase(file, pattern)), None)


def fits(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in patterns)


def room(file: str) -> str:
    parts = PurePosixPath(file).parts
    if parts[0] == "handlers":
        return "handlers"
    return parts[1] if len(parts) > 2 else ""


def may_import(file: str, target: str) -> bool:
    here, there = stand(file), stand(target)
    if here is None or there is None:
        return True
    if here != there:
        return there < here
    return ROOMS.index(room(target)) <= ROOMS.index(room(file))


def test_every_file_has_a_floor_and_a_room() -> None:
    lost = [file for file in files() if stand(file) is None or room(file) not in ROOMS]
    assert not lost, f"give these a line in FLOORS or ROOMS: {lost}"


def test_no_line_of_the_table_is_left_over() -> None:
    assert [name for name, _, _ in FLOORS if not any(fits(file, (name,)) for file in files())] == []


def test_imports_only_go_down() -> None:
    upward = [
        f"{file}:{line} {stand(file)} imports {target} {stand(target)}"
        for file in files()
        for line, target in ours(file)
        if not may_import(file, target)
    ]
    assert not upward, "\n".join(upward)


def test_nobody_imports_in_a_circle() -> None:
    """A type may be named both ways round inside a room; nothing else may."""
    try:
        TopologicalSorter({f: {to for _, to in ours(f, with_types=False)} for f in files()}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_library_stays_where_it_belongs(library: str) -> None:
    strays = [
        f"{file}:{line} imports {name}"
        for file in files()
        for line, name, _ in imports(file)
        if name.split(".")[0] == library and not fits(file, LIBRARIES[library])
    ]
    assert not strays, "\n".join(strays)


def test_conversations_reach_stores_only_through_their_turn() -> None:
    strays = [
        f"{file}:{line} imports {target}"
        for file in files()
        if room(file) == "handlers"
        for line, target in ours(file)
        if fits(target, ("bot/*/store*.py", "bot/*/tables*.py", "bot/db.py"))
    ]
    assert not strays, "\n".join(strays)


def test_the_simulator_knows_nothing_of_the_bot() -> None:
    strays = [
        f"{file}:{line} imports {target}"
        for file in files()
        if room(file) == "simulator" and file not in STAGE
        for line, target in ours(file)
        if room(target) != "simulator"
    ]
    assert not strays, "\n".join(strays)


def waits(node: ast.AST) -> bool:
    """Methods that a protocol only declares do not count."""
    if isinstance(node, ast.AsyncFunctionDef):
        return not all(isinstance(x, ast.Expr) and isinstance(x.value, ast.Constant) for x in node.body)
    return isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith))


def reads_the_clock(node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return getattr(node, "module", node.names[0].name) == "time"
    return isinstance(node, ast.Attribute) and node.attr in CLOCKS and _name(node.value) in CLOCK_OWNERS


def is_left_to_chance(node: ast.AST) -> bool:
    """A ``Random`` may be given to a function; nobody here makes one without a seed."""
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in ("random", "secrets", "uuid") for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        others = {alias.name for alias in node.names} - {"Random"}
        return node.module in ("secrets", "uuid") or (node.module == "random" and bool(others))
    return isinstance(node, ast.Call) and _name(node.func) == "Random" and not node.args


def opens_a_file(node: ast.AST) -> bool:
    """``archive.open`` looks into bytes that are there already, so only the plain ``open`` counts."""
    called = node.func if isinstance(node, ast.Call) else None
    return called is not None and (_name(called) in FILE_METHODS or ast.unparse(called) == "open")


@pytest.mark.parametrize("forbidden", [waits, reads_the_clock, is_left_to_chance, opens_a_file])
def test_the_ground_is_pure(forbidden: Callable[[ast.AST], bool]) -> None:
    strays = [
        f"{file}:{getattr(node, 'lineno', 0)}"
        for file in files()
        if (place := stand(file)) is not None and place.floor == 0
        for node in ast.walk(tree(file))
        if forbidden(node)
    ]
    assert not strays, f"on the Ground something {forbidden.__name__}: {strays}"


def length(file: str) -> int:
    return len((TOP / file).read_text(encoding="utf-8").splitlines())


def test_files_are_short() -> None:
    lengths = {file: length(file) for file in files()}
    stories = {file: length(file) for file in files_of("tests")}
    assert {file: count for file, count in (lengths | stories).items() if count > LONGEST} == {}
    assert median(count for count in lengths.values() if count) < MIDDLE


def _name(node: ast.AST) -> str:
    """The last word of ``datetime`` and ``datetime.datetime`` alike."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
