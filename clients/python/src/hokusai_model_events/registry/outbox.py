"""The registry's side of the outbox: an event is a row, written in the transaction of the registration.

The commit stores both or neither: a registry that dies after the commit loses no event, and a registration that is rolled
back emits none. The relay (``relay.py``) sends the rows to the bus.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import ModelEventsError
from .database import reason_of, remedy_of
from .dialect import Dialect
from .drivers import driver_connection, driver_of
from .model_registered import ModelRegistered
from .session import Session
from .trace_header import current_trace_header

TABLE = "model_events_outbox"
TRACE_HEADER = "trace_header"
"""The column that tables of earlier versions do not have."""
WAITING = "sent_ms IS NULL AND refused_ms IS NULL"


class OutboxError(ModelEventsError):
    """The event could not be added to the outbox."""


def schema_of(dialect: Dialect) -> tuple[str, ...]:
    """The statements that create the outbox table if it does not exist."""
    return (
        f"""CREATE TABLE IF NOT EXISTS {TABLE} (
  id {dialect.identity},
  event_id text NOT NULL UNIQUE,
  detail text NOT NULL,
  created_ms bigint NOT NULL,
  due_ms bigint NOT NULL,
  claim text,
  attempts integer NOT NULL DEFAULT 0,
  error text,
  bus_event_id text,
  sent_ms bigint,
  refused_ms bigint,
  {TRACE_HEADER} text
)""",
        f"CREATE INDEX IF NOT EXISTS {TABLE}_waiting ON {TABLE} (id) WHERE {WAITING}",
        f"CREATE INDEX IF NOT EXISTS {TABLE}_sent ON {TABLE} (sent_ms) WHERE sent_ms IS NOT NULL",
    )


@dataclass(frozen=True)
class Query:
    """A SELECT; its result is the rows."""

    statement: str
    parameters: Sequence[object]


@dataclass(frozen=True)
class Write:
    """Another statement; its result is the number of changed rows."""

    statement: str
    parameters: Sequence[object]


Adding = Generator[Query | Write, Any, None]
"""Yields statements and gets their results, so that ``Outbox`` and ``AsyncOutbox`` share the steps."""


def adding(event: ModelRegistered, dialect: Dialect, in_transaction: bool) -> Adding:
    """The steps that add an event."""
    if not in_transaction:
        raise OutboxError(
            "the connection commits each statement by itself and no transaction is open, so the event would be sent even "
            "if the registration failed: begin a transaction first, and add the event inside it"
        )
    columns, values = "event_id, detail", [event.event_id, event.detail]
    trace_header = current_trace_header()
    # Asked first: a statement that fails would abort the caller's transaction.
    if trace_header is not None and (yield Query(dialect.column, (TABLE, TRACE_HEADER))):
        columns, values = f"{columns}, {TRACE_HEADER}", [*values, trace_header]
    written = yield Write(
        f"INSERT INTO {TABLE} ({columns}, created_ms, due_ms) VALUES ({'?, ' * len(values)}:now, :now) "
        "ON CONFLICT (event_id) DO NOTHING",
        values,
    )
    if written == 0:
        rows = yield Query(f"SELECT {dialect.bytes_of.format('detail')} FROM {TABLE} WHERE event_id = ?", [event.event_id])
        # The pipeline would drop the second event as a duplicate of the first.
        if [bytes(row[0]) for row in rows] != [event.detail.encode()]:
            raise OutboxError(f"event_id {event.event_id} is in the outbox with another detail: each event needs a unique id")
    elif written != 1:
        raise OutboxError(
            f"the driver reports {written} written rows for one event, so it may not be stored: roll back, and add the event "
            "on a connection without a pipeline or another wrapper that hides the results of statements"
        )


def explained(error: Exception) -> OutboxError | None:
    """The error to raise instead of a driver's, with what to do; None if that is not known."""
    if isinstance(error, UnicodeEncodeError):
        return OutboxError(f"the connection's encoding cannot write the event ({error}): connect with client_encoding utf8")
    return None if remedy_of(error, TABLE) is None else OutboxError(reason_of(error, TABLE))


class Outbox:
    """The outbox on one of the registry's connections (sqlite3, psycopg2, psycopg, or SQLAlchemy's wrapper).

    It never commits and never rolls back; the caller does. Raises ``SettingsError`` for a connection of another driver.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = driver_connection(connection)
        self._session = Session(self._connection)

    def create_table(self) -> None:
        """Creates the table if it does not exist. Migrations can take the SQL from ``hokusai-model-events schema``."""
        for statement in schema_of(self._session.dialect):
            self._session.write(statement)

    def add(self, event: ModelRegistered) -> None:
        """Writes the event's row. It is sent if, and only if, the caller's transaction commits, and continues the caller's trace.

        Adding the same event again changes nothing. Raises ``OutboxError`` if no transaction is open, if the table is missing, or
        if another event has this ``event_id``.
        """
        steps = adding(event, self._session.dialect, driver_of(self._connection).in_transaction(self._connection))
        result: Any = None
        try:
            while True:
                result = self._run(steps.send(result))
        except StopIteration:
            pass

    def _run(self, step: Query | Write) -> Any:
        run = self._session.query if isinstance(step, Query) else self._session.write
        try:
            return run(step.statement, *step.parameters)
        except Exception as error:
            known = explained(error)
            if known is None:
                raise
            raise known from error
