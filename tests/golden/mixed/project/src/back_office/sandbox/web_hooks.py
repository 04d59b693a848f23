"""The table of web-hooks, without a database: a hash for each subject in the state store.

Delete it once tasks/web_hooks.py writes to the real one, where `put_if_newer` is

    INSERT INTO orders (subject, version, ...) VALUES (...)
    ON CONFLICT (subject) DO UPDATE SET ... WHERE orders.version < EXCLUDED.version
"""

from __future__ import annotations

from collections.abc import Mapping

from ..runtime.stores import state_store
from ..runtime.task import Permanent
from ..runtime.workloads import KEY_PREFIX
from . import latency, obey

_KEEP_S = 3600
_PUT_IF_NEWER = """
local version = redis.call('HGET', KEYS[1], 'version')
if version and tonumber(version) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""


def put_if_newer(subject: str, version: int, changes: Mapping[str, str]) -> bool:
    """False where the row is of this version or a later one: then nothing changes."""
    latency(subject, 1, 5)
    verdict = obey(subject)
    if verdict == "fail":
        raise ConnectionError(f"{subject}: the database does not answer")
    if verdict == "reject":
        raise Permanent(f"{subject}: the database refuses the row")
    fields = [part for change in changes.items() for part in change]
    return bool(state_store().eval(_PUT_IF_NEWER, 1, _key(subject), version, _KEEP_S, *fields))


def row(subject: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in state_store().hgetall(_key(subject)).items()}


def _key(subject: str) -> str:
    return f"{KEY_PREFIX}sandbox:web-hooks:{subject}"
