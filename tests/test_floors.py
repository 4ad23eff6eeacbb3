"""The floors of the house: every file has one, and imports only go down."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from statistics import median
from typing import NamedTuple

import pytest

TOP = Path(__file__).parent.parent


class Stand(NamedTuple):
    """A floor, and a step of it. Imports go to a lower stand, or sideways in the order of the rooms."""

    floor: int
    step: int = 0


# The first pattern that fits decides. A room's file that no line names stands on the Ground, where most is
# forbidden.
FLOORS: tuple[tuple[str, Stand, str], ...] = (
    ("bot/__main__.py", Stand(4, 4), "The front door: every command in one place."),
    ("bot/cli/*", Stand(4, 3), "Commands: they may use everything; only the front door uses them."),
    ("bot/simulator/*", Stand(4, 2), "Both platforms pretended; only its stage knows the bot."),
    ("bot/app.py", Stand(4, 1), "The composition root: the only place where everything is put together."),
    ("bot/lines.py", Stand(4), "Codec, client and login of each account; a part of the root."),
    ("bot/logs.py", Stand(4), "How the process logs: decided once, by whoever starts it."),
    ("handlers/__init__.py", Stand(3, 1), "The table of contents of all conversations."),
    ("handlers/*", Stand(3), "Doors: what people can say."),
    ("bot/delivery/courier.py", Stand(3), "A door to the outside: what was queued leaves."),
    ("bot/duties/ticker.py", Stand(3), "A door for the clock: what has fallen due is launched."),
    ("bot/*/tables*.py", Stand(1, 2), "Tables of all rooms are one schema, so any store may join them."),
    ("bot/*/store*.py", Stand(1, 4), "Stores: reads and writes; values go in and out."),
    ("bot/*/rules.py", Stand(0, 1), "Values, enums and pure functions."),
    ("bot/*/wording*.py", Stand(0, 1), "Sentences that people read."),
    ("bot*/__init__.py", Stand(0), "Empty: it only makes a folder a package."),
    ("bot/web/*", Stand(3), "Doors: what a browser or a platform asks for."),
    ("bot/conversation.py", Stand(2, 4), "One message, one transaction, one reply."),
    ("bot/answering.py", Stand(2, 3), "How an answer travels: passive reply or pushed card."),
    ("bot/routing.py", Stand(2, 2), "Routes and the turn they are given."),
    ("bot/*/actions*.py", Stand(2, 2), "A verb that two doors need."),
    ("bot/duties/composing.py", Stand(2, 2), "What an occurrence says, from the material and the school."),
    ("bot/duties/launch.py", Stand(2, 2), "An occurrence, its tasks, its messages: for three doors."),
    ("bot/duties/events.py", Stand(2, 3), "What follows from an event, such as a roster import."),
    ("bot/loading.py", Stand(2, 1), "From files to values, all complaints at once."),
    ("bot/work.py", Stand(2, 1), "The stores of one transaction."),
    ("bot/committer.py", Stand(2), "Group commit: who waits for whom, without knowing what is done."),
    ("bot/delivery/digest.py", Stand(2), "Folding claimed rows into one message."),
    ("bot/delivery/ledger.py", Stand(2), "Quotas and the attention budget over claimed rows."),
    ("bot/*/files.py", Stand(2), "The files of a folder, read or written."),
    ("bot/migrations/*", Stand(1, 6), "Steps from one form of the tables to the next."),
    ("bot/migrate.py", Stand(1, 5), "Brings the database to the newest form."),
    ("bot/platforms/http.py", Stand(1, 4), "One HTTP session to one platform."),
    ("bot/platforms/api.py", Stand(1, 4), "A call with its token, its error translated."),
    ("bot/platforms/tokens.py", Stand(1, 4), "One access token per account for all processes."),
    ("bot/platforms/*/client.py", Stand(1, 4), "One send, errors translated into verdicts."),
    ("bot/platforms/*/login.py", Stand(1, 4), "Who came back from the platform's web login."),
    ("bot/platforms/wecom/school.py", Stand(1, 4), "学校通知: the client of parents."),
    ("bot/platforms/wecom/webhook.py", Stand(1, 4), "The client of a staff group."),
    ("bot/reports/render.py", Stand(1, 4), "Pictures and PDF by typst, which reads its fonts."),
    ("bot/reports/docx.py", Stand(1, 4), "A document as Word."),
    ("bot/reports/pdf.py", Stand(1, 4), "A document as PDF."),
    ("bot/metrics.py", Stand(1, 3), "Counters for whoever runs the machines."),
    ("bot/ids.py", Stand(1, 3), "New ids: time and chance of the machine."),
    ("bot/db.py", Stand(1, 1), "One engine, two dialects, writes as values."),
    ("bot/sqlite.py", Stand(1), "How SQLite is driven: waits in a thread, short reads at once."),
    ("bot/school.py", Stand(0, 3), "All that is held in memory, as one value."),
    ("bot/accounts.py", Stand(0, 2), "Which account serves whom."),
    ("bot/settings.py", Stand(0), "The settings file as a value."),
    ("bot/messages.py", Stand(0), "The shared words."),
    ("bot/errors.py", Stand(0), "Errors that carry their verdict."),
    ("bot/marked_yaml.py", Stand(0), "YAML that remembers its lines."),
    ("bot/wording.py", Stand(0), "Sentences of no room."),
    ("bot/*/*", Stand(0, 1), "Whatever else a room holds is as pure as its rules."),
)

# The order in which rooms on the same step may lean on one another.
ROOMS = (
    "", "people", "duties", "quiz", "receipts", "materials", "delivery", "reports", "platforms",
    "web", "simulator", "cli", "migrations", "handlers",
)  # fmt: skip

# Who may import a library that ties us to the world.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "sqlalchemy": (
        "bot/db.py", "bot/*/tables*.py", "bot/*/store*.py", "bot/work.py", "bot/migrate.py",
        "bot/migrations/*",
    ),
    "alembic": ("bot/migrate.py", "bot/migrations/*"),
    "sqlite3": ("bot/sqlite.py", "bot/*/store*.py"),
    "aiohttp": (
        "bot/web/*", "bot/platforms/http.py", "bot/platforms/tokens.py", "bot/platforms/*/client.py",
        "bot/simulator/*", "bot/app.py", "bot/lines.py", "bot/cli/doctor*.py",
    ),
    "wechatpy": (
        "bot/platforms/reference.py", "bot/platforms/*/codec.py", "bot/platforms/*/events.py",
        "bot/simulator/*",
    ),
    "yaml": ("bot/marked_yaml.py",),
    "apscheduler": ("bot/app.py", "bot/duties/ticker.py"),
}  # fmt: skip

# The parts of the simulator that put it beside the bot; the rest of it knows nothing of the bot.
STAGE = ("bot/simulator/campus.py", "bot/simulator/stage.py", "bot/simulator/demo.py")

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
CLOCK_OWNERS = {"datetime", "date", "time"}
FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "unlink", "mkdir"}
LONGEST, MIDDLE = 300, 100


@cache
def files() -> tuple[str, ...]:
    found = [*(TOP / "bot").rglob("*.py"), *(TOP / "handlers").rglob("*.py")]
    return tuple(sorted(path.relative_to(TOP).as_posix() for path in found))


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


def test_files_are_short() -> None:
    lengths = {file: len((TOP / file).read_text(encoding="utf-8").splitlines()) for file in files()}
    assert {file: count for file, count in lengths.items() if count > LONGEST} == {}
    assert median(count for count in lengths.values() if count) < MIDDLE


def _name(node: ast.AST) -> str:
    """The last word of ``datetime`` and ``datetime.datetime`` alike."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
