"""What a directory tells: the answers that its files suggest, and by which file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1_000_000
"""Of one file; a larger one is not looked at."""

IMAGES = {
    "redis": "redis", "valkey": "redis", "keydb": "redis", "dragonfly": "redis", "rabbitmq": "rabbitmq",
    "kafka": "kafka", "redpanda": "kafka", "postgres": "postgres", "postgis": "postgres", "mysql": "mysql",
    "mariadb": "mysql", "mongo": "mongodb", "elasticmq": "sqs", "localstack": "sqs",
}  # fmt: skip
"""Last part of an image's name to what exists then."""

PACKAGES = {
    "celery": "celery", "rq": "rq", "dramatiq": "dramatiq", "huey": "huey", "taskiq": "taskiq", "arq": "arq",
    "redis": "redis", "pika": "rabbitmq", "psycopg": "postgres", "psycopg2": "postgres", "asyncpg": "postgres",
    "confluent-kafka": "kafka", "aiokafka": "kafka", "sidekiq": "sidekiq", "pg": "postgres", "bunny": "rabbitmq",
    "bullmq": "bullmq", "ioredis": "redis", "amqplib": "rabbitmq", "kafkajs": "kafka",
}  # fmt: skip
ASYNC_FRAMEWORKS = {"fastapi", "starlette", "aiohttp", "sanic", "litestar", "quart"}
SYNC_FRAMEWORKS = {"django", "flask", "pyramid", "bottle"}


@dataclass
class Findings:
    """Answers that files suggest, and where: `in Gemfile`, `redis in compose.yaml`."""

    answers: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)

    def suggest(self, key: str, value: Any, file: str) -> None:
        """The first file wins; what exists adds up."""
        if key == "existing":
            known = self.answers.setdefault(key, [])
            if value not in known:
                known.append(value)
                before = self.evidence.get(key)
                self.evidence[key] = f"{before}, {value} in {file}" if before else f"{value} in {file}"
        elif key not in self.answers:
            self.answers[key] = value
            self.evidence[key] = f"in {file}"


def detect(*roots: Path) -> Findings:
    """What the files of some folders say, the first folder before the others. Never raises for what is in them."""
    findings = Findings()
    for root in roots:
        _look(root, findings)
    return findings


def _look(root: Path, findings: Findings) -> None:
    for name, read in (
        ("pyproject.toml", _pyproject),
        ("requirements.txt", _requirements),
        ("Gemfile", _gemfile),
        ("package.json", _package_json),
    ):
        text = _read(root / name)
        if text is not None:
            for key, value in read(text):
                findings.suggest(key, value, name)
    for name in ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"):
        text = _read(root / name)
        if text is not None:
            for image in _images(text):
                findings.suggest("existing", image, name)


def _read(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _pyproject(text: str) -> Iterator[tuple[str, Any]]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    yield "language", ["python"]
    project = _mapping(data.get("project"))
    declared = [str(item) for item in _list(project.get("dependencies"))]
    poetry = _mapping(_mapping(_mapping(data.get("tool")).get("poetry")).get("dependencies"))
    yield from _python_packages([*declared, *poetry])


def _requirements(text: str) -> Iterator[tuple[str, Any]]:
    yield "language", ["python"]
    yield from _python_packages(
        line for line in text.splitlines() if not line.lstrip().startswith(("#", "-"))
    )


def _python_packages(requirements: Iterable[str]) -> Iterator[tuple[str, Any]]:
    names = {
        re.split(r"[^A-Za-z0-9_.-]", item.strip(), maxsplit=1)[0].lower().replace("_", "-")
        for item in requirements
    }
    yield from _existing(names)
    if names & ASYNC_FRAMEWORKS:
        yield "bound", "async_io"
    elif names & SYNC_FRAMEWORKS:
        yield "bound", "sync_io"


def _gemfile(text: str) -> Iterator[tuple[str, Any]]:
    yield "language", ["ruby"]
    yield from _existing(set(re.findall(r"""^\s*gem\s+["']([\w-]+)["']""", text, re.MULTILINE)))


def _package_json(text: str) -> Iterator[tuple[str, Any]]:
    try:
        data = json.loads(text)
    except ValueError:
        return
    yield "language", ["node"]
    mapping = _mapping(data)
    yield from _existing({*_mapping(mapping.get("dependencies")), *_mapping(mapping.get("devDependencies"))})


def _existing(names: set[str]) -> Iterator[tuple[str, Any]]:
    for name in sorted(names & set(PACKAGES)):
        yield "existing", PACKAGES[name]


def _images(text: str) -> Iterator[str]:
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    for service in _mapping(_mapping(data).get("services")).values():
        image = str(_mapping(service).get("image", ""))
        name = image.rsplit("/", 1)[-1].split(":")[0].split("@")[0].lower()
        found = next((known for part, known in IMAGES.items() if name.startswith(part)), None)
        if found:
            yield found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
