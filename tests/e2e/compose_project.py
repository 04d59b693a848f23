"""A rendered project, built and started with Docker Compose as a user would."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")


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
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def worker(self) -> str:
        return f"worker-{self.workload}"

    def run(
        self, *argv: str, stdin: str | None = None, timeout_s: float = 600, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            argv, cwd=self.root, input=stdin, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{' '.join(argv)} gave {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
            )
        return done

    def compose(self, *argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run("docker", "compose", "--profile", "monitoring", *argv, **options)

    def start(self, *extra: str) -> None:
        self.run("scripts/secrets.sh")
        self.run("docker", "compose", "build", "--quiet", timeout_s=900)
        self.run("docker", "compose", "up", "--wait", "--wait-timeout", "240", timeout_s=300)
        if extra:
            self.compose("up", "--wait", "--wait-timeout", "120", *extra, timeout_s=180)
        self.services = extra

    def stop(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False, timeout_s=120)

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "--quiet", service).stdout.split()

    def python(self, *argv: str, stdin: str | None = None, timeout_s: float = 300) -> str:
        """Runs `python -m PACKAGE.ARGV…` in a running worker."""
        module, *rest = argv
        found = self.containers(self.worker)
        assert found, f"no container of {self.worker} runs"
        return self.run(
            "docker", "exec", "-i", found[-1], "python", "-m", f"{self.package}.{module}", *rest,
            stdin=stdin, timeout_s=timeout_s,
        ).stdout  # fmt: skip

    def enqueue(self, count: int, *options: str) -> list[str]:
        return self.python("runtime.enqueue", self.workload, "--count", str(count), *options).split()

    def status(self, ids: Iterable[str], *, wait_s: float = 0) -> dict[str, Any]:
        options = ("--wait", "--timeout", str(wait_s)) if wait_s else ()
        return json.loads(
            self.python("runtime.status", *options, stdin="\n".join(ids), timeout_s=wait_s + 60)
        )

    def dead_letters(self) -> int:
        return int(self.python("runtime.deadletters", "count", self.workload).strip().split()[-1])

    def replay(self, *ids: str) -> str:
        options = [part for each in ids for part in ("--id", each)]
        return self.python("runtime.deadletters", "replay", self.workload, *options)

    def kill_worker(self) -> str:
        """SIGKILL to a whole worker container, as the OOM killer or a lost node would."""
        victim = self.containers(self.worker)[0]
        self.run("docker", "kill", "--signal", "KILL", victim)
        return victim

    def prometheus(self, query: str) -> list[dict[str, Any]]:
        """Asks the Prometheus of the project, from inside its network."""
        url = "http://prometheus:9090/api/v1/query?query=" + urllib.parse.quote(query)
        code = "import sys,urllib.request;print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())"
        found = self.containers(self.worker)
        answer = self.run("docker", "exec", found[-1], "python", "-c", code, url).stdout
        return json.loads(answer)["data"]["result"]

    def value(self, query: str) -> float | None:
        found = self.prometheus(query)
        return float(found[0]["value"][1]) if found else None

    def logs(self, services: Sequence[str] = ()) -> str:
        return self.compose("logs", "--no-color", "--tail", "200", *services, check=False).stdout
