"""Git blob ids of LF-normalised text: `git cat-file blob ID` finds what was last written, once it was committed."""

from __future__ import annotations

import hashlib


def normalise(data: bytes) -> bytes:
    """CRLF to LF, as git does for text: a checkout with other line ends is no edit."""
    return data.replace(b"\r\n", b"\n")


def blob_id(content: bytes | str) -> str:
    """40 hex digits, equal to `git hash-object` of the normalised content."""
    data = normalise(content.encode() if isinstance(content, str) else content)
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
