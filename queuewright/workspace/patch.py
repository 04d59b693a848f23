"""Unified patches in git's form: what `git apply` takes. Plain text, nothing padded or coloured."""

from __future__ import annotations

import difflib

from queuewright.workspace.ondisk import Kind, OnDisk

_CONTEXT = 3


def patch(path: str, before: OnDisk, after: bytes | None, executable: bool = False) -> str:
    """From what is on disk to new content, None for a deletion. Empty when nothing changes."""
    if before.kind is Kind.LINK:
        gone = _one(path, before.detail.encode(), None, "120000", "")
        return gone + _one(path, None, after, "", _mode(executable))
    old_mode = "" if before.kind is not Kind.FILE else _mode(bool(before.executable))
    new_mode = _mode(executable) if before.executable is not None or not old_mode else old_mode
    if before.kind is Kind.FILE and before.content is None:
        return _head(path, old_mode, new_mode if after is not None else "") + _binary(path)
    return _one(path, before.content, after, old_mode, new_mode if after is not None else "")


def _one(path: str, old: bytes | None, new: bytes | None, old_mode: str, new_mode: str) -> str:
    if (old, old_mode) == (new, new_mode):
        return ""
    head = _head(path, old_mode, new_mode)
    if old == new:
        return head
    try:
        left, right = _lines(old), _lines(new)
    except UnicodeDecodeError:
        return head + _binary(path)
    source = "/dev/null" if old is None else f"a/{path}"
    target = "/dev/null" if new is None else f"b/{path}"
    body = difflib.unified_diff(left, right, source, target, n=_CONTEXT, lineterm="\n")
    return head + "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in body
    )


def _head(path: str, old_mode: str, new_mode: str) -> str:
    head = f"diff --git a/{path} b/{path}\n"
    if not old_mode:
        return f"{head}new file mode {new_mode}\n"
    if not new_mode:
        return f"{head}deleted file mode {old_mode}\n"
    return head if old_mode == new_mode else f"{head}old mode {old_mode}\nnew mode {new_mode}\n"


def _binary(path: str) -> str:
    return f"Binary files a/{path} and b/{path} differ\n"


def _mode(executable: bool) -> str:
    return "100755" if executable else "100644"


def _lines(content: bytes | None) -> list[str]:
    """Split at LF only: other line ends are part of a line, as they are for git."""
    if content is None:
        return []
    lines = content.decode().split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
