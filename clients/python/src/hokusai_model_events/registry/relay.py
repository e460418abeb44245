"""Carries the outbox's events to the bus until the bus has every one."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import SettingsError
from .database import Connection, Database, DatabaseError
from .event_bus import CALL_BYTES, CALL_ENTRIES, CALL_SECONDS, ENTRY_OVERHEAD_BYTES, Bus, BusError, NotTaken, Taken
from .outbox_rows import Outcome, OutboxRows, Postponed, Refused, Row, Sent

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_LONGEST_ROW_PAUSE_SECONDS = 300.0
_PRUNE_EVERY_SECONDS = 60.0
_PRUNED_AT_ONCE = 1000


@dataclass(frozen=True)
class Batch:
    """What one pass over the outbox did."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    errors: tuple[tuple[str, str], ...] = ()
    """``event_id`` and reason of each event that was not sent."""
    error: str | None = None
    """Why nothing could be sent at all: the way to the bus, or to the database."""

    @property
    def is_empty(self) -> bool:
        """True where nothing was due."""
        return self.error is None and self.sent + self.postponed + self.refused == 0


class Stop(Protocol):
    """Ends a relay; ``threading.Event`` is one."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float) -> object: ...


class Relay:
    """One of any number of relays on an outbox. It sends oldest first; what fails is sent again, later than its neighbours.

    ``lease_seconds``: a relay that dies leaves its batch to the others after this time.
    ``poll_seconds``: how long an event may wait in an empty outbox.
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
        if not CALL_SECONDS < lease_seconds <= 3600:
            raise SettingsError(f"lease_seconds must be more than {CALL_SECONDS} and at most 3600, got {lease_seconds:g}")
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

    def run(self, stop: Stop, report: Callable[[Batch], None]) -> None:
        """Sends until ``stop``, which lets the batch in hand be finished; tells ``report`` of each batch that was not empty.

        Errors of the bus or the database never end it.
        """
        failures = 0
        prune_at = time.monotonic()
        while not stop.is_set():
            batch = self._run_once_or_tell()
            if not batch.is_empty:
                report(batch)
            failures = 0 if batch.error is None else failures + 1
            if failures > 0:
                stop.wait(_pause(failures - 1, _LONGEST_PAUSE_SECONDS))
            elif batch.is_empty:
                if time.monotonic() >= prune_at:
                    prune_at = time.monotonic() + _PRUNE_EVERY_SECONDS
                    self._prune()
                stop.wait(self._poll_seconds)
        self.close()

    def run_once(self) -> Batch:
        """Sends one batch of what is due. Raises the driver's errors and ``DatabaseError``; the bus's are in the result."""
        claim = uuid.uuid4().hex
        rows = self._rows().claim(
            claim,
            rows=1 if self._send_alone > 0 else CALL_ENTRIES,
            size=CALL_BYTES,
            overhead=ENTRY_OVERHEAD_BYTES,
            lease_seconds=self._lease_seconds,
        )
        if not rows:
            return Batch()
        outcomes, error = self._send(rows)
        self._rows().record(claim, outcomes)
        return Batch(
            sent=sum(isinstance(each, Sent) for each in outcomes),
            postponed=sum(isinstance(each, Postponed) for each in outcomes),
            refused=sum(isinstance(each, Refused) for each in outcomes),
            errors=tuple((each.row.event_id, each.error) for each in outcomes if not isinstance(each, Sent)),
            error=error,
        )

    def close(self) -> None:
        """Ends the connection to the database."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except self._database.error:
                pass  # it is gone, which was the point

    def _send(self, rows: Sequence[Row]) -> tuple[list[Outcome], str | None]:
        self._send_alone = max(0, self._send_alone - 1)
        try:
            answers = self._bus.put([row.detail for row in rows])
        except BusError as error:
            if not error.is_content:
                # Says nothing of the rows: they keep their place, and the relay pauses.
                return [Postponed(row, str(error), 0, counts=False) for row in rows], str(error)
            if len(rows) == 1:
                return [Refused(rows[0], str(error))], None
            # One of them spoils the call for all: each is sent alone now, and shows by that whether it is the one.
            self._send_alone = len(rows)
            return [Postponed(row, str(error), 0, counts=False) for row in rows], None
        return [_outcome(row, answer) for row, answer in zip(rows, answers)], None

    def _run_once_or_tell(self) -> Batch:
        try:
            return self.run_once()
        except (self._database.error, DatabaseError) as error:
            self.close()
            return Batch(error=str(error) if isinstance(error, DatabaseError) else f"the database failed: {_line(error)}")

    def _prune(self) -> None:
        try:
            while self._rows().prune(self._keep_seconds, _PRUNED_AT_ONCE) == _PRUNED_AT_ONCE:
                pass
        except (self._database.error, DatabaseError):
            # The next pass meets the same error, and reports it.
            self.close()

    def _rows(self) -> OutboxRows:
        if self._connection is None:
            self._connection = self._database.connect()
        return OutboxRows(self._connection)


def _outcome(row: Row, answer: Taken | NotTaken) -> Outcome:
    if isinstance(answer, Taken):
        return Sent(row, answer.bus_event_id)
    if answer.is_for_good:
        return Refused(row, answer.error)
    return Postponed(row, answer.error, _pause(row.attempts, _LONGEST_ROW_PAUSE_SECONDS), counts=True)


def _pause(attempt: int, longest_seconds: float) -> float:
    """Full jitter: relays, and rows, that failed together do not come back together."""
    return random.uniform(0, min(longest_seconds, _FIRST_PAUSE_SECONDS * 2 ** min(attempt, 30)))


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
