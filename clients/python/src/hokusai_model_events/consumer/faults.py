"""Faults of the connection to Redis: name, reaction, and what to check.

Names, patterns and reactions are those of the Node package (queue/errors.ts), so a fault has the same name in both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from hokusai_model_events.errors import ModelEventsError

Reaction = Literal["retry", "reauthenticate"]
"""Reaction to an error: retry, or read the token again first."""

FaultName = Literal[
    "secret-unreadable",
    "token-refused",
    "not-permitted",
    "name-not-resolved",
    "connection-refused",
    "connect-timeout",
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


@dataclass(frozen=True)
class _Fault:
    name: FaultName
    pattern: str
    hint: str
    """What happened and what to check."""
    reaction: Reaction = "retry"
    reconnect: bool = True
    """False if the connection still works and leads to the right server."""


_FAULTS = (
    _Fault(
        "secret-unreadable",
        r"^cannot read the Redis token",
        "check what the token source reads, and its permissions",
    ),
    _Fault(
        "token-refused",
        r"^(?:WRONGPASS|NOAUTH)|(?i:invalid password)",
        "the auth token was refused: compare the secret with the token of the replication group (was it rotated?)",
        reaction="reauthenticate",
    ),
    _Fault(
        "not-permitted",
        r"^NOPERM",
        "the Redis user may not run this command: check its access string",
        reaction="reauthenticate",
    ),
    _Fault(
        "name-not-resolved",
        r"^(?:ENOTFOUND|EAI_AGAIN)",
        "the host name does not resolve: check REDIS_HOST and the DNS settings of the VPC",
    ),
    _Fault(
        "connection-refused",
        r"^ECONNREFUSED",
        "nothing listens there: check REDIS_PORT and whether the node is up",
    ),
    _Fault(
        "connect-timeout",
        r"^(?:connect ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)",
        "no answer to the connection: check the security groups (port 6379 in both directions), subnets and routes",
    ),
    _Fault(
        "certificate",
        r"^TLS",
        "the TLS handshake failed: enable encryption in transit, with a certificate for this host name",
    ),
    _Fault(
        "read-only",
        r"^READONLY",
        "this node is a replica now: a failover is under way, or REDIS_HOST is not the primary endpoint",
    ),
    _Fault(
        "loading",
        r"^(?:LOADING|MASTERDOWN|UNBLOCKED|CLUSTERDOWN)",
        "the node is starting or changing its role: wait for the failover to end",
    ),
    _Fault(
        "out-of-memory",
        r"^OOM",
        "Redis is full: let the consumers drain the queues, or give it a larger node",
        reconnect=False,
    ),
    _Fault(
        "writes-refused",
        r"^(?:MISCONF|NOREPLICAS)",
        "Redis refuses writes: check its snapshots and replicas",
        reconnect=False,
    ),
    _Fault(
        "busy",
        r"^(?:BUSY|TRYAGAIN)|max number of clients",
        "Redis is busy or has too many clients: check the slow log and the number of connections",
        reconnect=False,
    ),
    _Fault(
        "unknown-format",
        r"^FORMAT ",
        "update this package or function: another program has changed the queue's key format",
        reconnect=False,
    ),
    _Fault(
        "wrong-type",
        r"^WRONGTYPE",
        "a key of the queue holds a value of another type: check it with TYPE and rename it",
        reconnect=False,
    ),
    _Fault(
        "command-timeout",
        r"^Command timed out",
        "no reply in time: the node is overloaded, paused, or the connection is half open",
    ),
    _Fault(
        "connection-lost",
        r"^(?:Connection is closed|ECONNRESET|ECONNABORTED|ETIMEDOUT|EPIPE)",
        "the connection was closed: a failover, a restart, or the network",
    ),
)
_UNKNOWN = _Fault("unknown", "", "", reconnect=False)


class RedisFaultError(ModelEventsError):
    """An error of Redis or of the connection: the operation, the endpoint, the error, what to check. Never holds the token."""

    def __init__(self, operation: str, endpoint: str, reported: str) -> None:
        fault = next((fault for fault in _FAULTS if re.search(fault.pattern, reported)), _UNKNOWN)
        hint = f" ({fault.hint})" if fault.hint else ""
        super().__init__(f"{operation} at Redis {endpoint} failed: {reported}{hint}")
        self.fault: FaultName = fault.name
        self.reaction: Reaction = fault.reaction
        self.reconnect = fault.reconnect
        """True if the connection is unusable or leads to the wrong server."""
