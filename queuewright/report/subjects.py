"""What facts are about: the order in which two parts are compared."""

from __future__ import annotations

SUBJECTS: dict[str, str] = {
    "What it is": """
        languages port_languages any_language style sync_producer clients runtime windows runs_on_windows version released
        support maintained licence open_source paid paid_editions proprietary pins plugin experimental legacy premium fifo
        protocol mqtt amqp_091 foreign_messages messages_from_others simplicity features
    """,
    "Limits": """
        max_message_kb max_message_configurable_kb advised_message_kb plugin_max_message_kb billed_chunk_kb
        claim_check_built_in receive_max wait_max_s max_delay_s retention retention_default_s retention_max_s in_flight_max
        queues_max connections_max idle_close_s memory_bound memory_full_blocks advised_backlog backlog_max_gb
        advised_rate_per_s max_rate_per_s queue_rate_limit_per_s rate_scales dispatch_rate_limit task_overhead_rate_per_s
        tier_below_message_kb tier_below_rate_per_s latency_class
    """,
    "How long a task may run": """
        max_task_s advised_task_s function_max_s default_timeout_s default_deadline_s timeout_kind lock_default_s lock_max_s lock_renewable
        visibility_timeout_default_s idle_timeout_default_s ack_timeout_s poll_interval_s stall_s share_lock_s
    """,
    "Delivery, and what is lost": """
        delivery acknowledges durability durable_storage replicated crash_loss_s restart_loses broker_restart
        loses_on_crash kill_loses crash_remedy late_retry_loses recovery redelivery_s dedup dedup_window_s transactions default_eviction
    """,
    "Order, copies, dead letters": """
        ordering ordering_needs_sessions sessions native_priorities priorities priorities_by priority_levels fanout
        fanout_with replay stream header_routing request_reply tenant_fairness group_fairness dead_letters
        dead_letter_after delivery_limit parallelism_by_partition single_worker
    """,
    "Retries, delays, results, workflows": """
        default_retries backoff native_delay eta_in_memory cron cron_singleton rate_limit task_cancel batching workflows
        chords results results_kept results_kept_s result_store serializer message_format other_stores unknown_task
    """,
    "Running it": """
        concurrency one_job_per_process forks fork_worth_s event_loop gvl memory_mib recycling taken_ahead sigterm needs_long_lived_process
        scales_to_zero serverless redis_cluster metrics backlog_metric monitoring dashboard remote_control local_testing
        clouds managed_on managed_offerings self_hosted server ops_load fixed_cost base_fee billing bills_per_command
        idle_commands_per_month
    """,
}
"""Subject to the keys of its facts."""

SUBJECT_OF: dict[str, str] = {key: subject for subject, keys in SUBJECTS.items() for key in keys.split()}
OTHER = "Other"


LABELS = {
    "kill_loses": "a SIGKILL loses",
    "restart_loses": "a restart of it loses",
    "broker_restart": "when the broker restarts",
    "recovery": "the task of a killed worker comes back",
    "timeout_kind": "a time limit",
    "sigterm": "on SIGTERM",
    "eta_in_memory": "delays held in a worker's memory",
    "loses_on_crash": "loses the running task",
    "amqp_091": "AMQP 0-9-1",
    "mqtt": "MQTT",
    "gvl": "one lock for all threads",
    "pins": "wants",
    "latency_class": "latency",
}
UNITS = ("_per_s", "_s", "_kb", "_gb", "_mib")


def label(key: str) -> str:
    """A fact's key as a person reads it; the unit stands at the value."""
    ending = next((unit for unit in UNITS if key.endswith(unit)), "")
    return LABELS.get(key) or key.removesuffix(ending).replace("_", " ")


def place(key: str) -> int:
    """Where a fact stands in a comparison; those of no subject come last."""
    return _PLACES.get(key, len(_PLACES))


_PLACES = {key: place for place, key in enumerate(SUBJECT_OF)}
