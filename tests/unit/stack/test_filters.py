"""Whatever a value holds, it stays one value of the language that it lands in."""

import ast
import json
import shlex
import tomllib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from queuewright.stack import filters

text = st.text(max_size=60) | st.sampled_from(
    [
        '"',
        "'",
        "\\",
        "\n",
        "{{ 7 * 7 }}",
        "$(reboot)",
        "`id`",
        "${HOME}",
        "%{x}",
        "#{1}",
        "no",
        "012",
        "1e3",
        "~",
        "*a",
        "- x",
    ]
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=10,
)


@given(plain)
def test_py(value):
    assert ast.literal_eval(filters.py(value)) == value


@given(plain)
def test_json(value):
    assert json.loads(filters.to_json(value)) == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.booleans() | st.integers())
def test_yaml(value):
    rendered = filters.to_yaml(value)
    assert "\n" not in rendered
    assert yaml.safe_load(f"key: {rendered}") == {"key": value}


@pytest.mark.parametrize(
    "word", ["no", "Yes", "ON", "null", "True", "y", "012", "1e3", "1:30", ".5", "2026-11-24"]
)
def test_yaml_strings_that_look_like_something_else(word):
    assert yaml.safe_load(filters.to_yaml(word)) == word


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_sh(value):
    assert shlex.split(filters.sh(value)) == [value]


@given(text)
def test_sh_is_one_word_without_control_characters(value):
    words = shlex.split(filters.sh(value))
    assert len(words) == 1


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_toml(value):
    assert tomllib.loads(f"key = {filters.toml(value)}") == {"key": value}


@given(text, st.sampled_from(["# ", "// ", "-- "]))
def test_a_comment_stays_a_comment(value, prefix):
    lines = filters.comment(value, prefix=prefix).splitlines()
    assert lines
    assert all(line.startswith(prefix.rstrip()) for line in lines)


@given(text)
def test_md_opens_no_markup(value):
    rendered = filters.md(value)
    assert "\n" not in rendered
    assert not any(
        rendered[index] in "`*_{}[]<>|#" and (index == 0 or rendered[index - 1] != "\\")
        for index in range(len(rendered))
    )


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0s"), (30, "30s"), (90, "1m30s"), (300, "5m"), (5400, "1h30m"), (86400, "24h"), (0.02, "20ms")],
)
def test_duration(seconds, expected):
    assert filters.duration(seconds) == expected


@pytest.mark.parametrize(("value", "expected"), [(5.0, "5"), (0.25, "0.25"), (10000, "10000"), (1e-7, "0")])
def test_number(value, expected):
    assert filters.number(value) == expected
