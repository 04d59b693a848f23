"""Hand-made results for the reports."""

from __future__ import annotations

from pathlib import Path

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
from queuewright.render.tree import File, Owner, Rendering
from queuewright.workspace import Inspection, inspect

REDIS_CELERY = StackId("redis", "celery", "late-ack")
REDIS_RQ = StackId("redis", "rq", "list")
QUORUM = StackId("rabbitmq", "celery", "quorum")

RECOMMENDED = Decision(
    verdict="warn",
    winner=Candidate(
        QUORUM,
        12.5,
        (
            Reason("prefer.quorum", "Quorum queues survive a node.", "https://example.org/quorum", 6),
            Reason("avoid.ops", "A cluster is work: | pipes *and* stars.", "https://example.org/ops", -1.5),
        ),
        rendered=True,
    ),
    assumed={"latency": "seconds", "task_max_s": 60, "existing": []},
    warnings=(
        Warning_("idempotency", "must", "A task may run twice.", "https://example.org/idem"),
        Warning_("ops_burden", "should", "Someone must watch it.", "https://example.org/watch"),
    ),
    refusal=None,
    alternatives=(
        Candidate(
            REDIS_CELERY, 9, (Reason("x", "Loses a second of writes.", "https://example.org/aof", -2),)
        ),
    ),
    rejected=(
        Rejection("kafka", "no-replay", "Nothing is replayed.", "https://example.org/kafka"),
        Rejection("redis+rq", "limit", "The message of 2 MB is above 1 MB.", "https://example.org/rq"),
        Rejection("redis+huey", "limit", "The message of 2 MB is above 1 MB.", "https://example.org/rq"),
    ),
    flips=(
        Flip("loss", "no_loss", "may_lose_some", REDIS_CELERY),
        Flip("task_max_s", 60, 90000, None),
    ),
    contradictions=(Reason("wish.arq", "arq is in maintenance only.", "https://example.org/arq"),),
)

REFUSED = Decision(
    verdict="refuse",
    winner=None,
    assumed={},
    warnings=(),
    refusal=Refusal(
        (Reason("workflow_engine_needed", "Steps of days need durable state.", "https://example.org/wf"),),
        "a workflow engine such as Temporal",
    ),
    alternatives=(),
    rejected=(),
    flips=(),
)

SPLIT = Decision(
    verdict="refuse",
    winner=None,
    assumed={},
    warnings=(),
    refusal=None,
    alternatives=(),
    rejected=(),
    flips=(),
    splits=(Split(("mail", "web"), REDIS_CELERY), Split(("events",), StackId("kafka", "consumer", "group"))),
)

RENDERING = Rendering(
    {
        "README.md": File("README.md", "# hello\n", Owner.OWNED),
        "src/tasks.py": File("src/tasks.py", "def run(): ...\n", Owner.SEEDED),
        "scripts/run.sh": File("scripts/run.sh", "#!/bin/sh\ntrue\n", Owner.OWNED, 0o755),
    },
    {"queue.mail": "quorum"},
)


def inspected(root: Path, rendering: Rendering = RENDERING, text: str = "version: 1\n") -> Inspection:
    return inspect(root, rendering, text, project="mailroom")
