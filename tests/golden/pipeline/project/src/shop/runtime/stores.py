# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Connections to the two Redis stores: `state` must not lose anything, `cache` may lose all."""

from __future__ import annotations

import ssl
from functools import cache

from pydantic import SecretStr
from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from .config import RuntimeSettings


@cache
def state_store() -> Redis:
    """Ledger, checkpoints, results, dead letters: kept on disk, never evicted."""
    settings = RuntimeSettings.load()
    password = settings.state_password or (
        settings.broker_password if settings.state_host == settings.broker_host else None
    )
    return _connect(
        settings, settings.state_host, settings.state_port, settings.state_user, password, settings.state_tls
    )


@cache
def cache_store() -> Redis:
    """A cache: the least recently used entries make room, nothing survives a restart."""
    settings = RuntimeSettings.load()
    return _connect(
        settings,
        settings.cache_host,
        settings.cache_port,
        settings.cache_user,
        settings.cache_password,
        settings.cache_tls,
        # without it a task is slower, and waiting for it must not be what makes it so
        timeout_s=0.5,
        retries=0,
    )


def forget_connections() -> None:
    """For a process that was forked: it must not share its parent's sockets."""
    state_store.cache_clear()
    cache_store.cache_clear()


def _connect(
    settings: RuntimeSettings,
    host: str,
    port: int,
    user: str,
    password: SecretStr | None,
    tls: bool,
    *,
    timeout_s: float = 5,
    retries: int = 3,
) -> Redis:
    return Redis(
        host=host,
        port=port,
        username=user if password else None,
        password=password.get_secret_value() if password else None,
        ssl=tls,
        ssl_cert_reqs="required",
        ssl_ca_certs=str(settings.broker_ca or ssl.get_default_verify_paths().cafile) if tls else None,
        decode_responses=True,
        # a store that does not answer must cost a task seconds, not its time limit
        socket_timeout=timeout_s,
        socket_connect_timeout=min(timeout_s, 3),
        socket_keepalive=True,
        health_check_interval=25,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), retries),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )
