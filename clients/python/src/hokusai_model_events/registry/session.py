"""Statements on one DB-API connection, in its database's dialect."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from .database import dialect_of


class Session:
    """Runs statements written with ``?`` and ``:now`` on any of the databases."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._dialect = dialect_of(connection)
        self.skip_locked = self._dialect.skip_locked

    @contextmanager
    def transaction(self, writes: bool = True) -> Generator[None, None, None]:
        """Commits at its end; rolls back on an exception."""
        try:
            if writes and self._dialect.begin is not None:
                self.write(self._dialect.begin)
            yield
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    def query(self, statement: str, *parameters: Any) -> Sequence[Sequence[Any]]:
        """The rows of a SELECT."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(self._dialect.sql(statement), parameters)
            return cursor.fetchall()
        finally:
            cursor.close()

    def has_column(self, table: str, column: str) -> bool:
        """True if the table exists and has the column."""
        return len(self.query(self._dialect.column, table, column)) > 0

    def write(self, statement: str, *parameters: Any) -> int:
        """Runs any other statement; returns the number of changed rows."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(self._dialect.sql(statement), parameters)
            return int(cursor.rowcount)
        finally:
            cursor.close()
