"""Options of a connection to Redis."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from hokusai_model_events.errors import SettingsError
from hokusai_model_events.known_names import KnownNames

TokenSource = Callable[[], str]
"""Returns the current auth token. It runs in a thread and may block."""


@dataclasses.dataclass(frozen=True)
class ConnectionOptions(KnownNames):
    """Options beside ``RedisSettings``. The connection is always TLS, and the certificate must be valid for the host."""

    ca_file: str | None = None
    """A PEM file with an additional certificate authority. ``SSL_CERT_FILE``, Python's own variable, works as well."""
    connect_timeout_seconds: float = 3
    command_timeout_seconds: float = 5
    token_source: TokenSource | None = None
    """Called when Redis refuses the token, which may have been rotated; without it the same token is used again."""

    def __post_init__(self) -> None:
        if self.ca_file is not None and not Path(self.ca_file).is_file():
            raise SettingsError(f"ca_file must be a PEM file with a certificate authority; no file at {self.ca_file}")
