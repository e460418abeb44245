"""The outbox on a connection of asyncio: psycopg's AsyncConnection, or asyncpg's."""

from __future__ import annotations

from typing import Any

from .drivers import driver_connection, driver_of
from .model_registered import ModelRegistered
from .outbox import Query, Write, adding, explained, schema_of


class AsyncOutbox:
    """The outbox on one of the registry's asyncio connections (psycopg.AsyncConnection, asyncpg, or SQLAlchemy's wrapper).

    It never commits and never rolls back; the caller does. Raises ``SettingsError`` for a connection of another driver.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = driver_connection(connection)
        self._driver = driver_of(self._connection, is_async=True)

    async def create_table(self) -> None:
        """Creates the table if it does not exist. Migrations can take the SQL from ``hokusai-model-events schema``."""
        for statement in schema_of(self._driver.dialect):
            await self._run(Write(statement, ()))

    async def add(self, event: ModelRegistered) -> None:
        """Writes the event's row, with the rules and errors of ``Outbox.add``."""
        steps = adding(event, self._driver.dialect, self._driver.in_transaction(self._connection))
        result: Any = None
        while True:
            try:
                step = steps.send(result)
            except StopIteration:
                return
            result = await self._run(step)

    async def _run(self, step: Query | Write) -> Any:
        try:
            return await (self._asyncpg(step) if self._driver.name == "asyncpg" else self._psycopg(step))
        except Exception as error:
            known = explained(error)
            if known is None:
                raise
            raise known from error

    async def _psycopg(self, step: Query | Write) -> Any:
        async with self._driver.cursor(self._connection) as cursor:
            await cursor.execute(self._driver.sql(step.statement), step.parameters, **self._driver.options)
            return await cursor.fetchall() if isinstance(step, Query) else cursor.rowcount

    async def _asyncpg(self, step: Query | Write) -> Any:
        statement = self._driver.sql(step.statement)
        if isinstance(step, Query):
            return await self._connection.fetch(statement, *step.parameters)
        # The status of an INSERT, as in "INSERT 0 1".
        count = (await self._connection.execute(statement, *step.parameters)).rpartition(" ")[2]
        return int(count) if count.isdigit() else -1
