"""What a user should read, as against what is a bug of ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command; the output format never changes them."""

    OK = 0
    DRIFT = 1
    """`check`: drift. `render`: a file of the user stands in the way. `init`: nothing survives the answers."""
    INPUT = 2
    """The input or the environment is wrong."""
    BUG = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is (1-based line and column), and what to do about it."""

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    where: tuple[str | int, ...] = ()
    """Keys in the spec that lead to it, where whoever found it does not know the file."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.message}" if place else self.message


class QueuewrightError(Exception):
    """Anything that is shown to a user without a traceback. Carries every problem found, not only the first."""

    exit_code = ExitCode.INPUT

    def __init__(self, problems: Problem | str | Iterable[Problem], *, hint: str | None = None) -> None:
        if isinstance(problems, str):
            problems = Problem(problems, hint=hint)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SpecError(QueuewrightError):
    """The spec or an answers file is wrong."""


class StackError(QueuewrightError):
    """The pinned stack is impossible, or harmful and not accepted, or cannot be rendered."""


class LockError(QueuewrightError):
    """queuewright.lock is broken or was written by a newer queuewright."""


class WorkspaceError(QueuewrightError):
    """The directory cannot be read or written as asked."""


class BlockedError(QueuewrightError):
    """A file that the user edited or owns stands in the way; nothing was written."""

    exit_code = ExitCode.DRIFT


class UsageError(QueuewrightError):
    """A flag or argument is wrong or missing."""
