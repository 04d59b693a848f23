"""Text to a tree of nodes: syntax errors, duplicate keys, tags and bombs are found here."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import yaml

from queuewright.spec.nodes import Mapping, Node, Scalar, Sequence
from queuewright.spec.problems import Problems

MAX_DEPTH = 20
MAX_NODES = 50_000
"""After aliases are expanded; a spec of 100 workloads has about 5000."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StopError(Exception):
    """The text cannot be read any further; the problem is noted."""


def compose(text: str, problems: Problems, *, empty: str = "`qw init` writes a spec") -> Node | None:
    """The root node, or None where the text is no YAML or holds nothing; `empty` is what to do about that."""
    try:
        root = _Composer(problems).document(text)
    except _StopError:
        return None
    except yaml.MarkedYAMLError as error:
        _syntax(text, error, problems)
        return None
    except (yaml.YAMLError, UnicodeError):
        line, column, character = _unprintable(text)
        problems.at(line, column, f"the character {character} is not allowed in YAML", "remove it")
        return None
    if root is None:
        problems.at(1, 1, "the file is empty", empty)
    return root


def is_json(text: str) -> bool:
    """Whether `text` is a JSON object; its scalars then mean what JSON says, without YAML's traps."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


class _Composer:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.anchors: dict[str, Node | None] = {}
        self.nodes = 0

    def document(self, text: str) -> Node | None:
        self.events = yaml.parse(text, Loader=_LOADER)
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._fail(event, "a second YAML document starts here", "keep one document in the file")
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, 0)
        return None if root is None or _is_nothing(root) else root

    def _node(self, event: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self._fail(event, f"nested more than {MAX_DEPTH} levels deep", "a spec needs five levels")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and event.tag != "!":
            self._note(
                event, f"the tag `{_tag(event.tag)}` is not supported", "remove the tag; quote what is text"
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(*_place(event), event.value, event.implicit[0])
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, depth)
        else:
            node = self._mapping(event, depth)
        self._count(event, 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(*_place(start), items, size=1 + sum(item.size for item in items))

    def _mapping(self, start: Any, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        first: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.problems.add(key, "a key must be a word", "is a quote or a comma missing?")
            elif key.text in first:
                line = first[key.text].line
                self.problems.add(
                    key, f"the key `{key.text}` is there twice, first on line {line}", "remove one of them"
                )
            elif key.text == "<<" and key.plain:
                self.problems.add(key, "the merge key `<<` is not supported", "write the keys out")
            else:
                first[key.text] = key
                entries.append((key, value))
        return Mapping(*_place(start), entries, size=1 + sum(1 + value.size for _, value in entries))

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            self._fail(
                event,
                f"the alias `*{event.anchor}` has no anchor `&{event.anchor}` before it",
                "write the value out",
            )
        node = self.anchors[event.anchor]
        if node is None:
            self._fail(
                event, f"the alias `*{event.anchor}` stands inside its own anchor", "write the value out"
            )
        self._count(event, node.size)
        return node

    def _count(self, event: Any, size: int) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            self._fail(
                event, f"the file holds more than {MAX_NODES} values", "split it, or expand fewer aliases"
            )

    def _note(self, event: Any, message: str, hint: str) -> None:
        line, column = _place(event)
        self.problems.at(line, column, message, hint)

    def _fail(self, event: Any, message: str, hint: str) -> NoReturn:
        self._note(event, message, hint)
        raise _StopError


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in ("", "~", "null")


def _tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _unprintable(text: str) -> tuple[int, int, str]:
    """Where the first character stands that YAML refuses."""
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    position = match.start() if match else 0
    before = text[:position]
    character = f"U+{ord(text[position]):04X}" if text else "?"
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1, character


def _syntax(text: str, error: yaml.MarkedYAMLError, problems: Problems) -> None:
    opened = error.context == "while scanning a quoted scalar" and "end of stream" in (error.problem or "")
    if opened and error.context_mark:
        place = error.context_mark
        problems.at(
            place.line + 1,
            place.column + 1,
            "not valid YAML: the quote that opens here is never closed",
            "add the closing quote",
        )
        return
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines() or [""]
    written = lines[line] if line < len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent:
        problems.at(line + 1, indent.index("\t") + 1, "a tab in the indentation", "indent with spaces")
        return
    what = (error.problem or "cannot be read").replace("<stream end>", "the end of the file")
    context = f" {error.context}" if error.context else ""
    problems.at(line + 1, column + 1, f"not valid YAML: {what}{context}", _syntax_hint(what, written))


def _syntax_hint(what: str, written: str) -> str:
    if "mapping values are not allowed" in what:
        return "quote a text that holds `: `"
    if "cannot start any token" in what:
        return "quote a text that starts with @, `, % or a tab"
    if written.count('"') % 2 or written.count("'") % 2:
        return "is a closing quote missing?"
    return "check the indentation, brackets and quotes around this line"
