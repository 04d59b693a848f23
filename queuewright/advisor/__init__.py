"""Advice: answers and catalog to a Decision. `policy.load` reads a platform team's own rules."""

from queuewright.advisor import policy
from queuewright.advisor.contract import decision_to_json
from queuewright.advisor.decide import decide
from queuewright.advisor.decision import (
    Candidate,
    Decision,
    Flip,
    Reason,
    Refusal,
    Rejection,
    Split,
    StackId,
    Warning_,
)
from queuewright.advisor.pinned import broken_limits
from queuewright.advisor.project import decide_project
from queuewright.advisor.questions import open_prompts, open_questions

__all__ = [
    "Candidate", "Decision", "Flip", "Reason", "Refusal", "Rejection", "Split", "StackId", "Warning_",
    "broken_limits",
    "decide", "decide_project", "decision_to_json", "open_prompts", "open_questions", "policy",
]  # fmt: skip
