"""Blob ids, paths, versions."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuewright.workspace import paths
from queuewright.workspace.blob import blob_id, normalise
from queuewright.workspace.versions import version_key


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge of a blob id")
@pytest.mark.parametrize("content", [b"", b"one\n", "zwölf\n".encode(), b"no end", b"\x00\xff\n"])
def test_the_id_is_the_one_that_git_gives(content: bytes) -> None:
    asked = subprocess.run(
        ["git", "hash-object", "--stdin", "--no-filters"], input=content, capture_output=True, check=True
    )
    assert blob_id(content) == asked.stdout.decode().strip()


@given(st.lists(st.sampled_from(["a", "\r", "é", ""]), max_size=6))
def test_line_ends_do_not_change_the_id(lines: list[str]) -> None:
    lf = "\n".join(line.replace("\r", "") for line in lines)
    assert blob_id(lf.replace("\n", "\r\n")) == blob_id(lf) == blob_id(lf.encode())
    assert normalise(normalise(lf.encode())) == normalise(lf.encode())


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        ".github/workflows/ci.yml",
        "src/pkg/__init__.py",
        "k8s/base/a-b_c.yaml",
        ".gitignore",
        "a/..b",
        "x@2+y",
    ],
)
def test_a_path_inside_the_project_is_fine(path: str) -> None:
    assert paths.complaint(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "a/./b",
        "a//b",
        "a/",
        ".",
        "a\\b",
        "..\\x",
        "C:/x",
        "C:x",
        "a\0b",
        "a\nb",
        "a b",
        "caf\u00e9",
        "a\u202eb",
        "\x1b[2J",
        "~/x",
        "x.",
        ".git/config",
        ".GIT/config",
        "sub/.git/hooks/post-checkout",
        "git~1/config",
        "queuewright.lock",
        "Queuewright.Lock",
        "queuewright.lock.pending",
        ".queuewright-0001.tmp",
        "src/.queuewright-lock.tmp",
        "a" * 256,
        "/".join(["a"] * 600),
    ],
)
def test_a_path_that_could_mean_anything_else_is_refused(path: str) -> None:
    assert paths.complaint(path) is not None


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (["a", "b/c"], None),
        (["a", "a/b"], "a/b"),
        (["A/x", "a"], "A/x"),
        (["README.md", "readme.md"], "README.md"),
        (["a/b", "a/c", "ab"], None),
    ],
)
def test_two_paths_for_one_file_clash(listed: list[str], found: str | None) -> None:
    assert paths.clash(listed) == found


def test_only_names_that_are_given_to_temporary_files_count_as_such() -> None:
    assert paths.is_temporary(paths.temporary("", 3))
    assert paths.is_temporary(paths.temporary("src/pkg", 12345))
    for name in (
        "README.md",
        "../.queuewright-0001.tmp",
        "/.queuewright-0001.tmp",
        ".queuewright-x.tmp",
        ".git/.queuewright-0001.tmp",
    ):
        assert not paths.is_temporary(name)


def test_folders_of_a_path_are_listed_from_the_outside() -> None:
    assert paths.folders_of("a/b/c.txt") == ("a", "a/b")
    assert paths.folders_of("c.txt") == ()


def test_versions_sort_by_age() -> None:
    by_age = [
        "0.1",
        "0.2.dev1",
        "0.2a1.dev3",
        "0.2a1",
        "0.2b1",
        "0.2rc1",
        "0.2",
        "0.2.post1",
        "0.2.1",
        "0.10",
        "1.0",
        "1.0.0.1",
    ]
    assert all(version_key(old) < version_key(new) for old, new in pairwise(by_age))
    assert version_key("1.0") == version_key("1.0.0") == version_key("1.0+local.1")


@pytest.mark.parametrize(
    "text", ["", "x", "1.", "v1", "1.0 ", "1!2.0", "9" * 5000, "1.0\n", "1.2.3.4.5", "\u0661"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        version_key(text)
