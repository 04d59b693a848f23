"""`qw init` without a terminal: what is taken, what is refused, what is written."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from test_cli_frame import run

from queuewright.advisor.decision import Candidate, StackId
from queuewright.cli.pick import stack_choices
from queuewright.spec import load
from queuewright.workspace.disk import Disk

SERVERLESS = ["--set", "workload=api", "--set", "cloud=aws", "--set", "hosting=serverless"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("preset", "pair", "named"),
    [
        ("api", "language=ruby", "`language: ruby`"),
        ("api", "payload=50MB", "`payload: 50MB`"),
        ("ml", "hosting=serverless", "`hosting: serverless`"),
        ("ml", "excluded=redis", "`excluded: redis`"),
    ],
)
def test_a_preset_does_not_take_an_answer_that_its_stack_cannot_hold(preset: str, pair: str, named: str) -> None:
    code, out, err = run("init", "shop", "--preset", preset, "--set", pair, "--yes")
    assert (code, out) == (2, "")
    assert f"{named} cannot be had with the preset `{preset}`: " in err
    assert "leave --preset away: for these answers the advice is " in err
    assert "https://" in err
    assert not Path("shop").exists()


@pytest.mark.parametrize("pair", ["rate_peak=0.5/s", "rate_avg=900/s", "task_max=6h", "task_typical=9m", "loss=strict"])
def test_a_preset_gives_way_to_what_is_said(pair: str) -> None:
    assert run("init", "shop", "--preset", "pipeline", "--set", pair, "--yes")[0] == 0
    key, _, value = pair.partition("=")
    assert f"{key}: {value.replace('0.5/s', '30/m')}" in Path("shop/queuewright.yaml").read_text()


def test_defaults_give_way_to_what_is_said() -> None:
    run("init", "shop", "--set", "rate_peak=0.5/s", "--yes")
    answers = load("shop").spec.workloads[0].answers
    assert (answers.rate_avg_per_s, answers.rate_peak_per_s) == (0.5, 0.5)


def test_what_files_say_is_a_default_too(here: Path) -> None:
    (here / "Gemfile").write_text("gem 'rails'\ngem 'sidekiq'\n")
    code, _, err = run("init", "shop", "--yes")
    assert code == 0
    assert "`language` as found: in Gemfile\n" in err
    assert "`existing` as found: sidekiq in Gemfile\n" in err
    spec = load("shop").spec
    assert spec.answers.language == ("ruby",)
    assert spec.stack is not None
    assert spec.stack.worker == "sidekiq"
    run("init", "own", "--set", "language=python", "--yes")
    assert load("own").spec.answers.language == ("python",)


@pytest.mark.parametrize("taken", ["README.md", "compose.yaml"])
def test_a_file_in_the_way_stops_it_before_anything_is_written(here: Path, taken: str) -> None:
    (here / "shop").mkdir()
    (here / "shop" / taken).write_text("mine\n")
    code, _, err = run("init", "shop", "--preset", "api")
    assert code == 1
    assert err.startswith(f"shop/{taken}: ")
    assert "qw render" not in err
    assert files(here) == {f"shop/{taken}"}


def test_advice_only_writes_over_nothing(here: Path) -> None:
    (here / "shop").mkdir()
    (here / "shop" / "DECISION.md").write_text("mine\n")
    code, _, err = run("init", "shop", *SERVERLESS, "--yes")
    assert code == 1
    assert err.startswith("shop/DECISION.md: is there already")
    assert files(here) == {"shop/DECISION.md"}
    assert run("init", "other", *SERVERLESS, "--yes")[0] == 0
    assert files(here / "other") == {"DECISION.md", "queuewright.yaml", "queuewright.schema.json"}


def test_seeded_files_of_the_user_are_kept_and_named(here: Path) -> None:
    (here / "pyproject.toml").write_text("[project]\nname = 'mine'\n")
    code, _, err = run("init", ".", "--name", "shop", "--preset", "api")
    assert code == 0
    assert "left as they were: pyproject.toml" in err
    assert "files to this folder" in err
    assert (here / "pyproject.toml").read_text() == "[project]\nname = 'mine'\n"


def test_a_link_in_the_way_is_said_once(here: Path) -> None:
    (here / "shop").mkdir()
    (here / "shop" / "src").symlink_to("/nowhere")
    code, _, err = run("init", "shop", "--preset", "api")
    assert code == 2
    assert err.count("src is a link") == 1
    assert " and " in err


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("123", "no name of a project can be made of the folder's, `123`"),
        ("django", "`django` is a library"),
        ("import", "`import` is a keyword"),
    ],
)
def test_a_folder_whose_name_is_no_projects(here: Path, folder: str, message: str) -> None:
    code, _, err = run("init", folder, "--preset", "api")
    assert code == 2
    assert message in err
    assert "--name" in err
    assert files(here) == set()
    assert run("init", folder, "--preset", "api", "--name", "shop")[0] == 0


def test_a_folder_with_blanks_is_quoted_in_what_comes_next() -> None:
    assert "cd 'My Shop' && " in run("init", "My Shop", "--preset", "api")[2]
    assert load("My Shop").spec.name == "my-shop"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "`qw explain answers` lists"),
        ("version: 1\nname: x\nworkloads: []\n", "is a spec, not a mapping of answers"),
        ("[1", "not valid YAML"),
    ],
)
def test_answers_on_standard_input(text: str, message: str) -> None:
    code, _, err = run("init", "shop", "--answers", "-", "--yes", stdin=text)
    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 2
    assert run("init", "shop", "--answers", "-", stdin="answers: {workload: ml}")[0] == 0


def candidate(broker: str, worker: str, score: float, rendered: bool) -> Candidate:
    return Candidate(StackId(broker, worker, "x"), score, (), rendered)


def test_the_best_that_can_be_written_stands_beside_a_winner_that_cannot() -> None:
    sqs, arq = candidate("sqs", "consumer", 9, False), candidate("redis", "arq", 8, False)
    redis, rabbit = candidate("redis", "celery", 5, True), candidate("rabbitmq", "celery", 4, True)
    assert [label for label, _ in stack_choices([sqs, arq, redis, rabbit])] == [
        "Amazon SQS + a plain consumer (recommended; advice only)",
        "Redis or Valkey + Celery (4 points less; the best that can be written)",
        "Redis or Valkey + arq (1 point less; advice only)",
        "RabbitMQ + Celery (5 points less)",
    ]
    assert [stack for _, stack in stack_choices([redis, rabbit])] == [redis.stack, rabbit.stack]


def test_all_that_is_wrong_on_the_command_line_is_said_at_once(here: Path) -> None:
    (here / "answers.yaml").write_text("latecy: seconds\n")
    code, _, err = run(
        "init", "shop", "--preset", "apii", "--policy", "none.yaml", "--answers", "answers.yaml", "--set", "workload=mll",
        "--set", "clud=aws", "--set", "loss=",
    )  # fmt: skip
    assert code == 2
    for said in (
        "no preset `apii`", "none.yaml: ", "answers.yaml:1:1: unknown answer `latecy`",
        "did you mean `latency`?", "not `mll`", "did you mean `ml`?", "did you mean `cloud`?", "`loss` has no value",
    ):  # fmt: skip
        assert said in err
    code, _, err = run("recommend", "--policy", "none.yaml", "--answers", "answers.yaml", "--set", "workload=mll")
    assert code == 2
    policy, *others = [line for line in err.splitlines() if not line.startswith(" ")]
    assert policy.startswith("none.yaml: ")
    assert others == [
        "--set: `workload` takes one of api, pipeline, email, file, ml, event, not `mll`",
        "answers.yaml:1:1: unknown answer `latecy`",
    ]


@pytest.mark.parametrize("argv", [["--preset", "api"], [*SERVERLESS, "--yes"]])
def test_the_number_of_files_is_that_on_disk(here: Path, argv: list[str]) -> None:
    err = run("init", "shop", *argv)[2]
    assert f"Wrote {len(files(here / 'shop'))} files" in err


def test_a_full_disk_says_what_is_there_and_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Disk.write

    def write(disk: Disk, path: str, data: bytes, executable: bool = False) -> None:
        if path.endswith("0003.tmp"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(disk, path, data, executable)

    monkeypatch.setattr(Disk, "write", write)
    code, _, err = run("init", "shop", "--preset", "api")
    assert code == 2
    error, hint = err.splitlines()
    assert error.endswith(": the disk is full")
    assert hint == "  shop/queuewright.yaml is written, the rest is not. Free some space, then run `qw render shop`."
    monkeypatch.setattr(Disk, "write", real)
    assert run("render", "shop")[0] == 0


def test_settings_that_a_policy_requires_stand_in_the_spec(here: Path) -> None:
    (here / "policy.yaml").write_text("settings: {max_retries: 7, image: registry.example.com/shop}\n")
    assert run("init", "shop", "--preset", "api", "--policy", "policy.yaml")[0] == 0
    spec = load("shop").spec
    assert spec.workloads[0].settings["max_retries"] == 7
    assert spec.workloads[0].settings["concurrency"] == 8
    assert spec.settings == {"image": "registry.example.com/shop"}
