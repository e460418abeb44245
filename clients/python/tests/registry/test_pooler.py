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


@pytest.mark.parametrize("cached", [0, 100])
def test_asyncpg_works_behind_pgbouncer_with_the_setting_that_its_error_names(cached: int, postgresql: PostgreSQL) -> None:
    asyncpg: Any = pytest.importorskip("asyncpg")
    conninfo = postgresql.new_database()
    database = RegistryDatabase.in_postgresql(conninfo)

    async def register(pooler: str, name: str) -> None:
        to = {**address(pooler), "port": 6432}
        connection = await asyncpg.connect(**to, statement_cache_size=cached)
        for number in range(10):
            async with connection.transaction():
                await AsyncOutbox(connection).add(registered(f"{name}-{number}"))

    async def both(pooler: str) -> list[BaseException | None]:
        return await asyncio.gather(*(register(pooler, name) for name in "abcd"), return_exceptions=True)

    with pooled(conninfo) as pooler:
        errors = [error for error in asyncio.run(both(pooler)) if error is not None]
    if cached == 0:
        assert errors == []
        assert len(database.unsent()) == 40
    else:
        assert errors
        assert all("connect asyncpg with statement_cache_size=0" in str(error) for error in errors)
