"""YAML for data files that people write: text stays text, and every complaint has its line.

YAML 1.2 in spirit: ``10:30``, ``00123``, ``no``, ``on`` and ``2026-09-01`` are text; only true/false, null,
decimal whole numbers and decimal fractions are not. Keys are always text and never repeated; aliases and tags
are refused.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema

from bot import wording_files as say
from bot.errors import BadFile, Complaint

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_TRUTH: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_DEEPEST: Final = 40
_Fault = Literal["unknown", "missing", "unfit"]
_FAULTS: Final[Mapping[str, _Fault]] = {"extra_forbidden": "unknown", "missing": "missing"}


class _Loader(yaml.CSafeLoader):
    """No implicit types at all: what a plain word means is decided below."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 - the attribute PyYAML reads


@dataclass(frozen=True, slots=True)
class Marked:
    """The value of a file, and where each part of it stands."""

    filename: str
    value: Any
    keys: Mapping[Path, int] = field(repr=False)
    values: Mapping[Path, int] = field(repr=False)

    def line(self, path: Sequence[str | int] = (), key: bool = False) -> int:
        """The line (from 1) of the value at ``path``, or of its key; of the nearest part that exists."""
        at = tuple(path)
        if key and at in self.keys:
            return self.keys[at]
        while at and at not in self.values:
            at = at[:-1]
        return self.values.get(at, 1)

    def complain(self, path: Sequence[str | int], message: str) -> Complaint:
        """A complaint about the value at ``path``."""
        return Complaint(self.filename, self.line(path), message)


def load(text: str, filename: str) -> Marked:
    """Read one document. Raises BadFile with every repeated key, alias and tag, or the first syntax error."""
    try:
        root = _compose(text)
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        position = error.start if isinstance(error, UnicodeEncodeError) else error.position
        line = text.count("\n", 0, position) + 1
        raise BadFile([Complaint(filename, line, say.BAD_CHARACTER)]) from None
    except yaml.MarkedYAMLError as error:
        raise BadFile([_grammar(filename, error)]) from None
    reader = _Reader(filename)
    value = reader.read(root, ()) if root is not None else None
    if reader.complaints:
        raise BadFile(reader.complaints)
    return Marked(filename, value, reader.keys, reader.values)


def parse(text: str, filename: str, model: type[M]) -> M:
    """Read and check one document. Raises BadFile with all complaints."""
    return check(load(text, filename), model)


def check(marked: Marked, model: type[M]) -> M:
    """The file's value as ``model``. Raises BadFile with one complaint for each place that is wrong."""
    try:
        return model.model_validate(marked.value)
    except ValidationError as error:
        raise BadFile(_complaints(marked, model, error)) from None


def _grammar(filename: str, error: yaml.MarkedYAMLError) -> Complaint:
    """At the line where reading stopped; of what began there and never came to its end, where it began."""
    began = error.context_mark.line + 1 if error.context_mark else 0
    stopped = error.problem_mark.line + 1 if error.problem_mark else began or 1
    endless = "unexpected" in (error.problem or "") and "quoted scalar" in (error.context or "")
    endless = began > 0 and (endless or "simple key" in (error.context or ""))
    message = say.grammar(error.context, error.problem, began)
    return Complaint(filename, began if endless else stopped, message)


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


class _Reader:
    """Walks the node tree once: values, marks and complaints."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.keys: dict[Path, int] = {}
        self.values: dict[Path, int] = {}
        self.complaints: list[Complaint] = []
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> Any:
        if id(node) in self._seen:
            line = self.keys.get(path, node.start_mark.line + 1)
            self.complaints.append(Complaint(self.filename, line, say.ALIAS))
            return None
        self.values[path] = node.start_mark.line + 1
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            return self._complain(node, say.TOO_DEEP)
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
            return _scalar(node.value) if node.style in (None, "") else node.value
        return self._complain(node, say.tag(node.tag))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._complain(key, say.KEY_IS_NO_WORD)
                continue
            here = (*path, key.value)
            if key.value in found:
                self._complain(key, say.key_twice(key.value, self.keys[here]))
                continue
            self.keys[here] = key.start_mark.line + 1
            found[key.value] = self.read(item, here)
        return found

    def _complain(self, node: yaml.Node, message: str) -> None:
        self.complaints.append(Complaint(self.filename, node.start_mark.line + 1, message))


def _scalar(word: str) -> str | int | float | bool | None:
    """What a plain word means; quoted words and blocks are always text."""
    if word in _TRUTH:
        return _TRUTH[word]
    if word in _NULL:
        return None
    if _INT.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word


def _complaints(marked: Marked, model: type[BaseModel], error: ValidationError) -> list[Complaint]:
    """One complaint for each place; what the members of a union say of it is joined."""
    places: dict[tuple[Path, _Fault], list[str]] = {}
    schema: dict[str, Any] | None = None
    errors = [(_real(marked.value, item["loc"]), item) for item in error.errors(include_url=False)]
    around = {path[:end] for path, _ in errors for end in range(len(path))}
    for path, item in errors:
        if path in around and item["type"].endswith(("_type", "literal_error", "too_short")):
            continue  # another member of the union went further in, and what it found is the reason
        fault: _Fault = _FAULTS.get(item["type"], "unfit")
        if fault == "unknown":
            schema = schema or _schema(model)
            hint = did_you_mean(str(path[-1]), _keys_at(schema, path[:-1]))
            message = say.unknown(str(path[-1]), hint)
        elif fault == "missing":
            message = say.missing(str(item["loc"][-1]))
        elif item["input"] is None:
            message = say.EMPTY if path else say.EMPTY_FILE
        else:
            message = say.unfit(item["type"], item.get("ctx", {}), item["msg"])
        messages = places.setdefault((path, fault), [])
        if message not in messages:
            messages.append(message)
    return [
        Complaint(marked.filename, marked.line(path, key=fault == "unknown"), _told(path, fault, messages))
        for (path, fault), messages in places.items()
    ]


def _told(path: Path, fault: _Fault, messages: Sequence[str]) -> str:
    if fault != "unfit" or not path:
        return say.both(messages)
    named = next((at for at in reversed(range(len(path))) if isinstance(path[at], str)), None)
    name = "" if named is None else str(path[named])
    numbers = [at + 1 for at in path[-1:] if isinstance(at, int)]
    return say.at_field(say.item(name, numbers[0]) if numbers else name, say.either(messages))


def _real(value: Any, loc: tuple[str | int, ...]) -> Path:
    """The part of pydantic's location that exists in the file; names of union members fall out."""
    path: list[str | int] = []
    for step in loc:
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if in_list or (isinstance(value, dict) and step in value):
            value = value[step]
            path.append(step)
    return tuple(path)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The word that was probably meant or, when nothing is near, the words that are known."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return say.did_you_mean(near[0])
    return say.known(known) if known else ""


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema:
        return {}


def _keys_at(schema: Mapping[str, Any], path: Path) -> list[str]:
    """The keys a model takes at ``path``, over all members of the unions on the way."""
    here = _opened(schema, schema)
    for step in path:
        following: list[Mapping[str, Any]] = []
        for part in here:
            inner = part.get("items") if isinstance(step, int) else part.get("properties", {}).get(step)
            others = [part.get("additionalProperties"), *part.get("patternProperties", {}).values()]
            for schema_of_value in [inner] if inner else others:
                if isinstance(schema_of_value, dict):
                    following += _opened(schema, schema_of_value)
        here = following
    return sorted({key for part in here for key in part.get("properties", {})})


def _opened(schema: Mapping[str, Any], part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in part:
        return _opened(schema, schema["$defs"][part["$ref"].rsplit("/", 1)[-1]])
    members = [*part.get("anyOf", ()), *part.get("oneOf", ())]
    return [part] if not members else [opened for member in members for opened in _opened(schema, member)]
