"""What rules cannot say in their own words. Each names the answers it reads, so that the engine knows when to ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queuewright.advisor.answers import Known
from queuewright.advisor.options import LIBRARY_FREE, Option

Test = Callable[[Known, Option], bool]


@dataclass(frozen=True, slots=True)
class Predicate:
    test: Test
    reads: tuple[str, ...]
    per_option: bool = True


PREDICATES: dict[str, Predicate] = {}


def predicate(*reads: str, per_option: bool = True) -> Callable[[Test], Test]:
    def register(test: Test) -> Test:
        PREDICATES[test.__name__] = Predicate(test, reads, per_option)
        return test

    return register


def value(option: Option, key: str) -> Any:
    fact = option.facts.get(key)
    return None if fact is None else fact.value


STREAM_RATE = 10_000.0
"""Messages a second, sustained, from which a log pays; AWS puts it at 100,000, RabbitMQ's one queue ends at 30,000."""


@predicate("language")
def language_not_spoken(answers: Known, option: Option) -> bool:
    """No language of the answers is the worker's own."""
    if value(option, "any_language"):
        return False
    return not set(value(option, "languages") or ()) & set(answers["language"])


@predicate("language")
def language_only_spoken_in_part(answers: Known, option: Option) -> bool:
    """Some of the languages cannot read or write the library's messages."""
    if value(option, "any_language"):
        return False
    spoken = {*(value(option, "languages") or ()), *(value(option, "port_languages") or ())}
    return bool(set(answers["language"]) - spoken) and not language_not_spoken(answers, option)


@predicate("language")
def language_spoken_by_port(answers: Known, option: Option) -> bool:
    """One of the languages is served by a port of the library only."""
    return bool(set(value(option, "port_languages") or ()) & set(answers["language"]))


@predicate("cloud", "existing", "constraints")
def broker_of_another_cloud(answers: Known, option: Option) -> bool:
    """The broker is not offered there. A platform without queues of its own may still call one that is asked for."""
    if answers["cloud"] == "any" or answers["cloud"] in (value(option, "clouds") or ()):
        return False
    return answers["cloud"] != "paas" or broker_neither_there_nor_asked_for(answers, option)


@predicate("existing", "constraints")
def broker_neither_there_nor_asked_for(answers: Known, option: Option) -> bool:
    asked = f"user_asks_for_{option.stack.broker.removeprefix('azure_')}"
    wished = any(constraint.startswith(asked) for constraint in answers["constraints"])
    return option.stack.broker not in answers["existing"] and not wished


@predicate("excluded")
def broker_excluded(answers: Known, option: Option) -> bool:
    return option.stack.broker in answers["excluded"]


@predicate("excluded")
def worker_excluded(answers: Known, option: Option) -> bool:
    """By its own name, or as `none`, which is no library."""
    return bool({option.stack.worker, _plain_worker(option)} & set(answers["excluded"]))


@predicate("excluded")
def pair_excluded(answers: Known, option: Option) -> bool:
    names = {str(option.stack), f"{option.stack.broker}+{_plain_worker(option)}"}
    return bool(names & set(answers["excluded"]))


def _plain_worker(option: Option) -> str:
    return "none" if option.stack.worker in LIBRARY_FREE else option.stack.worker


@predicate("existing")
def broker_is_there(answers: Known, option: Option) -> bool:
    return option.stack.broker in answers["existing"]


@predicate("existing")
def broker_is_new(answers: Known, option: Option) -> bool:
    """It would have to be paid for; what is there is paid for already."""
    return option.stack.broker not in answers["existing"]


@predicate("existing")
def worker_is_there(answers: Known, option: Option) -> bool:
    return option.stack.worker in answers["existing"]


@predicate("constraints")
def worker_is_asked_for(answers: Known, option: Option) -> bool:
    wanted = {f"user_asks_for_{option.stack.worker}", f"keep_{option.stack.worker}"}
    return bool(wanted & set(answers["constraints"]))


@predicate(
    "replay", "fanout", "ordering", "rate_avg_per_s", "rate_peak_per_s", "existing", "constraints", "workload", per_option=False
)  # fmt: skip
def no_need_of_a_log(answers: Known, option: Option) -> bool:
    """Nothing in the answers is what a log is for: replay, streams to many readers, rates beyond a queue."""
    constraints = set(answers["constraints"])
    events = answers["workload"] == "event" or "messages_from_other_systems" in constraints
    streams = (
        answers["fanout"] > 1
        or answers["ordering"] != "none"
        or answers["rate_avg_per_s"] >= STREAM_RATE / 10
    )
    needed = (
        answers["replay"] != "none"
        or answers["rate_avg_per_s"] >= STREAM_RATE
        or answers["rate_peak_per_s"] >= 10 * STREAM_RATE
        or (events and streams)
        or (events and "kafka" in answers["existing"])
        or bool(constraints & {"backlog_over_5_million", "queue_size_300_gb"})
        or ("broker_overloaded_today" in constraints and answers["rate_peak_per_s"] >= STREAM_RATE / 10)
    )
    return not needed


@predicate("task_max_s", "delay_max_s")
def outlives_visibility_timeout(answers: Known, option: Option) -> bool:
    """Task or delay, half as long again, passes the library's default visibility timeout."""
    timeout = value(option, "visibility_timeout_default_s")
    return timeout is not None and 1.5 * max(answers["task_max_s"], answers["delay_max_s"]) >= timeout


@predicate("rate_peak_per_s", "payload_kb", "task_max_s")
def burst_fills_memory(answers: Known, option: Option) -> bool:
    """Ten minutes of the peak rate are more than four gigabytes."""
    return (
        bool(value(option, "memory_bound"))
        and answers["rate_peak_per_s"] * answers["payload_kb"] * 600 > 4 * 1024 * 1024
    )


@predicate("language", per_option=False)
def several_languages(answers: Known, option: Option) -> bool:
    return len(answers["language"]) > 1


@predicate("existing", "rate_peak_per_s", "fanout", "replay", per_option=False)
def database_would_do(answers: Known, option: Option) -> bool:
    """PostgreSQL is there, no broker is, and the work is little."""
    existing = set(answers["existing"])
    return (
        bool(existing & {"postgres", "postgresql"})
        and not existing & {"redis", "rabbitmq", "kafka", "sqs", "azure_service_bus", "cloud_tasks"}
        and answers["rate_peak_per_s"] <= 100
        and answers["fanout"] == 1
        and answers["replay"] == "none"
    )


@predicate("existing", per_option=False)
def no_broker_that_fans_out_is_there(answers: Known, option: Option) -> bool:
    return not {"rabbitmq", "kafka"} & set(answers["existing"])


@predicate("language", per_option=False)
def language_without_library(answers: Known, option: Option) -> bool:
    """Not one of the languages has a worker library here."""
    return not {"python", "ruby", "node"} & set(answers["language"])
