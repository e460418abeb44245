"""The connections of a relay to SQLite and PostgreSQL. Imports a driver only when it is used."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from ..errors import ModelEventsError, SettingsError
from ..formatted_values import escape_invisible
from ..limits import LimitError, within

ANSWER_SECONDS = 8
"""Longest duration of a relay's transaction."""
_CONNECT_SECONDS = 6
_POSTGRESQL = {
    "application_name": "hokusai-model-events",
    # Also on a database without an encoding (SQL_ASCII), of which psycopg returns bytes.
    "client_encoding": "utf8",
    "connect_timeout": 5,
    # For a connection whose other side is gone: the first two between statements, the last one during a statement.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": ANSWER_SECONDS * 1000,
}


class Connection(Protocol):
    """The part of a DB-API connection that this package uses: of sqlite3, psycopg2 or psycopg, all three with their usual settings."""

    def cursor(self) -> Any: ...
    def commit(self) -> object: ...
    def rollback(self) -> object: ...
    def close(self) -> object: ...


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
        # A pooler gives each transaction another server connection, where a prepared statement of the last one is missing.
        options = _POSTGRESQL | ({"prepare_threshold": None} if driver.__name__ == "psycopg" else {})

        def connect() -> Connection:
            try:
                return within(_CONNECT_SECONDS, lambda: driver.connect(conninfo, **options), lambda late: late.close())
            except driver.Error as error:
                raise DatabaseError(f"cannot connect to PostgreSQL: {_without_secrets(str(error))}") from None
            except LimitError as error:
                raise DatabaseError(f"cannot connect to PostgreSQL: {error}") from None

        return cls(connect, driver.Error)


class DatabaseError(ModelEventsError):
    """The database could not be reached, or did not answer in time."""


def reason_of(error: Exception, table: str) -> str:
    """A driver's error on one line, with what to do about it if that is known."""
    remedy = remedy_of(error, table)
    return _line(error) if remedy is None else f"{_line(error)}: {remedy}"


def remedy_of(error: Exception, table: str) -> str | None:
    """What to do about a driver's error, if it has a known cause outside of the code: mostly the outbox's ``table``."""
    reason = _line(error)
    if "prepared statement" in reason:
        return "behind a pooler, such as PgBouncer in transaction mode, connect asyncpg with statement_cache_size=0"
    if "has no equivalent in encoding" in reason:
        return "the registry's database cannot store this character: use a database with ENCODING 'UTF8'"
    if table in reason and ("no such table" in reason or "does not exist" in reason):
        return "create it with the SQL that `hokusai-model-events schema` prints"
    if table in reason and "permission denied" in reason:
        return "grant SELECT and INSERT to the registry's user; SELECT, UPDATE and DELETE to the relay's"
    return None


def _line(error: Exception) -> str:
    return escape_invisible(str(error).strip().partition("\n")[0].replace('"', "'") or type(error).__name__)


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
