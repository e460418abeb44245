"""The relay's side of the outbox: claims rows and records their outcomes.

A claim moves a row's ``due_ms`` into the future, like the visibility timeout of SQS. No transaction and no lock is held during
a call to the bus: a slow call would block registrations (SQLite has one writer), delay PostgreSQL's vacuum, and exceed the
timeout of idle transactions. The rows of a dead relay become due for the others. The event may then be sent twice; its
``event_id`` makes that harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .database import Connection
from .outbox import TABLE, TRACE_HEADER, WAITING
from .session import Session


@dataclass(frozen=True)
class Row:
    """An event that this relay has claimed."""

    id: int
    event_id: str
    detail: str
    trace_header: str | None
    """The trace in which the event was added."""
    attempts: int
    """Failed attempts that count against this row."""


@dataclass(frozen=True)
class Sent:
    """The bus accepted it."""

    row: Row
    bus_event_id: str


@dataclass(frozen=True)
class Postponed:
    """It is retried after ``pause_seconds``."""

    row: Row
    error: str
    pause_seconds: float
    counts: bool
    """False if the whole call failed, not this row."""


@dataclass(frozen=True)
class Refused:
    """A retry cannot help; the row stays with its error."""

    row: Row
    error: str


Outcome = Sent | Postponed | Refused
"""The outcome of one row."""


class OutboxRows:
    """The rows on the relay's connection. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._session = Session(connection)

    def claim(self, claim: str, *, rows: int, size: int, overhead: int, lease_seconds: float) -> list[Row]:
        """Claims the oldest due events: at most ``rows`` and ``size`` bytes, with ``overhead`` bytes for each; at least one."""
        with self._session.transaction():
            # With each claim: a migration may add the column while the relay runs.
            trace_header = TRACE_HEADER if self._session.has_column(TABLE, TRACE_HEADER) else "NULL"
            due = self._session.query(
                f"SELECT id, event_id, detail, {trace_header}, attempts FROM {TABLE} WHERE {WAITING} AND due_ms <= :now "
                f"ORDER BY id LIMIT ?{self._session.skip_locked}",
                rows,
            )
            taken: list[Row] = []
            for id_, event_id, detail, header, attempts in due:
                size -= len(str(detail).encode()) + overhead
                if size < 0 and taken:
                    break
                taken.append(Row(int(id_), str(event_id), str(detail), header, int(attempts)))
            if taken:
                self._session.write(
                    f"UPDATE {TABLE} SET claim = ?, due_ms = :now + ? WHERE id IN ({','.join('?' * len(taken))})",
                    claim,
                    round(lease_seconds * 1000),
                    *(row.id for row in taken),
                )
        return taken

    def record(self, claim: str, outcomes: Sequence[Outcome]) -> None:
        """Records all outcomes, or none."""
        with self._session.transaction():
            for outcome in outcomes:
                self._write(claim, outcome)

    def _write(self, claim: str, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            # Regardless of the claim's holder: the bus has the event.
            self._session.write(
                f"UPDATE {TABLE} SET sent_ms = :now, bus_event_id = ?, claim = NULL, error = NULL, refused_ms = NULL "
                "WHERE id = ? AND sent_ms IS NULL",
                outcome.bus_event_id,
                outcome.row.id,
            )
        elif isinstance(outcome, Postponed):
            self._session.write(
                f"UPDATE {TABLE} SET due_ms = :now + ?, attempts = attempts + ?, error = ?, claim = NULL "
                "WHERE id = ? AND claim = ?",
                round(outcome.pause_seconds * 1000),
                int(outcome.counts),
                outcome.error,
                outcome.row.id,
                claim,
            )
        else:
            self._session.write(
                f"UPDATE {TABLE} SET refused_ms = :now, error = ?, claim = NULL WHERE id = ? AND claim = ?",
                outcome.error,
                outcome.row.id,
                claim,
            )

    def prune(self, keep_seconds: float, at_most: int) -> int:
        """Deletes events sent more than ``keep_seconds`` ago; returns their number."""
        with self._session.transaction():
            return self._session.write(
                f"DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE} WHERE sent_ms < :now - ? LIMIT ?)",
                round(keep_seconds * 1000),
                at_most,
            )
