"""Settings that a policy requires, and a spec that does not have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from queuewright.advisor.decision import Decision, Reason
from queuewright.advisor.policy import Policy
from queuewright.spec.dump import setting_line
from queuewright.spec.model import Spec


def held_to(decision: Decision, spec: Spec, policy: Policy | None) -> Decision:
    """With a contradiction for each workload and setting that is not as the policy requires."""
    broken = tuple(_broken(spec, policy)) if policy else ()
    if not broken:
        return decision
    verdict = "warn" if decision.verdict == "recommend" else decision.verdict
    return replace(decision, verdict=verdict, contradictions=(*decision.contradictions, *broken))


def _broken(spec: Spec, policy: Policy) -> Iterator[Reason]:
    for key, wanted in policy.settings.items():
        for workload in spec.workloads:
            settings = {**spec.settings, **workload.settings}
            if settings.get(key) != wanted:
                found = f"has `{setting_line(key, settings[key])}`" if key in settings else "does not set it"
                message = f"{policy.name} requires `{setting_line(key, wanted)}`; {workload.name} {found}."
                yield Reason("required_setting", message, policy.source)
