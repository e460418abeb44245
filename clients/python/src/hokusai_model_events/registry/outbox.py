"""The registry's side of the outbox: an event is a row, written in the transaction of the registration.

The commit stores both or neither: a registry that dies after the commit loses no event, and a registration that is rolled
back emits none. The relay (``relay.py``) sends the rows to the bus.
"""

from __future__ import annotations

from typing import Any

from ..errors import ModelEventsError
from .database import Dialect, commits_by_itself, dialect_of, driver_connection
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


class Outbox:
    """The outbox on one of the registry's connections (sqlite3, psycopg2, psycopg, or SQLAlchemy's wrapper).

    It never commits and never rolls back; the caller does.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = driver_connection(connection)
        self._session = Session(self._connection)

    def create_table(self) -> None:
        """Creates the table if it does not exist. Migrations can take the SQL from ``hokusai-model-events schema``."""
        for statement in schema_of(dialect_of(self._connection)):
            self._session.write(statement)

    def add(self, event: ModelRegistered) -> None:
        """Writes the event's row. It is sent if, and only if, the caller's transaction commits, and continues the caller's trace.

        Adding the same event again changes nothing. Raises ``OutboxError`` if no transaction is open, or if
        another event has this ``event_id``.
        """
        if commits_by_itself(self._connection):
            raise OutboxError(
                "the connection commits each statement by itself and no transaction is open, so the event would be sent even "
                "if the registration failed: begin a transaction first, and add the event inside it"
            )
        columns, values = "event_id, detail", [event.event_id, event.detail]
        trace_header = current_trace_header()
        # Asked first: a statement that fails would abort the caller's transaction.
        if trace_header is not None and self._session.has_column(TABLE, TRACE_HEADER):
            columns, values = f"{columns}, {TRACE_HEADER}", [*values, trace_header]
        written = self._session.write(
            f"INSERT INTO {TABLE} ({columns}, created_ms, due_ms) VALUES ({'?, ' * len(values)}:now, :now) "
            "ON CONFLICT (event_id) DO NOTHING",
            *values,
        )
        if written == 0:
            self._must_be_the_same(event)

    def _must_be_the_same(self, event: ModelRegistered) -> None:
        rows = self._session.query(f"SELECT detail FROM {TABLE} WHERE event_id = ?", event.event_id)
        # The pipeline would drop the second event as a duplicate of the first.
        if [row[0] for row in rows] != [event.detail]:
            raise OutboxError(f"event_id {event.event_id} is in the outbox with another detail: each event needs a unique id")
