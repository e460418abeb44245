"""The keys of one queue in Redis, as in queue/keys.ts."""

from __future__ import annotations

import re
from dataclasses import dataclass


def slot_of(queue: str) -> str:
    """The beginning of the keys beside a queue's own: its hash tag, or ``model_events`` for a queue without one."""
    tag = re.match(r"\{[^}]+\}", queue)
    return tag[0] if tag else "model_events"


def probe_key_of(slot: str) -> str:
    """String with a TTL: the write probe's key."""
    return f"{slot}:probe"


@dataclass(frozen=True)
class QueueKeys:
    """The names follow from the main list's."""

    main: str
    """List: pushed at the left, claimed from the right."""

    @property
    def processing(self) -> str:
        """List: claimed, not yet acknowledged."""
        return f"{self.main}:processing"

    @property
    def dead_letters(self) -> str:
        return f"{self.main}:dlq"

    @property
    def delayed(self) -> str:
        """Sorted set: retries in backoff and snoozed messages, scored by due time (ms since 1970)."""
        return f"{self.main}:delayed"

    @property
    def state(self) -> str:
        """Hash: version of the key format, and the pause."""
        return f"{self.main}:state"

    @property
    def claims(self) -> str:
        """Hash: digest of a claimed text to the records of its holders."""
        return f"{self.main}:claims"

    @property
    def leases(self) -> str:
        """Sorted set: claim ids, scored by the end of their lease (ms since 1970)."""
        return f"{self.main}:leases"

    @property
    def isolated(self) -> str:
        """Set: digests of waiting messages that are processed alone."""
        return f"{self.main}:isolated"

    @property
    def revoked(self) -> str:
        """Sorted set: nonces of claim calls that their client has given up, scored by that time (ms since 1970)."""
        return f"{self.main}:revoked"

    @property
    def idle(self) -> str:
        """Sorted set: idle consumers that wait on the main list, scored by the time until which that counts (ms since 1970)."""
        return f"{self.main}:idle"

    @property
    def wake(self) -> str:
        """List: an entry wakes one of the other idle consumers."""
        return f"{self.main}:wake"

    @property
    def former_leases(self) -> str:
        """Sorted set of key format 1, whose claims are identified by their text."""
        return f"{self.main}:processing:leases"

    @property
    def former_holders(self) -> str:
        """Hash of key format 1."""
        return f"{self.main}:processing:holders"

    @property
    def examined(self) -> str:
        """List: dead letters that an operator's pass has examined."""
        return f"{self.main}:dlq:examined"

    @property
    def operator(self) -> str:
        """Hash: the operator's pass."""
        return f"{self.main}:dlq:operator"
