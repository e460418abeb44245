"""AsyncOutbox keeps the promises of Outbox on the connections of psycopg's AsyncConnection, asyncpg and SQLAlchemy's asyncio extension."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hokusai_model_events.registry import AsyncOutbox, EventBus, Outbox, OutboxError, Relay, SettingsError

from .local_bus import NAME, LocalBus
from .postgresql import PostgreSQL
from .registry_database import RegistryDatabase, registered

Begun = Callable[[], AbstractAsyncContextManager[Any]]
"""Opens a connection in a transaction, which it commits at its end and rolls back on an exception."""


def address(conninfo: str) -> dict[str, str]:
    parts = urlsplit(conninfo)
    return {"host": parse_qs(parts.query)["host"][0], "user": "registry", "database": parts.path[1:]}


def psycopg_connection(conninfo: str) -> Begun:
    psycopg = pytest.importorskip("psycopg")
    rows = pytest.importorskip("psycopg.rows")

    @asynccontextmanager
    async def begun() -> AsyncGenerator[Any, None]:
        connection = await psycopg.AsyncConnection.connect(conninfo, row_factory=rows.dict_row)
        # In newer versions one with other placeholders.
        connection.cursor_factory = getattr(psycopg, "AsyncRawCursor", psycopg.AsyncCursor)
        async with connection:
            yield connection

    return begun


def asyncpg_connection(conninfo: str) -> Begun:
    asyncpg = pytest.importorskip("asyncpg")

    @asynccontextmanager
    async def begun() -> AsyncGenerator[Any, None]:
        async with asyncpg.create_pool(**address(conninfo), min_size=1) as pool, pool.acquire() as connection, connection.transaction():
            yield connection

    return begun


def sqlalchemy_connection(conninfo: str) -> Begun:
    pytest.importorskip("asyncpg")
    asyncio_extension = pytest.importorskip("sqlalchemy.ext.asyncio")
    text = pytest.importorskip("sqlalchemy").text
    to = address(conninfo)

    @asynccontextmanager
    async def begun() -> AsyncGenerator[Any, None]:
        engine = asyncio_extension.create_async_engine(f"postgresql+asyncpg://registry@/{to['database']}?host={to['host']}")
        try:
            async with asyncio_extension.AsyncSession(engine) as session, session.begin():
                # SQLAlchemy begins the transaction with the session's first statement: that of the registration.
                await session.execute(text("INSERT INTO models VALUES ('m-1')"))
                yield await (await session.connection()).get_raw_connection()
        finally:
            await engine.dispose()

    return begun


@pytest.fixture(params=[psycopg_connection, asyncpg_connection, sqlalchemy_connection])
def registry(request: pytest.FixtureRequest, postgresql: PostgreSQL) -> tuple[RegistryDatabase, Begun]:
    conninfo = postgresql.new_database()
    return RegistryDatabase.in_postgresql(conninfo), request.param(conninfo)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    asyncio.run(main())


def test_a_committed_registration_has_its_event_and_a_rolled_back_one_has_none(
    registry: tuple[RegistryDatabase, Begun], bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, begun = registry
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-6b0943a3-8da2f56f9c90034d8020c4a0;Parent=8da2f56f9c90034d;Sampled=1")
    event = registered("kept", model_name="é🌊\u0000'%s ? :now $1")

    async def work() -> None:
        with pytest.raises(ZeroDivisionError):
            async with begun() as connection:
                await AsyncOutbox(connection).add(registered("dropped"))
                raise ZeroDivisionError
        async with begun() as connection:
            await AsyncOutbox(connection).create_table()
            await AsyncOutbox(connection).add(event)
            assert database.unsent() == []

    run(work)
    assert database.unsent() == ["event-kept"]
    relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url))
    assert relay.run_once().sent == 1
    relay.close()
    assert bus.details() == [event.detail]
    assert bus.trace_headers() == ["Root=1-6b0943a3-8da2f56f9c90034d8020c4a0;Parent=8da2f56f9c90034d;Sampled=1"]


def test_adding_the_same_event_twice_stores_it_once_and_another_one_with_its_id_is_an_error(registry: tuple[RegistryDatabase, Begun]) -> None:
    database, begun = registry

    async def work() -> None:
        async with begun() as connection:
            outbox = AsyncOutbox(connection)
            await outbox.add(registered("a"))
            await outbox.add(registered("a"))
            with pytest.raises(OutboxError, match="event_id event-a .* another detail"):
                await outbox.add(registered("b", event_id="event-a"))

    run(work)
    assert database.unsent() == ["event-a"]


def test_a_missing_table_is_an_error_that_names_the_schema_command(registry: tuple[RegistryDatabase, Begun]) -> None:
    database, begun = registry
    database.run("DROP TABLE model_events_outbox")

    async def work() -> None:
        with pytest.raises(OutboxError, match="create it with the SQL that `hokusai-model-events schema` prints"):
            async with begun() as connection:
                await AsyncOutbox(connection).add(registered())

    run(work)


def test_a_connection_that_commits_by_itself_is_refused(postgresql: PostgreSQL) -> None:
    asyncpg, psycopg = pytest.importorskip("asyncpg"), pytest.importorskip("psycopg")
    conninfo = postgresql.new_database()
    database = RegistryDatabase.in_postgresql(conninfo)

    async def work() -> None:
        first = await asyncpg.connect(**address(conninfo))
        second = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
        for connection in (first, second):
            with pytest.raises(OutboxError, match="begin a transaction first"):
                await AsyncOutbox(connection).add(registered("a"))
            async with connection.transaction():
                await AsyncOutbox(connection).add(registered("b"))
            await connection.close()

    run(work)
    assert database.unsent() == ["event-b"]


def test_outbox_refuses_an_asyncio_connection_and_names_async_outbox(registry: tuple[RegistryDatabase, Begun]) -> None:
    database, begun = registry

    async def work() -> None:
        async with begun() as connection:
            with pytest.raises(SettingsError, match="Outbox cannot wait for the asynchronous calls of .*: use AsyncOutbox"):
                Outbox(connection)

    run(work)
    assert database.unsent() == []


def test_run_sync_of_sqlalchemy_is_refused_and_names_async_outbox(postgresql: PostgreSQL) -> None:
    pytest.importorskip("asyncpg")
    extension = pytest.importorskip("sqlalchemy.ext.asyncio")
    conninfo = postgresql.new_database()
    database = RegistryDatabase.in_postgresql(conninfo)
    to = address(conninfo)

    async def work() -> None:
        engine = extension.create_async_engine(f"postgresql+asyncpg://registry@/{to['database']}?host={to['host']}")
        async with extension.AsyncSession(engine) as session, session.begin():
            with pytest.raises(SettingsError, match="asynchronous calls of asyncpg: use AsyncOutbox"):
                await session.run_sync(lambda sync: Outbox(sync.connection().connection).add(registered()))  # type: ignore[reportUnknownLambdaType]
        await engine.dispose()

    run(work)
    assert database.unsent() == []


def test_async_outbox_refuses_other_connections_and_names_outbox() -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(SettingsError, match="got one of sqlite3: use Outbox"):
        AsyncOutbox(connection)
    with pytest.raises(SettingsError, match="AsyncOutbox one of asyncpg or psycopg.AsyncConnection; got a builtins.object"):
        AsyncOutbox(object())
