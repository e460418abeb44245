"""The relay works behind PgBouncer in transaction mode without a setting."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from hokusai_model_events.registry import AsyncOutbox, Database, EventBus, Relay

from .local_bus import NAME, LocalBus
from .pgbouncer import pooled
from .postgresql import PostgreSQL
from .registry_database import RegistryDatabase, registered
from .test_async_outbox import address

DRIVERS = ["psycopg", "psycopg2"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_two_relays_behind_pgbouncer_send_every_event_once_and_without_an_error(
    driver: str, postgresql: PostgreSQL, bus: LocalBus, use_driver: Callable[[str], Any]
) -> None:
    use_driver(driver)
    conninfo = postgresql.new_database()
    database = RegistryDatabase.in_postgresql(conninfo)
    models = [f"m-{number:02}" for number in range(60)]
    with pooled(conninfo) as pooler:
        # The registry too writes through the pooler.
        RegistryDatabase(Database.postgresql(pooler), database.arguments, "%s").register(*map(registered, models))
        failures: list[BaseException] = []

        def work() -> None:
            relay = Relay(Database.postgresql(pooler), EventBus(NAME, endpoint_url=bus.url))
            try:
                while database.unsent():
                    relay.run_once()
            except BaseException as error:
                failures.append(error)
            finally:
                relay.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert Counter(bus.event_ids()) == Counter(f"event-{model}" for model in models)


def test_asyncpg_works_behind_pgbouncer_without_its_cache_of_statements(postgresql: PostgreSQL) -> None:
    asyncpg: Any = pytest.importorskip("asyncpg")
    conninfo = postgresql.new_database()
    database = RegistryDatabase.in_postgresql(conninfo)

    async def register(pooler: str, name: str) -> None:
        connection = await asyncpg.connect(**address(pooler) | {"port": 6432}, statement_cache_size=0)
        for number in range(10):
            async with connection.transaction():
                await AsyncOutbox(connection).add(registered(f"{name}-{number}"))
        await connection.close()

    async def both(pooler: str) -> None:
        await asyncio.gather(*(register(pooler, name) for name in "abcd"))

    with pooled(conninfo) as pooler:
        asyncio.run(both(pooler))
    assert len(database.unsent()) == 40


def test_the_error_of_a_cached_statement_that_another_server_connection_does_not_know_names_the_setting(
    postgresql: PostgreSQL,
) -> None:
    asyncpg: Any = pytest.importorskip("asyncpg")
    conninfo = postgresql.new_database()
    RegistryDatabase.in_postgresql(conninfo)

    async def on_both_servers(pooler: str) -> None:
        to = {**address(pooler), "port": 6432}
        caching, other = await asyncpg.connect(**to), await asyncpg.connect(**to, statement_cache_size=0)
        async with caching.transaction():
            await AsyncOutbox(caching).add(registered("first"))
            server = await caching.fetchval("SELECT pg_backend_pid()")
        # While it holds that server connection, the other client's next transaction runs on the second one.
        held = other.transaction()
        await held.start()
        while await other.fetchval("SELECT pg_backend_pid()") != server:
            await held.rollback()
            held = other.transaction()
            await held.start()
        async with caching.transaction():
            await AsyncOutbox(caching).add(registered("second"))

    with pooled(conninfo) as pooler:
        with pytest.raises(Exception, match="connect asyncpg with statement_cache_size=0"):
            asyncio.run(on_both_servers(pooler))
