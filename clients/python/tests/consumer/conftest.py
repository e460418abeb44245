"""A real Redis with TLS and auth, empty before each test, and consumers of both kinds connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis
from consumer_programs import Program, programs
from redis_server import RedisServer
from running_consumers import Running, started


@pytest.fixture(scope="session")
def server() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    """The test's connection."""
    client = server.connect()
    client.flushall()
    yield client
    client.connection_pool.disconnect()  # close() does not disconnect in every version


@pytest.fixture(params=["sync", "asyncio"])
def consumers(request: pytest.FixtureRequest, server: RedisServer, client: object) -> Iterator[Running]:
    """Starts consumers; each test runs with both kinds. Stops them after the test."""
    with started(request.param, server.settings(), server.ca_file) as running:
        yield running


@pytest.fixture(params=["sync", "asyncio"])
def start_program(
    request: pytest.FixtureRequest, server: RedisServer, client: object
) -> Iterator[Callable[..., Program]]:
    """Starts consumers as processes that a test can kill; each test runs with both kinds."""
    place = {"host": server.host, "port": server.port, "token": server.token, "caFile": server.ca_file}
    order = {"redis": place, "queue": "model_events", "firstRetrySeconds": 0.01}
    with programs(request.param, order) as start:
        yield start
