"""What a consumer did in one period, for metrics."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from datetime import datetime

from .message import Message


@dataclasses.dataclass
class ConsumerReport:
    """Counts of one period."""

    seconds: float = 0.0
    """Length of the period."""
    handled: int = 0
    """Messages acknowledged."""
    failed: int = 0
    """Attempts that failed, however they ended."""
    retried: int = 0
    dead_lettered: int = 0
    snoozed: int = 0
    lost: int = 0
    """Claims that were lost before the outcome was written."""
    busy_percent: float = 0.0
    """Share of the handlers' time that was used, 0-100."""
    registration_to_handled_ms: list[float] = dataclasses.field(default_factory=lambda: [])
    """For each acknowledged message, the time since its event. Replayed and redriven messages are left out: they are old on
    purpose."""


ReportListener = Callable[[ConsumerReport], None]


class ReportPeriod:
    """Collects the counts of the current period."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._began = self._observed = time.monotonic()
        self._running = 0
        self._busy_seconds = 0.0
        self.current = ConsumerReport()

    def count(self, event: str) -> None:
        """Counts an event that ends an attempt."""
        name = event.replace("-", "_")
        if name in ("retried", "snoozed", "dead_lettered", "lost"):
            setattr(self.current, name, getattr(self.current, name) + 1)

    def handled(self, message: Message) -> None:
        """A message was acknowledged."""
        self.current.handled += 1
        if message.replay_name is not None or message.redrive_count > 0:
            return
        try:
            since = time.time() - datetime.fromisoformat(message.timestamp.replace("Z", "+00:00")).timestamp()
        except ValueError:  # a day that no calendar has
            return
        self.current.registration_to_handled_ms.append(max(0.0, round(since * 1000)))

    def handler_began(self) -> None:
        self._observe(1)

    def handler_ended(self) -> None:
        self._observe(-1)

    def finish(self) -> ConsumerReport:
        """The period's report; the next period begins."""
        self._observe(0)
        report = self.current
        report.seconds = self._observed - self._began
        possible = report.seconds * self._concurrency
        report.busy_percent = min(100.0, 100 * self._busy_seconds / possible) if possible > 0 else 0.0
        self.current, self._began, self._busy_seconds = ConsumerReport(), self._observed, 0.0
        return report

    def _observe(self, change: int) -> None:
        now = time.monotonic()
        self._busy_seconds += self._running * (now - self._observed)
        self._observed = now
        self._running += change
