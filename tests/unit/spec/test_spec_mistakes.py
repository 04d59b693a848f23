"""Every mistake in a spec: exactly where it is, what is wrong, and what to do."""

from __future__ import annotations

import pytest

from queuewright.errors import SpecError
from queuewright.spec import loads

GOOD = """version: 1
name: mailroom
workloads: [{name: newsletter}]
"""


def mistakes(text: str) -> list[str]:
    """`LINE:COLUMN message` with the hint behind ` | `."""
    with pytest.raises(SpecError) as caught:
        loads(text, "q.yaml")
    for problem in caught.value.problems:
        assert problem.file == "q.yaml"
    return [
        f"{p.line}:{p.column} {p.message}{f' | {p.hint}' if p.hint else ''}" for p in caught.value.problems
    ]


def one(text: str) -> str:
    found = mistakes(text)
    assert len(found) == 1, found
    return found[0]


def test_a_good_spec_has_none() -> None:
    assert loads(GOOD).spec.name == "mailroom"


ANSWERS = [
    ("loss: no", "5:9 `loss` takes one of may_lose_some, no_loss, strict, not `no`, which is read as false by YAML 1.1"),
    ("loss: lossy", "5:9 `loss` takes one of may_lose_some, no_loss, strict, not `lossy` | did you mean `no_loss`?"),
    ("loss: No Loss", "5:9 `loss` takes one of may_lose_some, no_loss, strict, not `No Loss` | did you mean `no_loss`?"),
    ("latency: second", "5:12 `latency` takes one of sub_100ms, seconds, minutes, batch, not `second` | did you mean `seconds`?"),
    ("los: strict", "5:3 unknown answer `los` | did you mean `loss`?"),
    ("broker: redis", "5:3 unknown answer `broker` | `broker` goes under `stack:`"),
    ("settings: {}", "5:3 unknown answer `settings` | `settings` stands beside `answers`, not in it"),
    ("loss: [strict]", "5:9 `loss` must be one value, not a list"),
    ("loss: {a: b}", "5:9 `loss` must be one value, not a mapping"),
    ("loss: !!str strict", "5:9 the tag `!!str` is not supported | remove the tag; quote what is text"),
    ("cron: maybe", "5:9 `cron` takes true or false, not `maybe`"),
    ("fanout: 1.5", "5:11 `fanout` takes a whole number, not 1.5"),
    ("fanout: 0", "5:11 `fanout` must be at least 1"),
    ('fanout: "2"', '5:11 `fanout` takes a whole number, not "2"'),
    ("fanout: 1e3", "5:11 `fanout` takes a whole number; `1e3` is a number in YAML 1.2 and a text in YAML 1.1 | write it out: 1000"),
    ("fanout: 012", "5:11 `fanout` takes a whole number; `012` is an octal number in YAML 1.1 | write 12"),
    ("fanout: 0x10", "5:11 `fanout` takes a whole number; `0x10` is a number only in some versions of YAML | write a decimal number"),
    ("fanout: 1_000", "5:11 `fanout` takes a whole number; `1_000` is a number in YAML 1.1 and a text in YAML 1.2 | write 1000"),
    ("fanout: .inf", "5:11 `fanout` takes a whole number; `.inf` is no finite number | write a finite number"),
    ("fanout: yes", "5:11 `fanout` takes a whole number; `yes` is read as true by YAML 1.1 | write a number"),
    ("language: []", "5:13 `language` names no language | for instance [python]"),
    ("language: pyhton", "5:13 `language` does not know `pyhton` | did you mean `python`?"),
    ("language: 2024-01-01", '5:13 `language`: `2024-01-01` is read as a date by YAML 1.1 | quote it: "2024-01-01"'),
    ("existing: [no]", '5:14 `existing`: `no` is read as false by YAML 1.1 | quote it: "no"'),
    ("existing: [12]", '5:14 `existing`: `12` is read as a number, not as a text | quote it: "12"'),
    ("constraints: [offlne]", "5:17 unknown constraint `offlne` | did you mean `offline`?"),
    ("constraints: [xyzzy]", "5:17 unknown constraint `xyzzy` | `qw explain constraints` lists them"),
    ("excluded: [celry]", "5:14 `excluded` does not know `celry` | did you mean `celery`?"),
    ("rate_avg: 5", "5:13 `rate_avg`: `5` has no unit | write it like 5/s, 90/m or 20/h; units: /s, /m, /h, /d"),
    ("rate_avg: 5/w", "5:13 `rate_avg`: `/w` is no unit of a rate | write it like 5/s, 90/m or 20/h; units: /s, /m, /h, /d"),
    ("rate_avg: -5/s", "5:13 `rate_avg`: `-5/s` is no rate | write it like 5/s, 90/m or 20/h; units: /s, /m, /h, /d"),
    ("task_max: 1:30", "5:13 `task_max`: `1:30` is a number to base 60 in YAML 1.1 | write 90s if minutes and seconds are meant"),
    ("task_max: 1:02:03", "5:13 `task_max`: `1:02:03` is a number to base 60 in YAML 1.1 | write 3723s if hours and minutes and seconds are meant"),
    ("task_max: 0s", "5:13 `task_max` must be above 0"),
    ("task_max: 99999d", "5:13 `task_max` must be at most 3650d"),
    ("task_max_s: 30s", "5:15 `task_max_s` takes a number of seconds, not 30s | a unit goes with the key `task_max`"),
    ("payload: 3TB", "5:12 `payload`: `TB` is no unit of a size | write it like 4KB or 1MB; units: B, KB, MB, GB"),
    ("loss:", "5:8 `loss` has no value | give it one, or remove the line"),
    ("task_max: 5m\n  task_max_s: 300", "6:3 `task_max` and `task_max_s` are the same answer | keep one of them"),
    ("task_typical: 2h\n  task_max: 1m", "5:17 `task_typical` (2h) is above `task_max` (1m) | lower `task_typical` or raise `task_max` (line 6)"),
    ("rate_avg: 9/s\n  rate_peak: 60/m", "5:13 `rate_avg` (9/s) is above `rate_peak` (1/s) | lower `rate_avg` or raise `rate_peak` (line 6)"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "expected"), ANSWERS, ids=[answer for answer, _ in ANSWERS])
def test_answers(answer: str, expected: str) -> None:
    assert one(f"{GOOD}answers:\n  {answer}\n") == expected


PROJECTS = [
    ("name: x", "1:1 `version` is missing | add `version: 1`"),
    ("version: 2\nname: x", "1:10 version 2 of the spec is not known here | install the queuewright that wrote it"),
    ("version: 0\nname: x", "1:10 version 0 of the spec is not known here | write `version: 1`"),
    ('version: "1"\nname: x', '1:10 `version` takes a whole number, not "1"'),
    ("version: 1", "1:1 `name` is missing | add `name: mailroom`"),
    ("version: 1\nname:", "2:6 `name` has no value | give it one, or remove the line"),
    ("version: 1\nname: no", '2:7 `name`: `no` is read as false by YAML 1.1 | quote it: "no"'),
    ("version: 1\nname: 12", '2:7 `name`: `12` is read as a number, not as a text | quote it: "12"'),
    ("version: 1\nname: Mail Room", "2:7 `Mail Room` is no valid name: lower-case letters, digits and `-`, at most 40, a letter first and no `-` last | for instance `mail-room`"),
    ("version: 1\nname: Django", "2:7 `Django` is no valid name: lower-case letters, digits and `-`, at most 40, a letter first and no `-` last | for instance `django-jobs`"),
    ("version: 1\nname: celery", "2:7 `celery` is a library that a project in Python may import | for instance `celery-jobs`"),
    ("version: 1\nname: queue", "2:7 `queue` is a module of Python's standard library | for instance `queue-jobs`"),
    ("version: 1\nname: tests", "2:7 `tests` is the name of a folder in the rendered project | for instance `tests-jobs`"),
    ("version: 1\nname: class", "2:7 `class` is a keyword of Python | for instance `class-jobs`"),
    ('version: 1\nname: "on"', "2:7 `on` is no text in YAML 1.1, which Kubernetes reads | for instance `on-jobs`"),
    ("version: 1\nname: con", "2:7 `con` is a reserved file name on Windows | for instance `con-jobs`"),
    ("version: 1\nname: x\nanwsers: {}", "3:1 unknown key `anwsers` | did you mean `answers`?"),
    ("version: 1\nname: x\nrate_peak: 5/s", "3:1 unknown key `rate_peak` | move it under `answers:`"),
    ("version: 1\nname: x\nbroker: redis", "3:1 unknown key `broker` | move it under `stack:`"),
    ("version: 1\nname: x\nconcurrency: 4", "3:1 unknown key `concurrency` | move it under `settings:`"),
    ("version: 1\nname: x\nname: y", "3:1 the key `name` is there twice, first on line 2 | remove one of them"),
    ("version: 1\nname: x\nanswers: 5", "3:10 `answers` must be a mapping of keys to values, not `5`"),
    ("version: 1\nname: x\naccept: a", "3:9 `accept` must be a list, not `a` | start each entry with `- `"),
    ("version: 1\nname: x\nstack: {broker: redis}", "3:8 `stack` has no `worker` | one of arq, bullmq, celery, consumer, dramatiq, http, huey, rq, sidekiq, taskiq"),
    ("version: 1\nname: x\nstack: {broker: redis, worker: celry}", "3:32 `worker` takes one of arq, bullmq, celery, consumer, dramatiq, http, huey, rq, sidekiq, taskiq, not `celry` | did you mean `celery`?"),
    ("version: 1\nname: x\nstack: {broker: redis, worker: celery, variant: quorum}", "3:49 `variant` takes one of late-ack, not `quorum`"),
    ("version: 1\nname: x\nstack: {broker: redis, worker: rq}\nanswers: {excluded: [rq]}", "3:32 `rq` is in `excluded` | take it out there, or choose another stack"),
    ("version: 1\nname: x\nsettings: {time_limt: 3}", "3:12 unknown setting `time_limt` | did you mean `time_limit`?"),
    ("version: 1\nname: x\nsettings: {image_tag: a b}", "3:23 `image_tag` cannot be `a b` | Tag of the built image; never `latest`. It must match [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"),
    ("version: 1\nname: x\nsettings: {redis_server: keydb}", "3:26 `redis_server` takes one of redis, valkey, not `keydb`"),
    ("version: 1\nname: x\nsettings: {time_limit: 3 weeks}", "3:24 `time_limit`: `weeks` is no unit of a duration | write it like 300ms, 30s or 15m; units: us, ms, s, m, h, d"),
    ("version: 1\nname: x\nanswers: {a: &a [*a]}", "3:18 the alias `*a` stands inside its own anchor | write the value out"),
    ("version: 1\nname: x\nanswers: {cloud: *b}", "3:18 the alias `*b` has no anchor `&b` before it | write the value out"),
    ("version: 1\nname: x\nanswers:\n  <<: {cloud: aws}", "4:3 the merge key `<<` is not supported | write the keys out"),
    ("version: 1\nname: x\n? [a]\n: b", "3:3 a key must be a word | is a quote or a comma missing?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "expected"), PROJECTS, ids=[head.replace("\n", " ") for head, _ in PROJECTS]
)
def test_projects(head: str, expected: str) -> None:
    assert expected in mistakes(f"{head}\nworkloads: [{{name: newsletter}}]\n")[0]


WORKLOADS = [
    ("", "3:1 `workloads` is missing"),
    ("workloads: []", "3:12 `workloads` is empty | add one: `- name: requests`"),
    ("workloads: {name: a}", "3:12 `workloads` must be a list, not a mapping | start each entry with `- `"),
    ("workloads: [a]", "3:13 a workload must be a mapping of keys to values, not `a`"),
    ("workloads: [{}]", "3:13 `name` is missing | add `name: requests`"),
    ("workloads: [{name: a}, {name: a}]", "3:31 a workload `a` is there already, on line 3 | rename one of them"),
    ("workloads: [{name: broker}]", "3:20 `broker` is already the name of a service in the rendered project | for instance `broker-jobs`"),
    ('workloads: [{name: "y"}]', "3:20 `y` is no text in YAML 1.1, which Kubernetes reads | for instance `y-jobs`"),
    ("workloads: [{name: periodic}]", "3:20 `periodic` is already the module of the rendered project's periodic tasks | for instance `periodic-jobs`"),
    ("workloads: [{name: class}]", "3:20 `class` is a keyword of Python | for instance `class-jobs`"),
    ("workloads: [{name: a, setings: {}}]", "3:23 unknown key `setings` | did you mean `settings`?"),
    ("workloads: [{name: a, settings: {concurrency: 0}}]", "3:47 `concurrency` must be from 1 to 1024 tasks, not 0"),
    ("workloads: [{name: a, settings: {namespace: a}}]", "3:34 `namespace` holds for the whole project, not for one workload"),
    ("workloads: [{name: a, settings: {soft_time_limit: 3s, time_limit: 3}}]", "3:51 `soft_time_limit` (3) must be below `time_limit` (3)"),
    ("workloads: [{name: a, settings: {replicas_min: 3, replicas_max: 2}}]", "3:48 `replicas_min` (3) must not be above `replicas_max` (2)"),
    ("workloads: [{name: a, settings: {time_limit: 30s}, answers: {task_max: 1m}}]", "3:46 `time_limit` (30s) would kill the longest tasks (`task_max`: 1m)"),
    ("answers: {task_typical: 5m}\nworkloads: [{name: a, answers: {task_max: 1m}}]", "4:43 `task_typical` (5m) is above `task_max` (1m) | lower `task_typical` (line 3) or raise `task_max`"),
    ("answers: {task_max: 1m}\nworkloads: [{name: a, answers: {task_typical: 5m}}]", "4:47 `task_typical` (5m) is above `task_max` (1m) | lower `task_typical` or raise `task_max` (line 3)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), WORKLOADS, ids=[text.replace("\n", " ") for text, _ in WORKLOADS]
)
def test_workloads(text: str, expected: str) -> None:
    found = one(f"version: 1\nname: x\n{text}\n")
    assert found.startswith(expected.replace("3:1 `workloads` is", "1:1 `workloads` is"))


SYNTAX = [
    ("", "1:1 the file is empty"),
    ("# nothing\n", "1:1 the file is empty"),
    ("~", "1:1 the file is empty"),
    ("- a", "1:1 a spec is a mapping of keys to values, not a list"),
    ("just text", "1:1 a spec is a mapping of keys to values, not `just text`"),
    ("a:\n\tb: 1", "2:1 a tab in the indentation | indent with spaces"),
    ("a: b: c", "1:5 not valid YAML: mapping values are not allowed"),
    ("a: @x", "1:4 not valid YAML: found character"),
    ("a: 'b\nc: 1\n", "1:4 not valid YAML: the quote that opens here is never closed | add the closing quote"),
    ("workload:\n  - name: a\n", "1:1 unknown key `workload` | did you mean `workloads`?"),
    ("a: \x00", "1:4 the character U+0000 is not allowed in YAML | remove it"),
    ("a: \ud800", "1:4 the character U+D800 is not allowed in YAML | remove it"),
    ("a: 1\n---\nb: 2", "2:1 a second YAML document starts here | keep one document in the file"),
    ("a: " + "[" * 30, "1:24 nested more than 20 levels deep"),
]


@pytest.mark.parametrize(("text", "expected"), SYNTAX, ids=[ascii(text)[:30] for text, _ in SYNTAX])
def test_syntax(text: str, expected: str) -> None:
    assert mistakes(text)[0].startswith(expected)


def test_everything_at_once_in_the_order_of_the_file() -> None:
    found = mistakes(
        "version: 3\nname: Celery\nanswers: {loss: no, rate: 5}\nworkloads:\n  - nme: a\n  - {name: b, settings: {x: 1}}\n"
    )
    assert [line.split(" ")[0] for line in found] == ["1:10", "2:7", "3:17", "3:21", "5:5", "5:5", "6:26"]


def test_an_alias_bomb_is_bounded() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    assert any("holds more than 50000 values" in line for line in mistakes(f"a0: &a0 [x]\n{levels}\n"))


def test_an_anchor_may_be_used_as_it_is_meant() -> None:
    text = (
        "version: 1\nname: x\nworkloads:\n"
        "  - {name: a, answers: &usual {loss: strict}}\n  - {name: b, answers: *usual}\n"
    )
    assert [workload.answers.loss for workload in loads(text).spec.workloads] == ["strict", "strict"]
