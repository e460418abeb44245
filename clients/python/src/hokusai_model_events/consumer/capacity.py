"""How many messages a consumer claims."""

from __future__ import annotations

# Part of the newest handler's time in the average.
_WEIGHT = 0.2
# Prefetched messages should be started within this time.
_PREFETCHED_SECONDS = 1


class Capacity:
    """Prefetches no more than the handlers start within about a second, judged by how long they take on average."""

    def __init__(self, concurrency: int, prefetch: int) -> None:
        self._concurrency, self._prefetch = concurrency, prefetch
        self._average_seconds: float | None = None
        self._overfilled = False

    def handler_ended(self, seconds: float) -> None:
        """A handler has taken that long."""
        average = seconds if self._average_seconds is None else self._average_seconds
        self._average_seconds = average + _WEIGHT * (seconds - average)
        self._overfilled = False

    def overfill(self) -> None:
        """Prefetched messages had to go back: prefetch none until a handler has ended."""
        self._overfilled = True

    def free_workers(self, *, busy: int, pending: int) -> int:
        """Messages that can start at once."""
        return max(0, self._concurrency - busy - pending)

    def room(self, *, busy: int, pending: int) -> int:
        """Messages to claim. ``busy`` are the handlers that run, also those whose claim was lost."""
        return max(0, self._concurrency + self._prefetched() - busy - pending)

    def _prefetched(self) -> int:
        if self._overfilled:
            return 0
        if not self._average_seconds:
            return self._prefetch
        return int(min(self._prefetch, self._concurrency * _PREFETCHED_SECONDS / self._average_seconds))
