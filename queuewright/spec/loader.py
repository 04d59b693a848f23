"""Files and texts to Spec and Answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path

from queuewright.errors import Problem, SpecError
from queuewright.spec.answers import read_answers
from queuewright.spec.compose import compose, is_json
from queuewright.spec.expect import Expect, kind
from queuewright.spec.model import Answers, Spec
from queuewright.spec.nodes import Mapping, Node, Scalar, Sequence
from queuewright.spec.problems import Problems
from queuewright.spec.reader import OUTER_KEYS, SpecReader

FILE_NAME = "queuewright.yaml"
MAX_BYTES = 1024 * 1024
"""A spec of 100 workloads has about 60 KB."""

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """A spec with what it was read from."""

    spec: Spec
    text: str
    """As it stands in the file, without a byte order mark."""
    path: Path
    marks: MappingType[Path_, tuple[int, int]] = field(repr=False)
    """Where each value stands, by its keys (`("workloads", 0, "answers", "loss")`): line and column, from 1."""

    def problem(self, where: Path_, message: str, hint: str | None = None) -> Problem:
        """A problem at the nearest place that the file has for `where`."""
        while where and where not in self.marks:
            where = where[:-1]
        line, column = self.marks.get(where, (1, 1))
        return Problem(message, str(self.path), line, column, hint)


def load(path: Path | str) -> LoadedSpec:
    """The spec in a file, or in the `queuewright.yaml` of a folder. Raises SpecError with every problem found."""
    path = Path(path)
    if path.is_dir():
        path = path / FILE_NAME
    return loads(read_text(path), str(path))


def loads(text: str, file: str = FILE_NAME) -> LoadedSpec:
    """The spec in a text; `file` is what messages call it. Raises SpecError."""
    problems = Problems(file)
    text = text.removeprefix("\N{BYTE ORDER MARK}")
    root = compose(text, problems)
    if root is None:
        problems.stop_if_any()
    assert root is not None
    spec = SpecReader(problems, json_text=is_json(text)).read(root)
    return LoadedSpec(spec, text, Path(file), dict(_marks(root)))


def load_answers(path: Path | str, text: str | None = None) -> Answers:
    """One mapping of answers, YAML or JSON, with or without `answers:` around it; `-` is standard input.

    Raises SpecError with every problem found.
    """
    if text is None:
        text = (
            _decode(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>")
            if str(path) == "-"
            else read_text(Path(path))
        )
    file = "<stdin>" if str(path) == "-" else str(path)
    problems = Problems(file)
    root = compose(
        text.removeprefix("\N{BYTE ORDER MARK}"),
        problems,
        empty="write answers like `workload: email`; `qw explain answers` lists them",
    )
    expect = Expect(problems, is_json(text))
    if isinstance(root, Mapping) and root.keys() == ["answers"]:
        root = root.get("answers")
    if isinstance(root, Mapping) and "workloads" in root.keys():  # noqa: SIM118 - a node, not a dict
        problems.add(
            root,
            "this is a spec, not a mapping of answers",
            "give it to `qw recommend` or `qw render` as SPEC",
        )
        problems.stop_if_any()
    if root is not None and not isinstance(root, Mapping):
        problems.add(
            root,
            f"answers are a mapping of keys to values, not {kind(root)}",
            "`qw explain answers` lists the keys",
        )
    read = read_answers(root, expect, OUTER_KEYS) if isinstance(root, Mapping) else None
    problems.stop_if_any()
    assert read is not None
    return read.answers()


def read_text(path: Path) -> str:
    """A file's text. Raises SpecError where it is missing, too large or no UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = "`qw init` writes one" if path.name == FILE_NAME else "is the path right?"
        raise SpecError(Problem("there is no such file", str(path), hint=hint)) from None
    except IsADirectoryError:
        raise SpecError(Problem("a folder, not a file", str(path), hint="name the file in it")) from None
    except OSError as error:
        raise SpecError(
            Problem(f"cannot be read: {error.strerror}", str(path), hint="check the path and its permissions")
        ) from None
    return _decode(data, str(path))


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise SpecError(Problem(f"larger than {MAX_BYTES // 1024} KB", file, hint="is this the right file?"))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        raise SpecError(Problem(message, file, line, column, "save the file as UTF-8")) from None


def _marks(node: Node, path: Path_ = ()) -> list[tuple[Path_, tuple[int, int]]]:
    found: list[tuple[Path_, tuple[int, int]]] = [(path, (node.line, node.column))]
    if isinstance(node, Mapping):
        for key, value in node:
            found += _marks(value, (*path, key.text))
    elif isinstance(node, Sequence):
        for index, value in enumerate(node.items):
            found += _marks(value, (*path, index))
    else:
        assert isinstance(node, Scalar)
    return found
