"""How a connection to Redis is made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from hokusai_model_events.errors import SettingsError

TokenSource = Callable[[], str]
"""Reads the auth token again. It runs in a thread and may block."""


@dataclasses.dataclass(frozen=True)
class ConnectionOptions:
    """What the wiring does not say about the connection. It is always TLS, and the certificate must be valid for the host."""

    ca_file: str | None = None
    """A file with a further trusted authority, PEM. ``SSL_CERT_FILE``, Python's own variable, works without this."""
    connect_timeout_seconds: float = 3
    command_timeout_seconds: float = 5
    token_source: TokenSource | None = None
    """Called when Redis refuses the token, since it may have been rotated; without it the same token is tried again."""

    def __post_init__(self) -> None:
        if self.ca_file is not None and not Path(self.ca_file).is_file():
            raise SettingsError(f"ca_file must be a file with a certificate authority, PEM; there is none at {self.ca_file}")
