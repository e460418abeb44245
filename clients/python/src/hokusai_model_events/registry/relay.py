"""Sends the outbox's events to the bus."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import SettingsError
from .database import Connection, Database, DatabaseError, reason_of
from .event_bus import CALL_BYTES, CALL_ENTRIES, Bus, BusError, NotTaken, Taken, size_of
from .outbox import TABLE
from .outbox_rows import Outcome, OutboxRows, Postponed, Refused, Row, Sent

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_LONGEST_ROW_PAUSE_SECONDS = 300.0
_PRUNE_EVERY_SECONDS = 60.0
_PRUNED_AT_ONCE = 1000
_PASS_SECONDS = 30
"""More than the limits of a call to the bus (15) and of the transaction that records its results (8)."""


@dataclass(frozen=True)
class Batch:
    """The result of one pass over the outbox."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    errors: tuple[tuple[str, str], ...] = ()
    """``event_id`` and reason of each event that was not sent."""
    error: str | None = None
    """Why nothing was sent, or no sent event was deleted: an error of the bus or of the database."""
    sends_alone_next: bool = False
    """The bus refused the call because of its content: the same events are sent one by one next, to find the one at fault."""

    @property
    def is_empty(self) -> bool:
        """True if nothing was due."""
        return self.error is None and self.sent + self.postponed + self.refused == 0


class Stop(Protocol):
    """Ends a relay; ``threading.Event`` is one."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float) -> object: ...


class Relay:
    """One of any number of relays on an outbox. It sends the oldest events first and retries failed events with backoff.

    ``lease_seconds``: other relays send the batch of a dead relay after this time.
    ``poll_seconds``: time between checks of an empty outbox.
    ``keep_seconds``: how long sent events stay in the table.
    """

    def __init__(
        self,
        database: Database,
        bus: Bus,
        *,
        lease_seconds: float = 60,
        poll_seconds: float = 1,
        keep_seconds: float = 7 * 86_400,
    ) -> None:
        if not _PASS_SECONDS < lease_seconds <= 3600:
            raise SettingsError(f"lease_seconds must be more than {_PASS_SECONDS} and at most 3600, got {lease_seconds:g}")
        if not 0.05 <= poll_seconds <= 60:
            raise SettingsError(f"poll_seconds must be from 0.05 to 60, got {poll_seconds:g}")
        if not 0 <= keep_seconds <= 366 * 86_400:
            raise SettingsError(f"keep_seconds must be from 0 to 31622400, got {keep_seconds:g}")
        self._database = database
        self._bus = bus
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._keep_seconds = keep_seconds
        self._connection: Connection | None = None
        self._send_alone = 0

    def run(self, stop: Stop, report: Callable[[Batch], object]) -> None:
        """Sends until ``stop`` is set, and finishes the current batch; calls ``report`` with each batch that is not empty.

        Errors of the bus or the database never end it.
        """
        failures = 0
        prune_at = time.monotonic()
        while not stop.is_set():
            batch = self._reporting_errors(self.run_once)
            if batch.is_empty and time.monotonic() >= prune_at:
                prune_at = time.monotonic() + _PRUNE_EVERY_SECONDS
                batch = self._reporting_errors(self._prune)
            if not batch.is_empty:
                report(batch)
            failures = 0 if batch.error is None else failures + 1
            if failures > 0:
                stop.wait(_pause(failures - 1, _LONGEST_PAUSE_SECONDS))
            elif batch.is_empty:
                stop.wait(self._poll_seconds)
        self.close()

    def run_once(self) -> Batch:
        """Sends one batch of due events. Raises the driver's errors and ``DatabaseError``; errors of the bus are in the result."""
        claim = uuid.uuid4().hex
        rows, unreadable = self._rows().claim(
            claim,
            rows=1 if self._send_alone > 0 else CALL_ENTRIES,
            size=CALL_BYTES,
            size_of=size_of,
            lease_seconds=self._lease_seconds,
        )
        alone_before = self._send_alone
        outcomes, error = self._send(rows) if rows else ([], None)
        outcomes += unreadable
        if not outcomes:
            return Batch()
        self._rows().record(claim, outcomes)
        return Batch(
            sent=sum(isinstance(each, Sent) for each in outcomes),
            postponed=sum(isinstance(each, Postponed) for each in outcomes),
            refused=sum(isinstance(each, Refused) for each in outcomes),
            errors=tuple((each.row.event_id, each.error) for each in outcomes if not isinstance(each, Sent)),
            error=error,
            sends_alone_next=error is None and self._send_alone > alone_before,
        )

    def close(self) -> None:
        """Closes the connection to the database."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except self._database.error:
                pass  # the connection is gone already

    def _send(self, rows: Sequence[Row]) -> tuple[list[Outcome], str | None]:
        self._send_alone = max(0, self._send_alone - 1)
        try:
            answers = self._bus.put(rows)
        except BusError as error:
            if not error.is_content:
                # Not the rows' fault: they stay due, and the relay pauses.
                return [Postponed(row, str(error), 0, counts=False) for row in rows], str(error)
            if len(rows) == 1:
                return [Refused(rows[0], str(error))], None
            # One row fails the call for all: the rows are sent one by one to find it.
            self._send_alone = len(rows)
            return [Postponed(row, str(error), 0, counts=False) for row in rows], None
        return [_outcome(row, answer) for row, answer in zip(rows, answers)], None

    def _reporting_errors(self, work: Callable[[], Batch]) -> Batch:
        try:
            return work()
        except (self._database.error, DatabaseError) as error:
            self.close()
            return Batch(error=str(error) if isinstance(error, DatabaseError) else f"the database failed: {reason_of(error, TABLE)}")

    def _prune(self) -> Batch:
        while self._rows().prune(self._keep_seconds, _PRUNED_AT_ONCE) == _PRUNED_AT_ONCE:
            pass
        return Batch()

    def _rows(self) -> OutboxRows:
        if self._connection is None:
            self._connection = self._database.connect()
        return OutboxRows(self._connection)


def _outcome(row: Row, answer: Taken | NotTaken) -> Outcome:
    if isinstance(answer, Taken):
        return Sent(row, answer.bus_event_id)
    if answer.is_permanent:
        return Refused(row, answer.error)
    return Postponed(row, answer.error, _pause(row.attempts, _LONGEST_ROW_PAUSE_SECONDS), counts=True)


def _pause(attempt: int, longest_seconds: float) -> float:
    """Full jitter: relays and rows that failed together do not retry together."""
    return random.uniform(0, min(longest_seconds, _FIRST_PAUSE_SECONDS * 2 ** min(attempt, 30)))
