"""What holds for every command: exit codes, streams, global flags, start-up."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from typer.testing import CliRunner

from queuewright import __version__
from queuewright.cli import console, main
from queuewright.cli.main import COMMANDS, EXAMPLES
from queuewright.errors import ExitCode, LockError, Problem, SpecError

RUNNER = CliRunner()
MODULE = [sys.executable, "-m", "queuewright"]


def run(*args: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = RUNNER.invoke(main.application(), list(args), input=stdin, prog_name="qw")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """`qw schema` raises what the test puts in here."""
    raised: list[BaseException] = []

    def fail() -> None:
        raise raised[0]

    monkeypatch.setattr("queuewright.spec.json_schema", fail)
    return raised


def test_version() -> None:
    assert run("--version") == (0, f"queuewright {__version__}\n", "")


def test_help_lists_every_command_in_one_line() -> None:
    code, out, _ = run("--help")
    commands = out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    names = [line.split()[0] for line in commands]
    assert code == 0
    assert names == [
        "init",
        "recommend",
        "render",
        "check",
        "explain",
        "list",
        "compare",
        "size",
        "facts",
        "schema",
        "eject",
    ]
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []


@pytest.mark.parametrize(
    "args",
    [["nonsense"], ["check", "--nonsense"], ["check", "--format", "xml"], ["explain"], ["facts", "--stale", "x"], ["compare", "celery"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_2(args: list[str]) -> None:
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert "Usage: qw" in err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            SpecError(Problem("bad", "q.yaml", 3, 7, "do this")),
            ExitCode.INPUT,
            "q.yaml:3:7: bad\n  do this\n",
        ),
        (LockError("broken"), ExitCode.INPUT, "error: broken\n"),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "error: interrupted\n"),
        (EOFError(), ExitCode.INTERRUPTED, "error: interrupted\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_become_messages(
    failing: list[BaseException], error: BaseException, code: int, message: str
) -> None:
    failing.append(error)
    assert run("schema") == (code, "", message)


def test_all_problems_are_shown(failing: list[BaseException]) -> None:
    failing.append(SpecError([Problem("one", "q.yaml", 1, 1), Problem("two", "q.yaml", 2, 1)]))
    assert run("schema")[2] == "q.yaml:1:1: one\nq.yaml:2:1: two\n"


def test_what_many_files_share_is_said_once(failing: list[BaseException]) -> None:
    failing.append(SpecError([Problem("is a link", f"src/{each}", hint="Move it.") for each in range(9)]))
    assert run("schema")[2] == "src/0 and 8 more: is a link\n  Move it.\n"
    failing[0] = SpecError([Problem("is a link", f"src/{each}") for each in range(3)])
    assert run("schema")[2].count("is a link") == 3


def test_a_bug_is_3_and_leaves_a_report(
    failing: list[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failing.append(RuntimeError("the flux\nleaks"))
    code, out, err = run("schema")
    (report,) = tmp_path.iterdir()
    assert (code, out) == (3, "")
    assert err == f"error: a bug in queuewright: RuntimeError: the flux; please report it with {report}\n"
    text = report.read_text()
    assert text.startswith(f"queuewright {__version__}, Python ")
    assert "Traceback (most recent call last)" in text


def test_debug_shows_the_traceback(failing: list[BaseException]) -> None:
    failing.append(RuntimeError("the flux leaks"))
    code, _, err = run("schema", "--debug")
    assert code == 3
    assert "Traceback (most recent call last)" in err


@pytest.mark.parametrize(
    "args", [["--no-color", "-q", "schema"], ["schema", "--no-color", "-q"]], ids=["before", "after"]
)
def test_global_flags_stand_anywhere(args: list[str]) -> None:
    assert run(*args)[0] == 0
    assert (console.settings.color, console.settings.quiet) == (False, True)


def test_what_stands_behind_two_dashes_is_no_flag() -> None:
    code, _, err = run("explain", "--", "--debug")
    assert code == 2
    assert "is called `--debug`" in err


def test_module_and_script_are_the_same() -> None:
    script = Path(sys.executable).with_name("qw")
    commands = [MODULE] + ([[str(script)]] if script.exists() else [])
    for command in commands:
        assert (
            subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
            == run("--version")[1]
        )


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m queuewright facts --format json | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout.split("\n")[-2], done.stderr) == ("0", "")


def test_a_terminal_that_lacks_characters_is_no_error() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run([*MODULE, "explain", "pitfalls"], capture_output=True, env=environment, check=True)
    assert done.stdout.isascii()


@pytest.mark.parametrize("value", ["0", "yes please"])
def test_any_value_of_no_color_counts(value: str) -> None:
    """https://no-color.org: present and not empty, whatever the value."""
    assert "\x1b[32m" not in in_terminal("list", NO_COLOR=value)
    assert "\x1b[32m" in in_terminal("list", NO_COLOR="")


def in_terminal(*args: str, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    return pexpect.run(
        " ".join([*MODULE, *args]), env={**clean, "TERM": "xterm-256color", **environment}
    ).decode()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("args", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})], ids=["flag", "variable"]
)
def test_a_terminal_gets_colours_unless_they_are_not_wanted(
    args: list[str], environment: dict[str, str]
) -> None:
    assert "\x1b[32m" in in_terminal("list")
    assert "\x1b[32m" not in in_terminal("list", *args, **environment)


def test_a_pipe_gets_none_even_where_colour_is_forced() -> None:
    environment = {**os.environ, "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm"}
    for args in (["list"], ["explain", "blah"], ["check", "nowhere.yaml"]):
        done = subprocess.run([*MODULE, *args], capture_output=True, text=True, env=environment)
        assert "\x1b" not in done.stdout + done.stderr


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['qw', '--help']\n"
        "from queuewright.cli.main import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'yaml', 'jinja2', 'rich', 'questionary', 'queuewright.catalog', 'queuewright.spec'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_check_of_what_has_not_changed_loads_nothing_that_renders(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    project = tmp_path / "shop"
    subprocess.run([*MODULE, "init", str(project), "--preset", "api", "--yes"], env=environment, check=True)
    subprocess.run([*MODULE, "check"], cwd=project, env=environment, check=True)
    code = (
        "import sys; sys.argv = ['qw', 'check']\n"
        "from queuewright.cli.main import run\n"
        "try: run()\n"
        "except SystemExit as done: assert done.code == 0\n"
        "heavy = {'pydantic', 'yaml', 'jinja2', 'rich', 'queuewright.catalog', 'queuewright.spec', 'queuewright.cli.init'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    "args",
    [
        ["recommend", "nowhere.yaml"],
        ["recommend", "--set", "workload=mll"],
        ["recommend", "--nonsense"],
        ["render", "nowhere.yaml"],
        ["check", "nowhere.yaml"],
        ["size", "nowhere.yaml"],
        ["eject", "nowhere.yaml"],
        ["explain", "blah"],
        ["compare", "celery"],
        ["compare", "celery", "redis"],
        ["facts", "--of", "redsi"],
        ["list", "nonsense"],
        ["nonsense"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("flag", [["--format", "json"], ["--format=json"]], ids=["apart", "joined"])
def test_json_that_was_asked_for_comes_on_errors_too(args: list[str], flag: list[str]) -> None:
    code, out, err = run(*args, *flag)
    document = json.loads(out)
    problems = document.get("problems") or [each for project in document["projects"] for each in project["problems"]]
    assert code == 2
    assert all(each["message"] for each in problems)
    assert err


def test_a_bug_is_told_in_json_too(failing: list[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queuewright.catalog.load", lambda: 1 / 0)
    code, out, _ = run("list", "--format", "json")
    assert code == 3
    assert json.loads(out)["problems"][0]["message"].startswith("a bug in queuewright: ZeroDivisionError")


def test_what_the_system_refuses_is_no_bug(failing: list[BaseException], tmp_path: Path) -> None:
    failing.append(OSError(36, "File name too long", "aaa"))
    assert run("schema") == (2, "", "aaa: file name too long\n  check the path and its permissions\n")
    command = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m queuewright check"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "the current folder is gone" in done.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        ("list >&-", 0, ""),
        ("recommend --answers - <&-", 2, "the file is empty"),
        ("init shop <&-", 2, "there is nobody to ask"),
        ("recommend --set workload=mll 2>&-", 2, ""),
        ("list --format json > /dev/full", 2, "standard output cannot be written: no space left on device"),
        ("--version > /dev/full", 2, "no space left on device"),
        ("--help > /dev/full", 2, "no space left on device"),
        ("facts | true", 0, ""),
    ],
)
def test_closed_and_full_streams(redirection: str, code: int, said: str, tmp_path: Path) -> None:
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    command = f"{sys.executable} -m queuewright {redirection}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_every_command_has_examples_that_its_help_shows() -> None:
    assert EXAMPLES.keys() == COMMANDS.keys()
    for command, examples in EXAMPLES.items():
        out = run(command, "--help")[1]
        assert all(f"    {each}\n" in out for each in examples)
        assert "[[" not in out
        assert "Path" not in out


@pytest.mark.parametrize("example", [each for examples in EXAMPLES.values() for each in examples])
def test_examples_run_as_they_stand(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text("workload: ml\n")
    if not example.startswith("qw init"):
        for name in ("shop", "mailroom"):
            run("init", name, "--preset", "api", "--yes")
    if "shop" not in example and not example.startswith("qw recommend"):
        monkeypatch.chdir("shop")
    code, _, err = run(*shlex.split(example.partition("|")[0].partition(">")[0])[1:])
    asks = example in ("qw init shop", "qw recommend")
    assert code == (2 if asks else 0), err
    assert ("nobody to ask" in err or "nothing to advise on" in err) == asks


def test_a_narrow_terminal_gets_errors_between_words_and_addresses_whole(tmp_path: Path) -> None:
    argv = ["-m", "queuewright", "init", "shop", "--preset", "api", "--set", "language=ruby", "--yes", "--no-color"]
    clean = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    terminal = pexpect.spawn(
        sys.executable, argv, cwd=str(tmp_path), env=clean, encoding="utf-8", dimensions=(40, 50)
    )
    terminal.expect(pexpect.EOF)
    lines = terminal.before.splitlines()
    address = next(line for line in lines if "://" in line)
    assert address.startswith("  https://")
    assert len(address) > 50
    others = [line for line in lines if line != address]
    assert all(len(line) < 50 for line in others)
    assert "error: `language: ruby` cannot be had with the preset `api`: " in " ".join(others)
