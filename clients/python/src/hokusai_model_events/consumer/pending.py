"""Claimed messages that no worker has started."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from .claims import HeldClaim

# After this time a message that waits for a worker goes back, for other consumers.
_LONGEST_WAIT_SECONDS = 1


class Pending:
    """Messages in the order of their claim. Those that have waited for longer than a second are passed to ``give_up``."""

    def __init__(self, give_up: Callable[[list[HeldClaim]], None]) -> None:
        self._give_up = give_up
        self._waiting: deque[tuple[float, HeldClaim]] = deque()
        self._watch: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def next(self) -> HeldClaim:
        return self._waiting[0][1]

    def add(self, held: HeldClaim) -> None:
        self._waiting.append((asyncio.get_running_loop().time(), held))

    def take(self) -> HeldClaim:
        """Removes and returns the oldest."""
        return self._waiting.popleft()[1]

    def take_all(self) -> list[HeldClaim]:
        taken = [held for _, held in self._waiting]
        self._waiting.clear()
        return taken

    def watch(self) -> None:
        """Starts the timer of the oldest message."""
        if self._watch is None and self._waiting:
            loop = asyncio.get_running_loop()
            self._watch = loop.call_at(self._waiting[0][0] + _LONGEST_WAIT_SECONDS, self._end_waits)

    def unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def _end_waits(self) -> None:
        self._watch = None
        latest = asyncio.get_running_loop().time() - _LONGEST_WAIT_SECONDS
        overdue: list[HeldClaim] = []
        while self._waiting and self._waiting[0][0] <= latest:
            overdue.append(self.take())
        if overdue:
            self._give_up(overdue)
        self.watch()
