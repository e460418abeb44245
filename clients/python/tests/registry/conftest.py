"""Real databases and the local bus for the tests of the registry package."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hokusai_model_events.registry import EventBus, Relay

from .debian_packages import add_python_packages
from .local_bus import NAME, LocalBus
from .postgresql import PostgreSQL
from .registry_database import RegistryDatabase

# In this process the relay and the outbox then use psycopg; the command's processes use what is installed, such as psycopg2.
add_python_packages()

# For this process and its children.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_REGION="us-east-1",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE="/dev/null",
    AWS_SHARED_CREDENTIALS_FILE="/dev/null",
)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL()
    yield server
    server.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> RegistryDatabase:
    """The registry's database: a table of models, and the outbox."""
    if request.param == "sqlite":
        return RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return RegistryDatabase.in_postgresql(server.new_database())


@pytest.fixture(scope="session")
def started_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBus]:
    bus = LocalBus(tmp_path_factory.mktemp("bus"))
    yield bus
    bus.stop()


@pytest.fixture
def bus(started_bus: LocalBus) -> LocalBus:
    started_bus.clear()
    return started_bus


@pytest.fixture
def relay(database: RegistryDatabase, bus: LocalBus) -> Iterator[Relay]:
    made = Relay(database.database, EventBus(NAME, endpoint_url=bus.url))
    yield made
    made.close()


@pytest.fixture
def new_relay(database: RegistryDatabase, bus: LocalBus) -> Iterator[Callable[[], Relay]]:
    made: list[Relay] = []

    def make() -> Relay:
        made.append(Relay(database.database, EventBus(NAME, endpoint_url=bus.url)))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def use_driver(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Makes ``Database.postgresql`` use the driver of a name; skips the test without it."""

    def use(name: str) -> Any:
        driver = pytest.importorskip(name)
        monkeypatch.setattr("hokusai_model_events.registry.database._postgresql_driver", lambda: driver)
        return driver

    return use
