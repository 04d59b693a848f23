"""Settings of your own: from the environment, or from a secret file of the same name.

A password belongs into a secret file (a field of the type SecretStr), never into the environment or into this file.
"""

from __future__ import annotations

from shop.runtime.config import RuntimeSettings


class Settings(RuntimeSettings):
    """Add fields here; `Settings.load()` reads them."""
