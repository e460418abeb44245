"""The adapter to SQLite and PostgreSQL. Imports a driver only when it is used."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from ..errors import ModelEventsError, SettingsError


class Cursor(Protocol):
    """The part of a DB-API cursor that this package uses."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, operation: str, parameters: Any = ..., /) -> object: ...
    def fetchall(self) -> Sequence[Sequence[Any]]: ...
    def close(self) -> object: ...


class Connection(Protocol):
    """The part of a DB-API connection that this package uses: of sqlite3, psycopg2 or psycopg, all three with their usual settings."""

    def cursor(self) -> Any: ...
    def commit(self) -> object: ...
    def rollback(self) -> object: ...
    def close(self) -> object: ...


@dataclass(frozen=True)
class Dialect:
    """One kind of database."""

    name: str
    mark: str
    """The placeholder of a parameter."""
    now_ms: str
    """The database's clock in milliseconds since 1970: the clocks of its clients may differ."""
    begin: str | None
    """The statement that begins a write transaction; None if the driver begins it."""
    skip_locked: str
    """Makes a SELECT lock its rows and skip rows that are locked."""
    identity: str
    column: str
    """Selects a row if the table in the first parameter has the column in the second; needs no right on the table."""

    def sql(self, statement: str) -> str:
        """The statement, written with ``?`` and ``:now``, as this database's driver expects it."""
        return statement.replace("?", self.mark).replace(":now", self.now_ms)


SQLITE = Dialect(
    name="sqlite",
    mark="?",
    now_ms="CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    # A transaction that reads before it writes fails if another one writes in between.
    begin="BEGIN IMMEDIATE",
    skip_locked="",
    identity="INTEGER PRIMARY KEY AUTOINCREMENT",
    column="SELECT 1 FROM pragma_table_info(?) WHERE name = ?",
)
POSTGRESQL = Dialect(
    name="postgresql",
    mark="%s",
    now_ms="CAST(extract(epoch FROM statement_timestamp()) * 1000 AS bigint)",
    begin=None,
    skip_locked=" FOR UPDATE SKIP LOCKED",
    identity="bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    column="SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = ? AND NOT attisdropped",
)
DIALECTS = {dialect.name: dialect for dialect in (POSTGRESQL, SQLITE)}


def driver_connection(connection: Any) -> Any:
    """The driver's connection inside a pool's wrapper, as SQLAlchemy's."""
    return getattr(connection, "driver_connection", None) or connection


def dialect_of(connection: Any) -> Dialect:
    """Raises ``SettingsError`` for a driver that this package does not know."""
    kind: type[Any] = connection.__class__
    driver = kind.__module__.partition(".")[0]
    if isinstance(connection, sqlite3.Connection):
        return SQLITE
    if driver in ("psycopg", "psycopg2"):
        return POSTGRESQL
    raise SettingsError(
        f"the outbox needs a connection of sqlite3, psycopg2 or psycopg, got one of {driver}.{kind.__name__}; "
        "with SQLAlchemy pass session.connection().connection"
    )


def commits_by_itself(connection: Any) -> bool:
    """True if each statement commits by itself, because no transaction is open."""
    if isinstance(connection, sqlite3.Connection):
        autocommit = connection.isolation_level is None or getattr(connection, "autocommit", None) is True
        return autocommit and not connection.in_transaction
    # 0: idle, in libpq's words.
    return connection.autocommit is True and int(connection.info.transaction_status) == 0


@dataclass(frozen=True)
class Database:
    """Opens a relay's connections. The relay keeps one and opens another when it fails."""

    connect: Callable[[], Connection]
    error: type[Exception]
    """Base of the driver's errors."""

    @classmethod
    def sqlite(cls, file: str | Path) -> Database:
        """The database in a file, which must exist."""
        uri = f"file:{quote(str(Path(file).absolute()))}?mode=rw"

        def connect() -> Connection:
            try:
                return sqlite3.connect(uri, uri=True, timeout=10)
            except sqlite3.OperationalError as error:
                raise DatabaseError(f"cannot open the SQLite database {file}: {error}") from None

        return cls(connect, sqlite3.Error)

    @classmethod
    def postgresql(cls, conninfo: str = "") -> Database:
        """A libpq connection string or URL; what it leaves out comes from libpq's own variables and files (PGPASSWORD, …)."""
        driver = _postgresql_driver()

        def connect() -> Connection:
            try:
                return driver.connect(conninfo, connect_timeout=5, application_name="hokusai-model-events")
            except driver.Error as error:
                raise DatabaseError(f"cannot connect to PostgreSQL: {_without_secrets(str(error))}") from None

        return cls(connect, driver.Error)


class DatabaseError(ModelEventsError):
    """The database could not be reached."""


def _postgresql_driver() -> Any:
    for name in ("psycopg", "psycopg2"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise SettingsError("PostgreSQL needs a driver: install psycopg (pip install 'psycopg[binary]') or psycopg2")


_REASONS = (
    "connection to server",
    "connection failed",
    "connection is bad",
    "connection timeout",
    "could not translate host",
    "failed to resolve host",
    "timeout expired",
)


def _without_secrets(text: str) -> str:
    # libpq reports why a connection failed without the password. But it repeats a connection string that it cannot parse, and
    # if the password contains an @, it takes the text after the first @ as the host.
    reason = text.strip().partition("\n")[0]
    if "@" not in reason and reason.startswith(_REASONS):
        return reason
    return "the connection string (not shown, it may hold a password) should be like postgresql://user@host:5432/database"
