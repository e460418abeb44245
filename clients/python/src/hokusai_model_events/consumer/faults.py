"""Faults of the connection to Redis: name, reaction, and what to check.

The table is the Node package's (contract/redis-faults.ts), so a fault has the same name in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from hokusai_model_events.contract_data import REDIS_FAULTS
from hokusai_model_events.errors import ModelEventsError

from .reported_error import Redirection

Reaction = Literal["retry", "reauthenticate"]
"""Reaction to an error: retry, or read the token again first."""

FaultName = Literal[
    "secret-unreadable",
    "token-refused",
    "aws-credentials",
    "iam-refused",
    "not-permitted",
    "cluster-mode",
    "slot-moved",
    "slot-migrating",
    "unknown-command",
    "name-not-resolved",
    "connection-refused",
    "connect-timeout",
    "tls-timeout",
    "no-tls",
    "certificate",
    "read-only",
    "loading",
    "out-of-memory",
    "writes-refused",
    "busy",
    "unknown-format",
    "wrong-type",
    "command-timeout",
    "connection-lost",
    "unknown",
]
"""Name of a fault, for health checks and metrics."""


_PATTERNS = tuple((re.compile(fault["pattern"]), fault) for fault in REDIS_FAULTS)
_UNKNOWN: Mapping[str, Any] = {"name": "unknown", "hint": ""}
_OWN_HINTS = {"secret-unreadable": "check what the token source reads, and its permissions"}


class RedisFaultError(ModelEventsError):
    """An error of Redis or of the connection: the operation, the endpoint, the error, what to check. Never holds the token."""

    def __init__(self, operation: str, endpoint: str, reported: str, redirection: Redirection | None = None) -> None:
        fault = next((fault for pattern, fault in _PATTERNS if pattern.search(reported)), _UNKNOWN)
        hint = _OWN_HINTS.get(fault["name"], fault["hint"])
        super().__init__(f"{operation} at Redis {endpoint} failed: {reported}{f' ({hint})' if hint else ''}")
        self.fault: FaultName = fault["name"]
        self.reaction: Reaction = fault.get("reaction", "retry")
        self.redirection = redirection
        """Where a cluster sends the command, which it has not run."""
        self.reconnect: bool = fault.get("reconnect", False)
        """True if the connection is unusable or leads to the wrong server."""
