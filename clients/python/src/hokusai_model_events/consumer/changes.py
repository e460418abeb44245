"""Wakes a consumer's loop when something has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """A consumer's loop waits here for its own workers, or for its stop."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self.stopping = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        return self.stopping.is_set()

    def notify(self) -> None:
        """A worker has ended."""
        self._changed.set()

    def stop(self) -> None:
        """Ends all waits."""
        self.stopping.set()
        self._changed.set()

    async def next(self) -> None:
        """Waits for one change."""
        self._changed.clear()
        if not self.is_stopping:
            await self._changed.wait()

    async def until(self, holds: Callable[[], bool], limit_seconds: float | None = None) -> None:
        """Waits until the condition holds, the consumer stops, or the time is over."""
        try:
            await asyncio.wait_for(self._until(holds), limit_seconds)
        except asyncio.TimeoutError:
            pass

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds() and not self.is_stopping:
            await self.next()
