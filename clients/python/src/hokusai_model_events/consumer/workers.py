"""The workers of a consumer: each attempts one message at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from .breaker import CircuitBreaker
from .capacity import Capacity
from .changes import Changes
from .claims import Claims, HeldClaim
from .events import ConsumerEvent, Reporter
from .pending import Pending

Attempt = Callable[[HeldClaim], Awaitable[None]]


class Workers:
    """Attempts claimed messages, at most ``concurrency`` at a time, the oldest first."""

    def __init__(
        self,
        concurrency: int,
        claims: Claims,
        capacity: Capacity,
        breaker: CircuitBreaker,
        changes: Changes,
        reporter: Reporter,
    ) -> None:
        self._concurrency, self._claims, self._capacity = concurrency, claims, capacity
        self._breaker, self._changes, self._reporter = breaker, changes, reporter
        self._pending = Pending(self._give_back_overdue)
        self._tasks: set[asyncio.Task[None]] = set()
        self._giving_back: set[asyncio.Task[None]] = set()
        self._solitary: HeldClaim | None = None
        self.attempt: Attempt
        """Handles and settles a message. Set before the first ``add``."""

    @property
    def busy(self) -> int:
        """Workers whose handler runs or is about to run, also for a claim that was lost meanwhile."""
        return len(self._tasks)

    @property
    def pending(self) -> int:
        """Messages that no worker has started."""
        return len(self._pending)

    @property
    def are_reserved(self) -> bool:
        """True while a message is attempted with nothing claimed beside it."""
        return self._solitary in self._claims

    def add(self, claimed: Sequence[HeldClaim], *, alone: bool) -> None:
        """Holds and attempts the messages; ``alone``: there is one, and nothing is claimed beside it."""
        for held in claimed:
            self._claims.hold(held)
            self._pending.add(held)
            if alone:
                self._solitary = held
        self._begin()
        self._pending.watch()

    async def give_back_pending(self) -> None:
        """Returns the messages that no worker has started."""
        await self._claims.give_back(self._pending.take_all())

    async def finish(self, limit_seconds: float) -> None:
        """Gives back what is pending, and lets handlers end within the limit."""
        await self.give_back_pending()
        if self._giving_back:
            await asyncio.wait(self._giving_back)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=limit_seconds)

    def cancel(self) -> None:
        """Ends everything that still runs."""
        self._pending.unwatch()
        for task in (*self._tasks, *self._giving_back):
            task.cancel()

    def _begin(self) -> None:
        while self._pending and len(self._tasks) < self._concurrency and not self._changes.is_stopping:
            # While the breaker is open only the message that it lets through is attempted.
            if self._breaker.is_open and self._pending.next is not self._solitary:
                return
            task = asyncio.ensure_future(self._work(self._pending.take()))
            self._tasks.add(task)
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._reporter.report(ConsumerEvent("warning", error=error))
        self._begin()
        self._changes.notify()

    async def _work(self, held: HeldClaim) -> None:
        # Not started: it is given back unchanged when the consumer stops.
        if self._changes.is_stopping or held not in self._claims:
            return
        try:
            if held.started or await self._claims.start(held):
                await self.attempt(held)
        finally:
            self._claims.release(held)

    def _give_back_overdue(self, overdue: list[HeldClaim]) -> None:
        self._capacity.overfill()
        task = asyncio.ensure_future(self._claims.give_back(overdue))
        self._giving_back.add(task)
        task.add_done_callback(self._giving_back.discard)
