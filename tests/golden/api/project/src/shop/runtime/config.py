# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Where the services are and how to sign in: from the environment, and from secret files (one a value, named like the field)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)


class RuntimeSettings(BaseSettings):
    """Settings of every process of this project. Subclass it in settings.py for your own."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    broker_host: str = "broker"
    broker_port: int = 6379
    broker_user: str = "worker"
    broker_password: SecretStr | None = None
    broker_vhost: str = "shop"
    broker_tls: bool = False
    broker_ca: Path | None = None
    """CA certificates to check the broker's and the stores' against; None: the system's."""

    state_host: str = "broker"
    state_port: int = 6379
    state_user: str = "worker"
    state_password: SecretStr | None = None
    state_tls: bool = False

    cache_host: str = "cache"
    cache_port: int = 6379
    cache_user: str = "worker"
    cache_password: SecretStr | None = None
    cache_tls: bool = False

    log_level: str = "INFO"
    metrics_port: int = Field(9100, ge=0, le=65535)
    """0: metrics are not served."""
    workload: str = "requests"
    """Which workload this process serves."""
    heartbeat_file: Path = Path("/tmp/worker-heartbeat")  # noqa: S108 (the probes look there)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = Path(os.environ.get("SECRETS_DIR", "/run/secrets"))
        sources = (init_settings, env_settings)
        return (*sources, SecretsSettingsSource(settings_cls, folder)) if folder.is_dir() else sources

    @classmethod
    @cache
    def load(cls) -> Self:
        """The settings of this process, read once."""
        return cls()
