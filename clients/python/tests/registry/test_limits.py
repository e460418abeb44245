"""Every call of the relay ends: PostgreSQL or the bus that stops answering is reported, and SIGTERM ends the relay."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hokusai_model_events.registry import Batch, Database, DatabaseError, EventBus, Relay
from hokusai_model_events.limits import LimitError, within

from .http_bus import accepted, http_bus
from .local_bus import NAME, LocalBus
from .postgresql import PostgreSQL
from .program import COMMAND, start
from .registry_database import RegistryDatabase, registered
from .stalling_proxy import StallingProxy, stalling_proxy

Proxied = tuple[RegistryDatabase, str, StallingProxy]


@pytest.fixture
def proxied(postgresql: PostgreSQL) -> Generator[Proxied, None, None]:
    """A database, its connection string through a proxy, and the proxy."""
    conninfo = postgresql.new_database()
    socket = parse_qs(urlsplit(conninfo).query)["host"][0]
    with stalling_proxy(f"{socket}/.s.PGSQL.5432") as proxy:
        name = urlsplit(conninfo).path
        yield RegistryDatabase.in_postgresql(conninfo), f"postgresql://registry@127.0.0.1:{proxy.port}{name}?sslmode=disable", proxy


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_postgresql_that_stops_answering_is_reported_and_replaced_by_a_new_connection(
    driver: str, proxied: Proxied, bus: LocalBus, use_driver: Callable[[str], Any]
) -> None:
    use_driver(driver)
    database, conninfo, proxy = proxied
    relay = Relay(Database.postgresql(conninfo), EventBus(NAME, endpoint_url=bus.url), poll_seconds=0.05)
    stop, batches = threading.Event(), SimpleQueue[Batch]()
    thread = threading.Thread(target=relay.run, args=(stop, batches.put))
    thread.start()
    try:
        database.register(registered("a"))
        assert batches.get(timeout=30).sent == 1
        proxy.stalled.set()
        assert batches.get(timeout=30).error == "the database gave no answer within 8 s"
        # The proxy accepts a new connection, and does not forward it either.
        assert (batches.get(timeout=30).error or "").startswith("cannot connect to PostgreSQL: ")
        database.register(registered("b"))
        proxy.stalled.clear()
        while (batch := batches.get(timeout=90)).sent == 0:
            assert (batch.error or "").startswith("cannot connect to PostgreSQL: ")
    finally:
        stop.set()
        thread.join()
    assert bus.event_ids() == ["event-a", "event-b"]


def test_sigterm_ends_a_relay_whose_postgresql_has_stopped_answering(proxied: Proxied, bus: LocalBus) -> None:
    database, conninfo, proxy = proxied
    database.register(registered("a"))
    program = start([*COMMAND, "relay", "--database", conninfo, "--bus", NAME, "--endpoint-url", bus.url, "--poll-seconds", "0.05"])
    assert program.stdout is not None
    assert program.stdout.readline() == "sent 1, postponed 0, refused 0\n"
    proxy.stalled.set()
    program.send_signal(signal.SIGTERM)
    # ECS kills a task after 30 s.
    program.communicate(timeout=30)
    assert program.returncode == 0


def test_a_bus_that_never_answers_is_reported_and_the_events_are_sent_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    database.register(registered("a"))
    monkeypatch.setattr("hokusai_model_events.registry.event_bus.CALL_SECONDS", 0.5)
    with http_bus(lambda entries, size: None) as bus:
        relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url, check=False))
        assert relay.run_once().error == f"PutEvents on bus {NAME} failed: no answer within 0.5 s"
        bus.answer = lambda entries, size: accepted(entries)
        monkeypatch.undo()
        assert relay.run_once().sent == 1
        relay.close()


def test_a_result_that_comes_too_late_is_discarded() -> None:
    released, discarded = threading.Event(), SimpleQueue[str]()

    def late() -> str:
        released.wait()
        return "connection"

    with pytest.raises(LimitError, match="no answer within 0.01 s"):
        within(0.01, late, discarded.put)
    released.set()
    assert discarded.get(timeout=30) == "connection"


class HeldConnection:
    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def test_a_name_server_that_never_answers_does_not_stop_the_relay(monkeypatch: pytest.MonkeyPatch, use_driver: Callable[[str], Any]) -> None:
    driver, released = use_driver("psycopg2"), threading.Event()
    late = HeldConnection()

    def connect(*_: object, **__: object) -> HeldConnection:
        released.wait()
        return late

    monkeypatch.setattr(driver, "connect", connect)
    monkeypatch.setattr("hokusai_model_events.registry.database._CONNECT_SECONDS", 0.05)
    with pytest.raises(DatabaseError, match=r"cannot connect to PostgreSQL: no answer within 0\.05 s"):
        Database.postgresql("").connect()
    released.set()
    # It would count against the server's limit of connections.
    assert late.closed.wait(30)
