"""Valid specs, drawn from the catalog's own vocabulary and bounds."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from queuewright import catalog
from queuewright.catalog import Setting
from queuewright.errors import SpecError
from queuewright.spec import dump, loads
from queuewright.spec.model import MAX_RATE_PER_S, Answers, Spec
from queuewright.spec.settings import BELOW, NOT_ABOVE
from queuewright.stack import is_rendered, plan_spec

CATALOG = catalog.load()
RENDERED = [pairing for pairing in CATALOG.pairings.values() if is_rendered(pairing.broker, pairing.worker)]
KINDS = ("api", "pipeline", "email", "file", "ml", "event")

# the last is refused where the worker cannot do it
RELATED = {key for pair in (*BELOW, *NOT_ABOVE) for key in pair} | {"max_tasks_per_child"}

names = st.from_regex(r"\A[a-z]([-a-z0-9]{0,20}[a-z0-9])?\Z").map(lambda name: f"{name}-x"[:40])
"""The suffix keeps clear of keywords and module names, which the loader refuses."""


def setting_values(setting: Setting) -> st.SearchStrategy[Any]:
    match setting.type:
        case "bool":
            return st.booleans()
        case "choice":
            return st.sampled_from(setting.choices)
        case "str":
            return st.from_regex(rf"\A(?:{setting.pattern})\Z", alphabet=st.characters(codec="ascii"))
        case "int":
            return st.integers(int(setting.minimum or 0), int(min(setting.maximum or 100, 1000)))
        case _:
            low, high = setting.minimum or 0, min(setting.maximum or 3600, 3600)
            return st.integers(max(1, int(low + 0.999)), int(high)) | st.floats(low, high)


def settings(scope: str) -> st.SearchStrategy[dict[str, Any]]:
    wanted = {key: setting_values(item) for key, item in CATALOG.settings.items() if item.scope == scope}
    return st.fixed_dictionaries({}, optional=wanted)


@st.composite
def answers(draw: st.DrawFn, language: str = "python") -> Answers:
    picked: dict[str, Any] = {"language": [language], "workload": draw(st.sampled_from(KINDS))}
    for key, answer in CATALOG.answers.items():
        if key in picked or not draw(st.booleans()):
            continue
        if answer.type == "choice":
            picked[key] = draw(st.sampled_from(answer.values))
        elif answer.type == "bool":
            picked[key] = draw(st.booleans())
    typical = draw(st.floats(0.001, 600) | st.sampled_from([0.0001, 86400.0]))
    average = draw(st.floats(0, 500) | st.sampled_from([1e-6, 1e5, MAX_RATE_PER_S]))
    picked |= {
        "task_typical_s": typical,
        "task_max_s": draw(st.floats(typical, max(typical, 3600))),
        "rate_avg_per_s": average,
        "rate_peak_per_s": draw(st.floats(average, max(average, 1000))),
        "payload_kb": draw(st.floats(0, 200)),
    }
    return Answers.model_validate(picked)


def consistent(spec: Spec) -> Spec:
    """Without the settings that could not stand beside each other, or beside what is derived."""
    workloads = []
    for workload in spec.workloads:
        kept = {key: value for key, value in workload.settings.items() if key not in RELATED}
        workloads.append(workload.model_copy(update={"settings": kept}))
    return spec.model_copy(update={"workloads": tuple(workloads)})


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    """A valid spec with a pinned stack that is rendered."""
    pairing = draw(st.sampled_from(RENDERED))
    workloads = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    spec = Spec.model_validate(
        {
            "version": 1,
            "name": draw(names),
            "stack": {"broker": pairing.broker, "worker": pairing.worker},
            "settings": draw(settings("project")),
            "workloads": [
                {"name": name, "answers": draw(answers()).answered(), "settings": draw(settings("workload"))}
                for name in workloads
            ],
        }
    )
    try:
        plan_spec(loads(dump(spec), "queuewright.yaml").spec, CATALOG)
    except SpecError:
        return consistent(spec)
    return spec
