"""The relay's side of the outbox: claims rows and records their outcomes.

A claim moves a row's ``due_ms`` into the future, like the visibility timeout of SQS. No transaction and no lock is held during
a call to the bus: a slow call would block registrations (SQLite has one writer), delay PostgreSQL's vacuum, and exceed the
timeout of idle transactions. The rows of a dead relay become due for the others. The event may then be sent twice; its
``event_id`` makes that harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def claim(
        self, claim: str, *, rows: int, size: int, size_of: Callable[[Row], int], lease_seconds: float
    ) -> tuple[list[Row], list[Refused]]:
        """Claims the oldest due events, and those whose text is not UTF-8 as refused.

        At most ``rows`` and ``size`` bytes, each of ``size_of`` bytes; at least one.
        """
        with self._session.transaction():
            # With each claim: a migration may add the column while the relay runs.
            trace_header = TRACE_HEADER if self._session.has_column(TABLE, TRACE_HEADER) else "NULL"
            event_id, detail = (self._session.dialect.bytes_of.format(column) for column in ("event_id", "detail"))
            due = self._session.query(
                f"SELECT id, {event_id}, {detail}, {trace_header}, attempts FROM {TABLE} WHERE {WAITING} AND due_ms <= :now "
                f"ORDER BY id LIMIT ?{self._session.dialect.skip_locked}",
                rows,
            )
            taken: list[Row] = []
            refused: list[Refused] = []
            for each in due:
                row, error = _row(*each)
                if error is not None:
                    refused.append(Refused(row, error))
                    continue
                size -= size_of(row)
                if size < 0 and taken:
                    break
                taken.append(row)
            claimed = [row.id for row in (*taken, *(each.row for each in refused))]
            if claimed:
                self._session.write(
                    f"UPDATE {TABLE} SET claim = ?, due_ms = :now + ? WHERE id IN ({','.join('?' * len(claimed))})",
                    claim,
                    round(lease_seconds * 1000),
                    *claimed,
                )
        return taken, refused

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


def _row(id_: int, event_id: bytes, detail: bytes, header: str | None, attempts: int) -> tuple[Row, str | None]:
    """The row, and why it cannot be sent."""
    error = None
    try:
        text = bytes(detail).decode()
    except UnicodeDecodeError as reason:
        text, error = "", f"the detail is not UTF-8 ({reason}): the registry's connection needs client_encoding utf8"
    return Row(int(id_), bytes(event_id).decode(errors="replace"), text, header, int(attempts)), error
