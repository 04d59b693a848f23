"""A rendered project, built and started with Docker Compose as a user would."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")

PRODUCE = """
import json, sys
from {package}.runtime.modules import load_tasks
from {package}.runtime.task import find
load_tasks()
task = find(sys.argv[1])
for line in sys.stdin:
    print(task.enqueue(task.payload.model_validate(json.loads(line)), priority=sys.argv[2]))
"""

def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _lines(payloads: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(map(json.dumps, payloads))


BUILDX_OF_COMPOSE = (0, 17)
"""Compose 5 builds with buildx of this version or newer, and else with the engine's own builder if it is told to."""


def builder() -> dict[str, str]:
    """Environment for `docker compose build`."""
    done = subprocess.run(["docker", "buildx", "version"], capture_output=True, text=True, check=False)
    found = re.search(r" v?(\d+)\.(\d+)", done.stdout)
    new_enough = found and tuple(map(int, found.groups())) >= BUILDX_OF_COMPOSE
    return {} if new_enough else {"DOCKER_BUILDKIT": "0"}


def wait_for(what: str, probe: Callable[[], Value | None], timeout_s: float, every_s: float = 0.5) -> Value:
    """The first truthy answer of `probe`; fails, naming the last answer, when there is none in time."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s in vain for {what}; the last answer was {answer!r}")
        time.sleep(every_s)


@dataclass
class Project:
    """One Compose project. Names and paths are those of the rendered files."""

    root: Path
    package: str
    workload: str
    services: tuple[str, ...] = ()
    """Infrastructure services that were started beside the default ones."""

    def of(self, workload: str) -> Project:
        """The same project, for another of its workloads."""
        return replace(self, workload=workload)

    @cached_property
    def machine(self) -> dict[str, str]:
        """What compose.yaml leaves to the machine: free ports, for another project may have the usual ones, and CPUs."""
        text = (self.root / "compose.yaml").read_text()
        ports = {name: str(free_port()) for name in re.findall(r"\$\{(\w+_PORT):-", text)}
        cpus = {name: str(min(int(n), os.cpu_count() or 1)) for name, n in re.findall(r"\$\{(\w+_CPUS):-(\d+)", text)}
        return ports | cpus

    @property
    def worker(self) -> str:
        return f"worker-{self.workload}"

    def run(
        self,
        *argv: str,
        stdin: str | None = None,
        timeout_s: float = 600,
        check: bool = True,
        codes: tuple[int, ...] = (0,),
        env: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs it in the project's folder. With `check`, any exit code but `codes` is an error that tells all it printed."""
        done = subprocess.run(
            argv,
            cwd=self.root,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env={**os.environ, **self.machine, **(env or {})},
        )
        if check and done.returncode not in codes:
            raise AssertionError(
                f"{' '.join(argv)} gave {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
            )
        return done

    def compose(self, *argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run("docker", "compose", "--profile", "monitoring", *argv, **options)

    def start(self, *extra: str) -> None:
        self.run("scripts/secrets.sh")
        self.run("docker", "compose", "build", "--quiet", timeout_s=900, env=builder())
        self.run("docker", "compose", "up", "--wait", "--wait-timeout", "240", timeout_s=300)
        if extra:
            self.compose("up", "--wait", "--wait-timeout", "120", *extra, timeout_s=180)
        self.services = extra

    def stop(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False, timeout_s=120)

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "--status", "running", "--quiet", service).stdout.split()

    def run_module(self, module: str, *argv: str, **options: Any) -> str:
        """Runs `python -m PACKAGE.MODULE` in a running worker."""
        return self._exec("-m", f"{self.package}.{module}", *argv, **options).stdout

    def _exec(
        self, *argv: str, container: str | None = None, timeout_s: float = 300, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        if container is None:
            running = self.containers(self.worker)
            assert running, f"no container of {self.worker} runs"
            container = running[-1]
        return self.run("docker", "exec", "-i", container, "python", *argv, timeout_s=timeout_s, **options)

    def _outside(self, *argv: str, **options: Any) -> str:
        """Runs `python` in a container of its own: the workers may be paused, gone or about to die."""
        command = ("run", "--rm", "--no-deps", "--no-TTY", self.worker, "python", *argv)
        return self.compose(*command, **options).stdout

    def _module_outside(self, module: str, *argv: str, **options: Any) -> str:
        return self._outside("-m", f"{self.package}.{module}", *argv, **options)

    def enqueue(self, count: int, *options: str) -> list[str]:
        """The task's own samples, through the rendered producer."""
        return self.run_module("runtime.enqueue", self.workload, "--count", str(count), *options).split()

    def enqueue_from_outside(self, count: int) -> list[str]:
        return self._module_outside("runtime.enqueue", self.workload, "--count", str(count)).split()

    def enqueue_payloads(
        self, task: str, payloads: Iterable[Mapping[str, Any]], priority: str = "default"
    ) -> list[str]:
        """These payloads, through the rendered producer as an application would use it."""
        return self._exec(*self._producer(task, priority), stdin=_lines(payloads)).stdout.split()

    def enqueue_payloads_from_outside(self, task: str, payloads: Iterable[Mapping[str, Any]]) -> list[str]:
        return self._outside(*self._producer(task, "default"), stdin=_lines(payloads)).split()

    def _producer(self, task: str, priority: str) -> tuple[str, ...]:
        return ("-c", PRODUCE.format(package=self.package), task, priority)

    def status(self, ids: Iterable[str], *, wait_s: float = 0) -> dict[str, Any]:
        options = ("--wait", "--timeout", str(wait_s)) if wait_s else ()
        found = self._ask_status(ids, *options, timeout_s=wait_s + 60)
        try:
            return json.loads(found.stdout)
        except json.JSONDecodeError:
            raise AssertionError(
                f"no status: {found.stdout!r}\n{found.stderr[-4000:]}\n{self.logs((self.worker,))}"
            ) from None

    def try_status(self, ids: Iterable[str]) -> dict[str, Any] | None:
        """None while the store is away or no worker runs: the one that was asked may be just about to die."""
        running = self.containers(self.worker)
        if not running:
            return None
        try:
            return json.loads(self._ask_status(ids, container=running[-1]).stdout)
        except json.JSONDecodeError:
            return None

    def _ask_status(self, ids: Iterable[str], *argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
        module = ("-m", f"{self.package}.runtime.status")
        return self._exec(*module, *argv, stdin="\n".join(ids), check=False, **options)

    def status_from_outside(self, ids: Iterable[str], *, wait_s: float = 0) -> dict[str, Any]:
        options = ("--wait", "--timeout", str(wait_s)) if wait_s else ()
        return json.loads(self._module_outside("runtime.status", *options, stdin="\n".join(ids), codes=(0, 1)))

    def dead_letters(self) -> int:
        return int(self.run_module("runtime.deadletters", "count", self.workload))

    def replay(self, task_id: str) -> None:
        self.run_module("runtime.deadletters", "replay", self.workload, "--id", task_id)

    def kill_worker(self) -> None:
        """SIGKILL to every process of one worker, as the OOM killer of a node would; its restart policy starts it anew."""
        victim = self.containers(self.worker)[0]
        self.run("docker", "exec", victim, "sh", "-c", "kill -KILL -1", check=False)

    def all_healthy(self) -> bool:
        rows = self.compose("ps", "--format", "json", self.worker).stdout.splitlines()
        found = [json.loads(row) for row in rows]
        return bool(found) and all(row["Health"] == "healthy" for row in found)

    def prometheus(self, query: str) -> list[dict[str, Any]]:
        """Asks the Prometheus of the project with its own promtool."""
        (container,) = self.containers("prometheus")
        command = ("promtool", "query", "instant", "--format=json", "http://localhost:9090", query)
        return json.loads(self.run("docker", "exec", container, *command).stdout)

    def value(self, query: str) -> float | None:
        found = self.prometheus(query)
        return float(found[0]["value"][1]) if found else None

    def logs(self, services: Sequence[str] = ()) -> str:
        return self.compose("logs", "--no-color", "--tail", "200", *services, check=False).stdout

    def state(self) -> str:
        """What runs, and the end of each log."""
        return self.compose("ps", "--all", check=False).stdout + self.logs()
