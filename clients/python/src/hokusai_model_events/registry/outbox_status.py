"""The outbox's status, and the retry of refused events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .database import Connection
from .outbox import TABLE, WAITING
from .session import Session

_MAX_REFUSED = 100


@dataclass(frozen=True)
class RefusedRow:
    """An event that the bus refused."""

    event_id: str
    error: str
    refused_seconds_ago: float


@dataclass(frozen=True)
class Status:
    """The outbox's status."""

    waiting: int
    oldest_waiting_seconds: float | None
    last_error: str | None
    """Error of the oldest waiting event that failed."""
    refused_count: int
    refused: tuple[RefusedRow, ...]
    """The oldest hundred."""
    sent: int
    """Sent events that are not pruned yet."""


def status_of(connection: Connection) -> Status:
    """The outbox's current status."""
    session = Session(connection)
    with session.transaction(writes=False):
        ((waiting, oldest, sent, refused),) = session.query(
            f"SELECT coalesce(sum(CASE WHEN {WAITING} THEN 1 ELSE 0 END), 0),"
            f" :now - min(CASE WHEN {WAITING} THEN created_ms END), count(sent_ms), count(refused_ms) FROM {TABLE}"
        )
        failed = session.query(f"SELECT error FROM {TABLE} WHERE {WAITING} AND error IS NOT NULL ORDER BY id LIMIT 1")
        rows = session.query(
            f"SELECT event_id, error, :now - refused_ms FROM {TABLE} WHERE refused_ms IS NOT NULL ORDER BY id LIMIT ?",
            _MAX_REFUSED,
        )
    return Status(
        waiting=int(waiting),
        oldest_waiting_seconds=None if oldest is None else _seconds(oldest),
        last_error=str(failed[0][0]) if failed else None,
        refused_count=int(refused),
        refused=tuple(RefusedRow(str(event_id), str(error), _seconds(age)) for event_id, error, age in rows),
        sent=int(sent),
    )


def retry_refused(connection: Connection, event_ids: Sequence[str] | None) -> int:
    """Makes refused events due again, the given ones or (None) all; returns their number."""
    session = Session(connection)
    wanted = "" if event_ids is None else f" AND event_id IN ({','.join('?' * len(event_ids))})"
    with session.transaction():
        return session.write(
            f"UPDATE {TABLE} SET refused_ms = NULL, due_ms = :now, attempts = 0 WHERE refused_ms IS NOT NULL{wanted}",
            *(event_ids or ()),
        )


def _seconds(milliseconds: int) -> float:
    return max(0.0, int(milliseconds) / 1000)
