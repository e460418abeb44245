"""The database drivers: which one a connection belongs to, and how to use it with any settings of its owner."""

from __future__ import annotations

import importlib
import itertools
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import SettingsError
from .dialect import POSTGRESQL, SQLITE, Dialect


@dataclass(frozen=True)
class Driver:
    """One driver."""

    name: str
    dialect: Dialect
    mark: str
    """The placeholder of a parameter; ``#`` in it is the parameter's number."""
    cursor: Callable[[Any], Any]
    """A cursor whose rows are tuples, whatever row factory the connection has."""
    options: dict[str, Any]
    """Options of ``execute``."""
    in_transaction: Callable[[Any], bool]
    """False if each statement commits by itself."""
    is_async: bool = False

    def sql(self, statement: str) -> str:
        """The statement, written with ``?`` and ``:now``, as this driver expects it."""
        numbers = itertools.count(1)
        marked = re.sub(r"\?", lambda _: self.mark.replace("#", str(next(numbers))), statement)
        return marked.replace(":now", self.dialect.now_ms)


def driver_connection(connection: Any) -> Any:
    """The driver's connection inside a pool's wrapper, as SQLAlchemy's."""
    return getattr(connection, "driver_connection", None) or connection


def driver_of(connection: Any, *, is_async: bool = False) -> Driver:
    """The driver of a connection. Raises ``SettingsError`` if it is unknown, or if its calls are not of the wanted kind."""
    kind: type[Any] = connection.__class__
    found = next((_DRIVERS[key] for base in kind.__mro__ if (key := _key(base)) in _DRIVERS), None)
    if found is None:
        raise SettingsError(
            "Outbox needs a connection of sqlite3, psycopg2 or psycopg, and AsyncOutbox one of asyncpg or "
            f"psycopg.AsyncConnection; got a {kind.__module__}.{kind.__name__}. With SQLAlchemy, pass "
            "session.connection().connection; with its asyncio extension, await (await session.connection()).get_raw_connection()"
        )
    # psycopg2's connections can be asynchronous too.
    if found.is_async or getattr(connection, "async_", 0):
        if not is_async:
            use = "use AsyncOutbox" if found.is_async else "connect without async_"
            raise SettingsError(f"Outbox cannot wait for the asynchronous calls of {found.name}: {use}")
    elif is_async:
        raise SettingsError(f"AsyncOutbox needs a connection of asyncpg or psycopg.AsyncConnection, got one of {found.name}: use Outbox")
    return found


def _key(kind: type[Any]) -> tuple[str, str]:
    return kind.__module__.partition(".")[0], kind.__name__


def _sqlite_cursor(connection: Any) -> Any:
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor


def _psycopg2_cursor(connection: Any) -> Any:
    return connection.cursor(cursor_factory=importlib.import_module("psycopg2.extensions").cursor)


def _psycopg_cursor(connection: Any) -> Any:
    # Not the connection's cursor: its class may be one with other placeholders, such as RawCursor.
    return importlib.import_module("psycopg").Cursor(connection, row_factory=_tuple_row())


def _async_psycopg_cursor(connection: Any) -> Any:
    return importlib.import_module("psycopg").AsyncCursor(connection, row_factory=_tuple_row())


def _tuple_row() -> Any:
    return importlib.import_module("psycopg.rows").tuple_row


def _sqlite_in_transaction(connection: Any) -> bool:
    autocommit = connection.isolation_level is None or getattr(connection, "autocommit", None) is True
    return bool(connection.in_transaction) or not autocommit


def _libpq_in_transaction(connection: Any) -> bool:
    # 0: idle, in libpq's words.
    return not connection.autocommit or int(connection.info.transaction_status) != 0


# A statement that the server has prepared is missing on the next server connection of a pooler, such as PgBouncer.
_UNPREPARED = {"prepare": False}
_SQLITE3 = Driver("sqlite3", SQLITE, "?", _sqlite_cursor, {}, _sqlite_in_transaction)
_PSYCOPG2 = Driver("psycopg2", POSTGRESQL, "%s", _psycopg2_cursor, {}, _libpq_in_transaction)
_PSYCOPG = Driver("psycopg", POSTGRESQL, "%s", _psycopg_cursor, _UNPREPARED, _libpq_in_transaction)
_ASYNC_PSYCOPG = Driver("psycopg.AsyncConnection", POSTGRESQL, "%s", _async_psycopg_cursor, _UNPREPARED, _libpq_in_transaction, is_async=True)
_ASYNCPG = Driver(
    "asyncpg", POSTGRESQL, "$#", lambda connection: connection, {}, lambda connection: bool(connection.is_in_transaction()), is_async=True
)
_DRIVERS = {
    _key(sqlite3.Connection): _SQLITE3,
    ("psycopg2", "connection"): _PSYCOPG2,
    ("psycopg", "Connection"): _PSYCOPG,
    ("psycopg", "AsyncConnection"): _ASYNC_PSYCOPG,
    ("asyncpg", "Connection"): _ASYNCPG,
    ("asyncpg", "PoolConnectionProxy"): _ASYNCPG,
}
