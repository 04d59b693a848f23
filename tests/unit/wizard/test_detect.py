"""What a directory tells the wizard."""

import json

import pytest

from queuewright.wizard import detect

CASES = {
    "pyproject.toml of an asyncio service": (
        {"pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi>=0.110", "redis[hiredis]~=8.0", "asyncpg"]\n'},
        {"language": ["python"], "existing": ["postgres", "redis"], "bound": "async_io"},
    ),
    "requirements of a Django site with Celery": (
        {"requirements.txt": "# web\nDjango==5.2\ncelery[redis]==5.7\n-r other.txt\n"},
        {"language": ["python"], "existing": ["celery"], "bound": "sync_io"},
    ),
    "Gemfile": (
        {"Gemfile": "source 'https://rubygems.org'\ngem 'rails', '~> 8'\n  gem \"sidekiq\"\n# gem 'bunny'\n"},
        {"language": ["ruby"], "existing": ["sidekiq"]},
    ),
    "package.json": (
        {"package.json": json.dumps({"dependencies": {"bullmq": "^6"}, "devDependencies": {"ioredis": "^5"}})},
        {"language": ["node"], "existing": ["bullmq", "redis"]},
    ),
    "Compose file": (
        {
            "compose.yaml": "services:\n  q: {image: 'docker.io/library/rabbitmq:4-management'}\n"
            "  c: {image: valkey/valkey:9}\n  db: {image: postgis/postgis@sha256:abc}\n  app: {build: .}\n"
        },
        {"existing": ["rabbitmq", "redis", "postgres"]},
    ),
    "poetry": (
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.12"\ndramatiq = "^2"\n'},
        {"language": ["python"], "existing": ["dramatiq"]},
    ),
    "an empty folder": ({}, {}),
    "files that are not what they seem": (
        {"pyproject.toml": "[", "package.json": "{", "compose.yaml": "services: [a: b: c", "Gemfile": "\0"},
        {"language": ["ruby"]},
    ),
    "services that are no mapping": ({"compose.yaml": "services: [1, 2]\n"}, {}),
}


@pytest.mark.parametrize("name", CASES)
def test_detect(name, tmp_path):
    files, expected = CASES[name]
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    assert detect(tmp_path).answers == expected


def test_evidence_names_the_files(tmp_path):
    (tmp_path / "Gemfile").write_text("gem 'sidekiq'\n")
    (tmp_path / "compose.yml").write_text("services: {r: {image: redis}}\n")
    evidence = detect(tmp_path).evidence
    assert evidence["language"] == "in Gemfile"
    assert evidence["existing"] == "sidekiq in Gemfile, redis in compose.yml"


def test_a_large_or_binary_file_is_not_read(tmp_path):
    (tmp_path / "requirements.txt").write_text("celery\n" + "#" * 1_000_001)
    (tmp_path / "package.json").write_bytes(b"\xff\xfe{}")
    assert detect(tmp_path).answers == {}
