"""Statements on one DB-API connection, in its database's dialect."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from .database import ANSWER_SECONDS, DatabaseError
from .drivers import driver_of
from ..limits import LimitError, limited


class Session:
    """Runs statements written with ``?`` and ``:now`` on any of the databases."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._driver = driver_of(connection)
        self.dialect = self._driver.dialect

    @contextmanager
    def transaction(self, writes: bool = True, seconds: float = ANSWER_SECONDS) -> Generator[None, None, None]:
        """Commits at its end; rolls back on an exception. Raises ``DatabaseError`` after ``seconds``."""
        try:
            with limited(self._connection, seconds):
                try:
                    if writes and self.dialect.begin is not None:
                        self.write(self.dialect.begin)
                    yield
                    self._connection.commit()
                except BaseException:
                    # On a connection that is gone this fails too, and would hide why.
                    with suppress(Exception):
                        self._connection.rollback()
                    raise
        except LimitError as error:
            raise DatabaseError(f"the database gave {error}") from None

    def query(self, statement: str, *parameters: Any) -> Sequence[Sequence[Any]]:
        """The rows of a SELECT, as tuples."""
        with self._executed(statement, parameters) as cursor:
            return cursor.fetchall()

    def has_column(self, table: str, column: str) -> bool:
        """True if the table exists and has the column."""
        return len(self.query(self.dialect.column, table, column)) > 0

    def write(self, statement: str, *parameters: Any) -> int:
        """Runs any other statement; returns the number of changed rows, or -1 if the driver does not report it."""
        with self._executed(statement, parameters) as cursor:
            return int(cursor.rowcount)

    @contextmanager
    def _executed(self, statement: str, parameters: Sequence[Any]) -> Generator[Any, None, None]:
        cursor = self._driver.cursor(self._connection)
        try:
            cursor.execute(self._driver.sql(statement), parameters, **self._driver.options)
            yield cursor
        finally:
            cursor.close()
