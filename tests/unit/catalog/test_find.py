"""What a person types when something is wrong, and the entries that answer it."""

from __future__ import annotations

import pytest

from queuewright import catalog

CATALOG = catalog.load()

ANSWERS = {
    "redelivered": [
        "celery.connection-loss-runs-twice",
        "redis-celery.visibility-timeout-below-limit",
        "celery.delay-in-memory",
        "sqs.visibility-below-task",
        "azure_service_bus.lock-lost",
    ],
    "memory grows": ["celery.memory-grows"],
    "worker hangs": [
        "redis-celery.half-open-connection",
        "redis-taskiq.hangs-on-sigterm",
        "celery.fork-with-threads",
    ],
    "task runs twice": [
        "redis-celery.visibility-timeout-below-limit",
        "celery.connection-loss-runs-twice",
        "celery.two-schedulers",
        "sqs-taskiq.heartbeat-off",
    ],
    "task runs several times in parallel": ["redis-celery.visibility-timeout-below-limit"],
    "PRECONDITION_FAILED": ["rabbitmq.arguments-immutable", "rabbitmq.consumer-timeout"],
    "PreconditionFailed delivery acknowledgement timed out": ["rabbitmq.consumer-timeout"],
    "CUDA fork": ["celery.cuda-fork", "rq.fork-per-job"],
    "jobs disappear": ["redis.noeviction-for-jobs", "sidekiq.crash-loses-job"],
    "flower does not work on SQS": ["sqs-celery.no-remote-control"],
    "priority ignored": [
        "rabbitmq.priorities-on-quorum",
        "celery.prefetch",
        "redis-celery.priority-inverted",
    ],
    "eta task runs several times": ["celery.delay-in-memory"],
    "model loaded every job": ["rq.fork-per-job"],
    "dead letter queue empty": ["celery.failure-acknowledged", "rabbitmq-celery.dead-letter-exchange"],
    "redis full": ["bullmq.finished-jobs-kept", "celery.results-fill-store", "redis.noeviction-for-jobs"],
    "worker killed task lost": ["celery.worker-lost", "celery.acks-late"],
    "pods restart under load": ["celery.inspect-ping-probe"],
    "liveness probe fails": ["celery.inspect-ping-probe"],
    "time limit ignored": ["celery.limits-need-prefork"],
    "periodic task runs twice": ["celery.two-schedulers"],
    "consumer rebalance loop": ["kafka.poll-interval"],
    "lock lost service bus": ["azure_service_bus.lock-lost"],
    "CROSSSLOT": ["bullmq.cluster-hash-tags", "redis.cluster-cross-slot"],
    "Timed out waiting for UP message": ["celery.proc-alive-timeout"],
    "job stalled more than allowable limit": ["bullmq.event-loop-blocked"],
    "terraform cannot create queue": ["cloud_tasks.queue-name-reserved"],
    "sqs bill": ["sqs.short-polling-bill"],
    "arq wrong version installed": ["arq.silent-downgrade"],
    "tasks lost on deploy": [
        "huey.sigterm-kills",
        "deploy.grace-below-limit",
        "celery.killed-at-end-of-grace",
        "celery.unknown-task-discarded",
    ],
    "quorum queue message gone after 20": ["rabbitmq.delivery-limit"],
    "mingle": ["rabbitmq-celery.transient-queues-refused"],
    "Received unregistered task": ["celery.unknown-task-discarded"],
    "chord never finishes": ["celery.chord-never-fires"],
    "KEDA kills running tasks": ["deploy.autoscaler-does-not-see-running"],
    "hpa does not scale up": ["deploy.cpu-does-not-scale-workers"],
    "pickle": ["celery.json-only", "rq.pickle", "huey.pickle"],
    "rq job timeout 180 seconds": ["rq.default-timeout"],
    "retry does nothing": ["celery.max-retries-alone", "taskiq.no-retries"],
    "ReadTimeoutError": ["sqs.read-timeout-below-wait"],
    "no messages after redis restart": ["redis-celery.half-open-connection", "redis.append-only-file"],
    "one worker busy others idle": ["celery.prefetch", "dramatiq.prefetch"],
    "429 from partner": ["pattern.rate-limit-shared"],
    "email sent twice": ["pattern.claim-before-send"],
    "pycurl": ["sqs-celery.pycurl"],
    "redis connection refused azure": ["redis.azure-port"],
    "delayed message plugin": ["rabbitmq.delayed-plugin-archived"],
    "WorkerLostError": ["celery.worker-lost"],
    "OOMKilled": ["celery.memory-grows", "celery.worker-lost"],
    "worker not consuming": ["redis-celery.half-open-connection"],
    "Login was refused": ["rabbitmq.guest-is-local"],
    "MISCONF": ["redis.cannot-save"],
    "sending a task hangs rabbitmq": ["rabbitmq.alarm-blocks-publishers"],
    "docker compose kills worker": ["deploy.grace-below-limit", "celery.killed-at-end-of-grace"],
    "exit code 137": ["deploy.grace-below-limit"],
}
"""Of each phrase: the pitfalls of which at least one must be among the first three."""


@pytest.mark.parametrize("phrase", ANSWERS)
def test_the_best_entry_is_among_the_first_three(phrase: str) -> None:
    found = [entry.full_id for entry in CATALOG.find(phrase, 3)]
    assert {f"pitfall.{id_}" for id_ in ANSWERS[phrase]} & set(found), found


def test_answers_exist() -> None:
    assert {id_ for ids in ANSWERS.values() for id_ in ids} <= CATALOG.pitfalls.keys()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Memory GROWS", "memory grows"),
        ("memory is growing", "memory grows"),
        ("my worker hangs, why?", "worker hangs"),
        ("redeliverd", "redelivered"),
        ("task runs on redis", "tasks run on redis"),
    ],
)
def test_case_endings_small_words_and_slips_do_not_matter(one: str, other: str) -> None:
    assert CATALOG.find(one, 3) == CATALOG.find(other, 3)


def test_the_place_of_a_word_matters_more_than_how_often_it_stands_there() -> None:
    assert CATALOG.find("pycurl", 1)[0].id == "sqs-celery.pycurl"


@pytest.mark.parametrize("text", ["", "the", "?!", "zzz qqq", "a"])
def test_nothing_is_found_for_what_says_nothing(text: str) -> None:
    assert CATALOG.find(text) == ()


def test_no_more_than_asked_for_and_none_twice() -> None:
    found = CATALOG.find("task redis worker", 7)
    assert len(found) == 7
    assert len({entry.full_id for entry in found}) == 7


def test_every_pitfall_is_found_by_its_own_symptom() -> None:
    missed = [
        id_
        for id_, each in CATALOG.pitfalls.items()
        if id_ not in {e.id for e in CATALOG.find(each.symptom, 3)}
    ]
    assert missed == []
