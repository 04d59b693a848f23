# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The connection to the broker."""

from __future__ import annotations

import ssl
import time

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from . import logs
from .config import RuntimeSettings

PRODUCER_RETRIES = 3
WORKER_RETRIES = 10
"""A worker outlasts a restart of the broker, about half a minute."""
_log = logs.get("broker")


def connect(retries: int = PRODUCER_RETRIES) -> Redis:
    """Answers are bytes: RQ decodes them itself."""
    settings = RuntimeSettings.load()
    password = settings.broker_password
    authorities = str(settings.broker_ca or ssl.get_default_verify_paths().cafile)
    return Redis(
        host=settings.broker_host,
        port=settings.broker_port,
        username=settings.broker_user if password else None,
        password=password.get_secret_value() if password else None,
        ssl=settings.broker_tls,
        ssl_cert_reqs="required",
        ssl_ca_certs=authorities if settings.broker_tls else None,
        # a worker that blocks on an empty queue raises it by itself
        socket_timeout=5,
        socket_connect_timeout=3,
        socket_keepalive=True,
        health_check_interval=25,
        retry=Retry(ExponentialWithJitterBackoff(base=0.25, cap=5), retries),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )


def wait_until_there(connection: Redis) -> None:
    """As long as it takes: a worker that gives up is only started again by its restart policy, ever later."""
    while True:
        try:
            connection.ping()
            return
        except RedisError as error:
            _log.warning("broker_away", error=str(error))
            time.sleep(1)
