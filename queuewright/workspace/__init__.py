"""Between a rendered tree and the directory: what is there, whose it is, and how it is written without losing anything.

    inspection = inspect(root, rendering, spec_text, project=spec.name)      # reads only
    result = check(inspection, strict=False)                                 # qw check
    todo = plan(inspection, force=False, allow_replace=False)                # qw render --dry-run, --diff
    apply(todo)                                                              # qw render
    write_once(root, {SPEC_NAME: spec_text}); apply(todo)                    # qw init
    apply(plan_eject(inspection, HEADER))                                    # qw eject

Linux and macOS: no link below the root is followed, which needs what these systems offer.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from queuewright.workspace.checking import CheckResult, Note, check
from queuewright.workspace.inspection import Inspection, Replacement, inspect
from queuewright.workspace.lock import Entry, Lock
from queuewright.workspace.lockfile import read_lock
from queuewright.workspace.paths import LOCK_NAME, PENDING_NAME, SPEC_NAME
from queuewright.workspace.status import Cause, FileStatus, Level, Status

if TYPE_CHECKING:
    from queuewright.workspace.changes import Action, Change, Plan
    from queuewright.workspace.ejection import drop_header, plan_eject
    from queuewright.workspace.planning import plan
    from queuewright.workspace.start import write_once
    from queuewright.workspace.transaction import apply

__all__ = [
    "LOCK_NAME",
    "PENDING_NAME",
    "SPEC_NAME",
    "Action",
    "Cause",
    "Change",
    "CheckResult",
    "Entry",
    "FileStatus",
    "Inspection",
    "Level",
    "Lock",
    "Note",
    "Plan",
    "Replacement",
    "Status",
    "apply",
    "check",
    "drop_header",
    "inspect",
    "plan",
    "plan_eject",
    "read_lock",
    "write_once",
]

_WRITING = {
    "Action": "changes",
    "Change": "changes",
    "Plan": "changes",
    "drop_header": "ejection",
    "plan_eject": "ejection",
    "plan": "planning",
    "write_once": "start",
    "apply": "transaction",
}
"""What only writes need, by its module: `qw check` starts without."""


def __getattr__(name: str) -> Any:
    if name not in _WRITING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WRITING[name]}"), name)
