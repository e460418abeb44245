"""What an operator wants to know of the outbox, and the one thing to do about refused events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .database import Connection
from .outbox import TABLE, WAITING
from .session import Session

_MOST_REFUSED = 100


@dataclass(frozen=True)
class RefusedRow:
    """An event that the bus refuses for good."""

    event_id: str
    error: str
    refused_seconds_ago: float


@dataclass(frozen=True)
class Status:
    """What is in the outbox."""

    waiting: int
    oldest_waiting_seconds: float | None
    last_error: str | None
    """Why the oldest of those that have failed, and will be tried again, has not gone."""
    refused_count: int
    refused: tuple[RefusedRow, ...]
    """The oldest hundred."""
    sent: int
    """Those that are not pruned yet."""


def status_of(connection: Connection) -> Status:
    """What is in the outbox now."""
    session = Session(connection)
    with session.transaction(writes=False):
        ((waiting, oldest, sent, refused),) = session.query(
            f"SELECT coalesce(sum(CASE WHEN {WAITING} THEN 1 ELSE 0 END), 0),"
            f" :now - min(CASE WHEN {WAITING} THEN created_ms END), count(sent_ms), count(refused_ms) FROM {TABLE}"
        )
        failed = session.query(f"SELECT error FROM {TABLE} WHERE {WAITING} AND error IS NOT NULL ORDER BY id LIMIT 1")
        rows = session.query(
            f"SELECT event_id, error, :now - refused_ms FROM {TABLE} WHERE refused_ms IS NOT NULL ORDER BY id LIMIT ?",
            _MOST_REFUSED,
        )
    return Status(
        waiting=int(waiting),
        oldest_waiting_seconds=None if oldest is None else _seconds(oldest),
        last_error=str(failed[0][0]) if failed else None,
        refused_count=int(refused),
        refused=tuple(RefusedRow(str(event_id), str(error), _seconds(age)) for event_id, error, age in rows),
        sent=int(sent),
    )


def send_refused_again(connection: Connection, event_ids: Sequence[str] | None) -> int:
    """Lets refused events be sent again, those named or (None) all; how many there were."""
    session = Session(connection)
    wanted = "" if event_ids is None else f" AND event_id IN ({','.join('?' * len(event_ids))})"
    with session.transaction():
        return session.write(
            f"UPDATE {TABLE} SET refused_ms = NULL, due_ms = :now, attempts = 0 WHERE refused_ms IS NOT NULL{wanted}",
            *(event_ids or ()),
        )


def _seconds(milliseconds: int) -> float:
    return max(0.0, int(milliseconds) / 1000)
