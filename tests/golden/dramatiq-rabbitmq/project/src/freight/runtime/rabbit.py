# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dramatiq's RabbitMQ broker, with queues that say what they are, and acknowledgements that reach the right message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dramatiq import Consumer, MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker, _RabbitmqConsumer
from dramatiq.common import xq_name

from . import logs, pulse

_log = logs.get("broker")


class DurableBroker(RabbitmqBroker):
    def __init__(self, *, dead_letter_ttl_s: Mapping[str, int], **options: Any) -> None:
        super().__init__(**options)
        self._dead_letter_ttl_s = dead_letter_ttl_s

    @property
    def consumer_class(self) -> type[Consumer]:
        return StrictConsumer

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        # Dramatiq knows classic queues only. They are durable and survive a restart, but each lives on one node:
        # while that node is away its messages wait, and they are lost with its disk.
        return {**super()._build_queue_arguments(queue_name), "x-queue-type": "classic"}  # type: ignore[no-untyped-call]

    def _declare_xq_queue(self, queue_name: str) -> Any:
        arguments = {"x-queue-type": "classic", "x-message-ttl": self._dead_letter_ttl_s[queue_name] * 1000}
        return self.channel.queue_declare(queue=xq_name(queue_name), durable=True, arguments=arguments)


class StrictConsumer(_RabbitmqConsumer):
    def __next__(self) -> MessageProxy | None:
        pulse.beat()
        message: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        if message is not None:
            message.taken_by = self  # type: ignore[attr-defined]
        return message

    def ack(self, message: MessageProxy) -> None:
        if self._took(message):
            super().ack(message)  # type: ignore[no-untyped-call]

    def nack(self, message: MessageProxy) -> None:
        if self._took(message):
            super().nack(message)  # type: ignore[no-untyped-call]

    def _took(self, message: MessageProxy) -> bool:
        # Tags start at 1 on every channel: the end of a task that outlived its connection would acknowledge another
        # message.
        if message.taken_by is self:
            return True
        _log.info("delivered_again", message_id=message.message_id)
        return False
