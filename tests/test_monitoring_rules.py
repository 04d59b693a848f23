"""The rendered rules, alerts, dashboard and runbook, judged by promtool and by one another.

promtool: `tools/promtool.sh` puts it into .tools/bin. Without it these tests are skipped, and fail with QW_REQUIRE=1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.render.tree import Tree
from queuewright.spec.model import Spec
from tools.golden import GOLDEN, cases, rendering

ROOT = Path(__file__).resolve().parent.parent
CHANGES = 0.2
"""Share by which a threshold is moved to see whether its test notices."""

AWKWARD: dict[str, Any] = {
    "version": 1,
    "name": "mailroom",
    "answers": {"language": ["python"]},
    "stack": {"broker": "redis", "worker": "celery", "variant": "late-ack"},
    "settings": {"runbook_url": "https://wiki.example.org/mailroom/runbook"},
    "workloads": [
        {
            "name": "quick",
            "answers": {
                "workload": "api",
                "rate_avg_per_s": 200,
                "rate_peak_per_s": 400,
                "task_typical_s": 0.02,
                "task_max_s": 5,
                "latency": "sub_100ms",
                "priorities": "few_levels",
                "bound": "async_io",
            },
            "settings": {"alert_failure_ratio": 0.001, "alert_utilisation": 1.0, "alert_failure_floor": 1},
        },
        {
            "name": "night-run",
            "answers": {
                "workload": "pipeline",
                "rate_avg_per_s": 0.001,
                "rate_peak_per_s": 0.01,
                "task_typical_s": 300,
                "task_max_s": 1800,
                "latency": "batch",
                "bound": "cpu",
            },
            "settings": {"replicas_min": 0, "alert_failure_ratio": 1.0, "alert_latency": 0.1},
        },
    ],
}


def preset_spec(name: str) -> dict[str, Any]:
    preset = catalog.load().presets[name]
    workload = {"name": preset.workload, "answers": dict(preset.answers), "settings": dict(preset.settings)}
    return {"version": 1, "name": "shop", "stack": dict(preset.stack), "workloads": [workload]}


CASES = ["api", "pipeline", "ml", "awkward"]
DOCUMENTS = ["README.md", "DECISION.md", "RUNBOOK.md", "loadtest/README.md"]


@cache
def tree(case: str) -> Tree:
    spec = AWKWARD if case == "awkward" else preset_spec(case)
    return render_spec(Spec.model_validate(spec), catalog.load()).tree


@pytest.fixture(scope="session")
def promtool() -> str:
    found = shutil.which(
        "promtool", path=f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    if found is None:
        reason = "promtool is not installed: run tools/promtool.sh"
        if os.environ.get("QW_REQUIRE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(case: str) -> Path:
        for file in tree(case).values():
            if file.path.startswith("monitoring/"):
                target = tmp_path / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(file.content, encoding="utf-8")
        return tmp_path / "monitoring"

    return write


def judge(promtool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300
    )


def rules(case: str, name: str) -> list[dict[str, Any]]:
    document = yaml.safe_load(tree(case)[f"monitoring/rules/{name}.yml"].content)
    return [rule for group in document["groups"] for rule in group["rules"]]


@pytest.mark.tools
@pytest.mark.parametrize("case", CASES)
def test_promtool_accepts_configuration_and_rules(
    case: str, promtool: str, written: Callable[[str], Path]
) -> None:
    folder = written(case)
    checked = judge(promtool, "check", "config", "--syntax-only", folder / "prometheus.yml")
    assert checked.returncode == 0, checked.stderr
    checked = judge(
        promtool, "check", "rules", "--lint=all", "--lint-fatal", *(folder / "rules").glob("*.yml")
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.tools
@pytest.mark.parametrize("case", CASES)
def test_rendered_unit_tests_pass(case: str, promtool: str, written: Callable[[str], Path]) -> None:
    tested = judge(promtool, "test", "rules", *(written(case) / "tests").glob("*.yml"))
    assert tested.returncode == 0, tested.stdout + tested.stderr


# ---- each test can fail


Mutant = tuple[str, str, str]
"""What is wrong, the name that the tests begin with that must notice, the whole file."""


def alert_mutants(text: str) -> Iterator[Mutant]:
    """Every alert, broken in every way that a slip of the pen might."""
    blocks = re.split(r"(?m)^(?=      - alert: )", text)
    for index, block in enumerate(blocks[1:], start=1):
        name = re.match(r"\s+- alert: (\w+)", block)
        assert name is not None
        for what, mutant in block_mutants(block):
            yield f"{name[1]}: {what}", name[1], "".join([*blocks[:index], mutant, *blocks[index + 1 :]])


def block_mutants(block: str) -> Iterator[tuple[str, str]]:
    yield "another severity", re.sub(r"severity: \w+", "severity: info", block)
    yield "another page", block.replace("#", "#other-")
    yield "another summary", re.sub(r'summary: "', 'summary: "x', block)
    yield "another project's", block.replace(', project="shop"', "").replace('{project="shop"}', "")
    yield "never fires", re.sub(r"expr: (?:\|-\n(?: {10,}.*\n)+|.*\n)", "expr: vector(1) < 0\n", block)
    held = re.search(r"for: (\d+)m", block)
    if held:
        yield "fires at once", block.replace(held[0], "for: 0s")
        yield "fires too late", block.replace(held[0], f"for: {int(held[1]) * 2 + 5}m")
    expression = block[: block.index("labels:")]
    for sign, other in ((">=", "<"), (">", "<"), ("<", ">"), ("absent(", "count(")):
        for found in re.finditer(rf"(?<![<>]) ?{re.escape(sign)}(?![=<>])", expression):
            yield (
                f"{sign} turned at {found.start()}",
                block[: found.start()] + f" {other} " + block[found.end() :],
            )
    for joint in (r"\n +unless on", r"\n +and on"):
        cut = re.search(joint + r"(?: \(\w+(?:, \w+)*\)).*?(?=\n        (?:for|labels):)", block, re.DOTALL)
        if cut:
            yield f"without its {joint[4:].strip(' +')}", block[: cut.start()] + block[cut.end() :]


RECORDING_MUTANTS = [
    ("quantile", "WaitObjectiveMissed", "histogram_quantile(0.95,", "histogram_quantile(0.5,"),
    ("dead letters are no failures", "FailureRateHigh", 'outcome=~"dead|rejected"', 'outcome=~"rejected"'),
    ("retries are failures", "FailureRateHigh", 'outcome=~"dead|rejected"', 'outcome=~"dead|rejected|retry"'),
    (
        "successes do not count",
        "FailureRateHigh",
        'outcome=~"success|dead|rejected"',
        'outcome=~"dead|rejected"',
    ),
    (
        "no failures are no ratio",
        "FailureRateHigh",
        '\n          or workload:tasks_finished:increase{project="shop"} * 0',
        "",
    ),
    ("retries do not count", "RetryRateHigh", 'outcome=~"retry|timeout"', 'outcome=~"timeout"'),
    ("latency is the wait alone", "LatencyHigh", ' + workload:task_run_seconds:mean{project="shop"}', ""),
    ("latency is the run alone", "LatencyHigh", 'workload:task_wait_seconds:mean{project="shop"} + ', ""),
    ("slots are not looked at", "WorkerUtilisationHigh", '/ (workload:slots:sum{project="shop"} > 0)', "/ 1"),
    ("all replicas' memory", "WorkerMemoryNearLimit", "pod, instance) (worker_memory", "pod) (worker_memory"),
    (
        "all replicas' restarts",
        "WorkerRestarting",
        "max by (project, namespace, workload, pod, instance)",
        "sum by (project, workload)",
    ),
    ("a stall in an instant", "QueueStalled", "min_over_time(", "last_over_time("),
    ("a first attempt is not seen", "QueueStalled", " unless worker_tasks_total", " and worker_tasks_total"),
    (
        "queues are not summed",
        "two replicas",
        '(workload_queue:queue_length:sum{project="shop"})',
        '(workload_queue:queue_length:sum{project="shop"} > 300)',
    ),
    (
        "arrivals without growth",
        "two replicas",
        '+ deriv(workload:queue_length:sum{project="shop"}[10m])',
        "+ 0",
    ),
    ("errors without their kind", "two replicas", "task, outcome, error)", "task, outcome)"),
    ("another project's series", "two replicas", 'project="shop"', 'project!=""'),
    (
        "an empty queue has no drain time",
        "an empty queue",
        'or workload:queue_length:sum{project="shop"} * 0',
        "",
    ),
]
NOTICED_BY = {
    "queue_length": "QueueLengthHigh",
    "latency_seconds": "LatencyHigh",
    "wait_objective_seconds": "WaitObjectiveMissed",
    "failure_ratio": "FailureRateHigh",
    "failure_floor": "FailureRateHigh",
    "utilisation_ratio": "WorkerUtilisationHigh",
    "memory_ratio": "WorkerMemoryNearLimit",
    "memory_bytes": "WorkerMemoryNearLimit",
    "replicas_min": "WorkerMetricsMissing",
}


def threshold_mutants(text: str) -> Iterator[Mutant]:
    pattern = re.compile(
        r"expr: vector\(([\d.]+)\)\n        labels:\n          project: shop\n          workload: (\S+)\n          threshold: (\w+)"
    )
    for found in pattern.finditer(text):
        value, threshold = float(found[1]), found[3]
        changed = (value * (1 - CHANGES), value * (1 + CHANGES)) if threshold != "replicas_min" else (0.0,)
        for other in changed:
            mutant = text[: found.start(1)] + f"{other:.6f}" + text[found.end(1) :]
            yield f"{threshold} of {found[2]}: {other:g}", NOTICED_BY[threshold], mutant


def only(documents: list[dict[str, Any]], name: str) -> str:
    """The rendered tests whose names begin with `name`, as a file of their own."""
    for document in documents:
        wanted = [test for test in document["tests"] if test["name"].startswith(name)]
        if wanted:
            return yaml.safe_dump({**document, "tests": wanted})
    raise AssertionError(f"no test is called {name}")


def survivors(promtool: str, rule_file: Path, mutants: Iterator[Mutant]) -> tuple[int, list[str]]:
    """How many mutants there were, and those that their tests did not notice."""
    original = rule_file.read_text(encoding="utf-8")
    folder = rule_file.parent.parent / "tests"
    documents = [
        yaml.safe_load(each.read_text(encoding="utf-8")) for each in sorted(folder.glob("*_test.yml"))
    ]
    tests = folder / "only.yml"
    alive: list[str] = []
    count = 0
    for what, name, mutant in mutants:
        assert mutant != original, f"{what}: changes nothing"
        tests.write_text(only(documents, name), encoding="utf-8")
        rule_file.write_text(mutant, encoding="utf-8")
        assert judge(promtool, "check", "rules", rule_file).returncode == 0, f"{what}: is no rule file"
        if judge(promtool, "test", "rules", tests).returncode == 0:
            alive.append(what)
        count += 1
    rule_file.write_text(original, encoding="utf-8")
    return count, alive


@pytest.mark.tools
@pytest.mark.parametrize(("case", "prefix"), [("api", ""), ("pipeline", "StateStore")])
def test_every_broken_alert_fails_its_unit_test(
    case: str, prefix: str, promtool: str, written: Callable[[str], Path]
) -> None:
    path = written(case) / "rules" / "alerts.yml"
    mutants = (each for each in alert_mutants(path.read_text(encoding="utf-8")) if each[1].startswith(prefix))
    count, alive = survivors(promtool, path, mutants)
    alerts = [rule for rule in rules(case, "alerts") if rule["alert"].startswith(prefix)]
    assert len(alerts) >= 2
    assert count >= 5 * len(alerts)
    assert not alive


@pytest.mark.parametrize("case", sorted(path.name for path in cases()))
def test_every_store_that_must_not_lose_anything_has_an_alert_on_its_memory(case: str) -> None:
    files = golden(case)
    groups = yaml.safe_load(files["monitoring/rules/alerts.yml"].content)["groups"]
    watched = {rule["alert"].removesuffix("MemoryHigh") for group in groups for rule in group["rules"]}
    services = yaml.safe_load(files["compose.yaml"].content)["services"]
    stores = {"broker": "Broker", "state": "StateStore"}
    assert {name for name, alert in stores.items() if alert in watched} == set(stores) & set(services)


@pytest.mark.tools
def test_every_moved_threshold_fails_a_unit_test(promtool: str, written: Callable[[str], Path]) -> None:
    path = written("api") / "rules" / "recording.yml"
    count, alive = survivors(promtool, path, threshold_mutants(path.read_text(encoding="utf-8")))
    assert count >= 2 * len(NOTICED_BY) - 1
    assert not alive


@pytest.mark.tools
def test_every_broken_recording_rule_fails_a_unit_test(promtool: str, written: Callable[[str], Path]) -> None:
    path = written("api") / "rules" / "recording.yml"
    text = path.read_text(encoding="utf-8")
    mutants = ((what, name, text.replace(before, after)) for what, name, before, after in RECORDING_MUTANTS)
    _, alive = survivors(promtool, path, mutants)
    assert not alive


# ---- what belongs together fits together


def dashboard(case: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tree(case)["monitoring/grafana/dashboard.json"].content)
    return found


def expressions(board: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


@pytest.mark.parametrize("case", CASES)
def test_dashboard_has_unique_panels_that_do_not_overlap(case: str) -> None:
    board = dashboard(case)
    assert board["schemaVersion"] >= 39
    assert re.fullmatch(r"[a-z0-9-]{1,40}", board["uid"])
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + right, place["y"] + down)
            for right in range(place["w"])
            for down in range(place["h"])
        }
        assert not taken & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


@pytest.mark.tools
def test_every_expression_of_the_dashboard_parses(promtool: str, tmp_path: Path) -> None:
    filled = [
        expression.replace("$__rate_interval", "5m").replace("$namespace", ".*").replace("$workload", ".*")
        for expression in expressions(dashboard("awkward"))
    ]
    assert filled
    rule_file = tmp_path / "panels.yml"
    recorded = [{"record": f"panel:{index}", "expr": each} for index, each in enumerate(filled)]
    rule_file.write_text(
        yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}), encoding="utf-8"
    )
    checked = judge(promtool, "check", "rules", rule_file)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("case", CASES)
def test_every_series_that_is_used_is_recorded(case: str) -> None:
    recorded = {rule["record"] for rule in rules(case, "recording")}
    used = [*expressions(dashboard(case)), *(rule["expr"] for rule in rules(case, "alerts"))]
    names = {name for expression in used for name in re.findall(r"\b\w+:\w+(?::\w+)?\b", expression)}
    assert names <= recorded


@cache
def golden(case: str) -> Tree:
    return rendering(GOLDEN / case).tree


@pytest.mark.parametrize("case", sorted(path.name for path in cases()))
def test_every_selector_asks_for_the_series_of_its_own_project(case: str) -> None:
    """Projects that share a Prometheus may have workloads of one name: see the rendered unit tests of the neighbour."""
    files = golden(case)
    name = yaml.safe_load(files["monitoring/prometheus.yml"].content)["global"]["external_labels"]["project"]
    recorded = yaml.safe_load(files["monitoring/rules/recording.yml"].content)["groups"]
    alerts = yaml.safe_load(files["monitoring/rules/alerts.yml"].content)["groups"]
    board = json.loads(files["monitoring/grafana/dashboard.json"].content)
    lists = [each["query"]["query"] for each in board["templating"]["list"] if each["type"] == "query"]
    used = [rule["expr"] for group in [*recorded, *alerts] for rule in group["rules"]]
    bare = [
        re.sub(r'"[^"]*"', lambda text: text[0] if text[0] == f'"{name}"' else '""', each)
        for each in (*used, *expressions(board), *lists)
    ]
    metric = re.compile(
        r"\b(?:(?:worker|redis|rabbitmq)_\w+|\w+:\w+:\w+|workload:alert_threshold|ALERTS)\b(?!:)"
    )
    selectors = [expression[found.end() :] for expression in bare for found in metric.finditer(expression)]
    assert len(selectors) > 80
    for after in selectors:
        assert re.match(rf'\{{(?:[^}}]*, )?project="{re.escape(name)}"[,}}]', after), after


@pytest.mark.parametrize("case", sorted(path.name for path in cases()))
def test_every_scraped_series_gets_the_label_of_its_project(case: str) -> None:
    files = golden(case)
    configuration = yaml.safe_load(files["monitoring/prometheus.yml"].content)
    name = configuration["global"]["external_labels"]["project"]
    jobs = [job for job in configuration["scrape_configs"] if job["job_name"] != "prometheus"]
    assert jobs
    for job in jobs:
        if "dns_sd_configs" in job:
            assert {"target_label": "project", "replacement": name} in job["relabel_configs"]
        assert all(each["labels"] == {"project": name} for each in job.get("static_configs", []))
    monitors = list(yaml.safe_load_all(files["k8s/components/monitoring/pod-monitor.yaml"].content))
    for endpoint in (each for monitor in monitors for each in monitor["spec"]["podMetricsEndpoints"]):
        assert {"action": "replace", "targetLabel": "project", "replacement": name} in endpoint["relabelings"]


@pytest.mark.parametrize("case", CASES)
def test_every_scrape_target_is_a_service_of_compose(case: str) -> None:
    services = set(yaml.safe_load(tree(case)["compose.yaml"].content)["services"])
    configuration = yaml.safe_load(tree(case)["monitoring/prometheus.yml"].content)
    for job in configuration["scrape_configs"]:
        for found in job.get("dns_sd_configs", []):
            assert set(found["names"]) <= services
        for found in job.get("static_configs", []):
            hosts = {target.rsplit(":", 1)[0] for target in found["targets"]} - {"localhost"}
            assert hosts <= services


@pytest.mark.parametrize("case", CASES)
def test_kubernetes_gets_the_same_rules(case: str) -> None:
    objects = list(yaml.safe_load_all(tree(case)["k8s/components/monitoring/rules.yaml"].content))
    expected = [
        yaml.safe_load(tree(case)[f"monitoring/rules/{name}.yml"].content)["groups"]
        for name in ("recording", "alerts")
    ]
    assert [each["spec"]["groups"] for each in objects] == expected


# ---- links


def anchors(markdown: str) -> set[str]:
    """As GitHub makes them of headings."""
    prose = re.sub(r"(?ms)^ *```.*?^ *```", "", markdown)
    headings = re.findall(r"(?m)^#+ (.+)$", prose)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("case", CASES)
def test_every_alert_has_its_page(case: str) -> None:
    pages = anchors(tree(case)["RUNBOOK.md"].content)
    for rule in rules(case, "alerts"):
        url, _, page = rule["annotations"]["runbook_url"].partition("#")
        assert url in ("RUNBOOK.md", "https://wiki.example.org/mailroom/runbook")
        assert page == rule["alert"].lower()
        assert page in pages


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(case: str, name: str) -> None:
    paths = {*tree(case), "queuewright.yaml", "queuewright.lock"}
    content = tree(case)[name].content
    links = re.findall(r"\]\(<?([^)>]+)>?\)", re.sub(r"(?ms)^ *```.*?^ *```", "", content))
    assert links
    for link in links:
        if link.startswith(("http://", "https://")):
            continue
        target, _, anchor = link.partition("#")
        path = os.path.normpath(Path(name).parent / target) if target else name
        assert path in paths or any(known.startswith(f"{path}/") for known in paths), link
        if anchor:
            assert anchor in anchors(tree(case)[path].content), link


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_shell_block_parses(case: str, name: str) -> None:
    blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", tree(case)[name].content)
    for block in blocks:
        parsed = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert parsed.returncode == 0, block + parsed.stderr
    assert blocks or name == "DECISION.md"


@pytest.mark.parametrize("case", CASES)
def test_documents_leave_nothing_unfilled(case: str) -> None:
    for name in DOCUMENTS:
        prose = re.sub(r"(?ms)^ *```.*?^ *```", "", tree(case)[name].content)
        assert not re.search(r"\{\{|\{%|\bNone\b|Undefined|<[a-z_]+ object", prose), name
