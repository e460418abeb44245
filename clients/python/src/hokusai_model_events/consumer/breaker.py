"""The circuit breaker of a consumer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

_FIRST_PAUSE_SECONDS = 1
_LONGEST_PAUSE_SECONDS = 60


class CircuitBreaker:
    """Pauses a consumer while all attempts fail, as in an outage of a service that the handler calls.

    It opens when ``failures`` different messages have failed with no success in between; 0 turns it off. While it is open,
    one message at a time is attempted after each pause, and each such attempt that fails doubles the pause.
    """

    def __init__(self, failures: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures, self._clock = failures, clock
        self._failed_ids: set[str] = set()
        self._pause_seconds = 0.0
        self._resumes_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._pause_seconds > 0

    @property
    def remaining_seconds(self) -> float:
        """Until the next attempt is allowed; 0 if it is allowed now."""
        return max(0.0, self._resumes_at - self._clock()) if self.is_open else 0.0

    def failed(self, message_id: str) -> bool:
        """Counts a failed attempt; True if it opens the breaker or prolongs the pause."""
        if self._failures == 0:
            return False
        self._failed_ids.add(message_id)
        # Handlers that were running when it opened are no probes.
        if self.remaining_seconds > 0 if self.is_open else len(self._failed_ids) < self._failures:
            return False
        self._pause_seconds = min(_LONGEST_PAUSE_SECONDS, 2 * self._pause_seconds) or _FIRST_PAUSE_SECONDS
        self._resumes_at = self._clock() + self._pause_seconds * random.uniform(0.75, 1.25)
        return True

    def succeeded(self) -> bool:
        """Counts a successful attempt; True if it closes the breaker."""
        was_open = self.is_open
        self._failed_ids.clear()
        self._pause_seconds = 0.0
        return was_open
