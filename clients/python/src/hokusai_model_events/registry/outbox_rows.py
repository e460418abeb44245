"""The relay's half of the outbox: who sends which rows, and what became of them.

A row is claimed by moving its ``due_ms`` into the future, as SQS hides a message that somebody works on. No transaction and no
lock is held while the bus is called: a call takes seconds when the pipeline is down, and would meanwhile make registrations wait
(SQLite has one writer), keep PostgreSQL from cleaning up, and be cut off by its time limits for idle transactions. A relay that
dies leaves its rows to the others when their time has come. The event may then be sent twice; its ``event_id`` makes that free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .database import Connection
from .outbox import TABLE, WAITING
from .session import Session


@dataclass(frozen=True)
class Row:
    """An event that this relay has claimed."""

    id: int
    event_id: str
    detail: str
    attempts: int
    """How often the bus has put it off, for a reason of its own that may pass."""


@dataclass(frozen=True)
class Sent:
    """The bus has taken it."""

    row: Row
    bus_event_id: str


@dataclass(frozen=True)
class Postponed:
    """It is tried again after this time."""

    row: Row
    error: str
    pause_seconds: float
    counts: bool
    """False where nothing speaks against this row: the whole call has failed."""


@dataclass(frozen=True)
class Refused:
    """Trying again cannot help; the row stays, with the reason."""

    row: Row
    error: str


Outcome = Sent | Postponed | Refused
"""What became of one row."""


class OutboxRows:
    """The rows behind a connection of the relay's own. Every method is one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._session = Session(connection)

    def claim(self, claim: str, *, rows: int, size: int, overhead: int, lease_seconds: float) -> list[Row]:
        """Takes the oldest events that are due: at most ``rows``, and ``size`` bytes with ``overhead`` for each; one at least."""
        with self._session.transaction():
            due = self._session.query(
                f"SELECT id, event_id, detail, attempts FROM {TABLE} WHERE {WAITING} AND due_ms <= :now "
                f"ORDER BY id LIMIT ?{self._session.passing_over_locked}",
                rows,
            )
            taken: list[Row] = []
            for id_, event_id, detail, attempts in due:
                size -= len(str(detail).encode()) + overhead
                if size < 0 and taken:
                    break
                taken.append(Row(int(id_), str(event_id), str(detail), int(attempts)))
            if taken:
                self._session.write(
                    f"UPDATE {TABLE} SET claim = ?, due_ms = :now + ? WHERE id IN ({','.join('?' * len(taken))})",
                    claim,
                    round(lease_seconds * 1000),
                    *(row.id for row in taken),
                )
        return taken

    def record(self, claim: str, outcomes: Sequence[Outcome]) -> None:
        """Writes what became of the rows: all of it or nothing."""
        with self._session.transaction():
            for outcome in outcomes:
                self._write(claim, outcome)

    def _write(self, claim: str, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            # Whoever holds the claim by now: that the bus has taken it is a fact.
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
        """Deletes events that were sent longer ago; how many."""
        with self._session.transaction():
            return self._session.write(
                f"DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE} WHERE sent_ms < :now - ? LIMIT ?)",
                round(keep_seconds * 1000),
                at_most,
            )
