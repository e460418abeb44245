"""What a queue's scripts return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ClaimState = Literal["claimed", "alone", "wait-alone", "paused", "revoked", "wait-main", "wait-wake"]
"""Why a call claimed what it did. ``alone``: the message may have killed its former consumer, so nothing may run beside it.
``wait-alone``: such a message is next, and the consumer holds others. ``wait-main`` and ``wait-wake``: nothing waits, and
where to wait for a message."""


@dataclass(frozen=True)
class Claim:
    """A claimed message."""

    id: str
    """Identifies the claim: whoever no longer holds it changes nothing."""
    text: bytes


@dataclass(frozen=True)
class Claimed:
    """The result of a call of ``ModelQueue.claim``."""

    state: ClaimState
    claims: list[Claim]
    next_due_seconds: float | None
    """Seconds until the next delayed message is due; None if there is none."""


@dataclass(frozen=True)
class Failure:
    """Why a message failed: the ``error`` of its dead letter."""

    code: str
    reason: str
    details: Mapping[str, object]
    """``name`` of the error's class, ``stack``, ``attempt`` and ``consumer``."""


@dataclass(frozen=True)
class QueueState:
    """Numbers of messages and ages of the oldest."""

    depth: int
    processing: int
    delayed: int
    dead_letters: int
    oldest_message_seconds: float
    """Since the event of the oldest waiting message that is not from a replay; 0 if none waits."""
    oldest_claim_seconds: float
    consumer_seen_seconds: float | None = None
    """Since a consumer last claimed or waited, to within five; None if none has, as with plain consumers."""
    paused: str | None = None
    """Since when the queue is paused and why; None if it is not."""
