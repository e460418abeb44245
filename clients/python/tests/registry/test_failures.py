"""The relay continues after the pipeline or the database was unreachable, and registrations are not affected."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import pytest

from hokusai_model_events.registry import Batch, Database, DatabaseError, EventBus, Relay

from .local_bus import NAME, LocalBus
from .postgresql import PostgreSQL
from .registry_database import RegistryDatabase, registered


@contextmanager
def running(relay: Relay) -> Generator[Callable[[], Batch], None, None]:
    """Runs the relay in a thread; yields a function that waits for its next batch."""
    stop = threading.Event()
    batches: SimpleQueue[Batch] = SimpleQueue()
    thread = threading.Thread(target=relay.run, args=(stop, batches.put))
    thread.start()
    try:
        yield lambda: batches.get(timeout=60)
    finally:
        stop.set()
        thread.join()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def first(next_batch: Callable[[], Batch], wanted: Callable[[Batch], bool], within_seconds: float = 60) -> Batch:
    """Waits for the first batch of the wanted kind; skips others."""
    others: list[Batch] = []
    until = time.monotonic() + within_seconds
    while not wanted(batch := next_batch()):
        others.append(batch)
        assert time.monotonic() < until, f"no batch of the wanted kind: {others}"
    return batch


def test_every_event_is_sent_after_the_bus_was_unreachable(database: RegistryDatabase, tmp_path: Path) -> None:
    port = free_port()
    database.register(registered("a"))
    relay = Relay(database.database, EventBus(NAME, endpoint_url=f"http://127.0.0.1:{port}"), poll_seconds=0.05)
    with running(relay) as next_batch:
        error = next_batch().error
        assert error is not None
        assert "Could not connect to the endpoint URL" in error
        # Registrations do not depend on the bus.
        database.register(registered("b"))
        bus = LocalBus(tmp_path, port)
        try:
            # In two batches if the bus starts during the first.
            sent = 0
            while sent < 2:
                sent += next_batch().sent
            assert sent == 2
            assert bus.event_ids() == ["event-a", "event-b"]
        finally:
            bus.stop()


def test_every_event_is_sent_after_the_database_was_unreachable(postgresql: PostgreSQL, bus: LocalBus) -> None:
    database = RegistryDatabase.in_postgresql(postgresql.new_database())
    database.register(registered("a"))
    relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url), poll_seconds=0.05)
    with running(relay) as next_batch:
        assert next_batch().sent == 1
        postgresql.stop()
        try:
            # A batch with the failure of the open connection may come first.
            first(next_batch, lambda batch: (batch.error or "").startswith("cannot connect to PostgreSQL: connection"))
        finally:
            postgresql.start()
        database.register(registered("b"))
        assert first(next_batch, lambda batch: batch.error is None).sent == 1
    assert bus.event_ids() == ["event-a", "event-b"]


def test_a_registration_that_holds_the_sqlite_write_lock_only_delays_the_relay(
    tmp_path: Path, bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    database.register(registered("a"))
    busy = database.connect()
    busy.execute("BEGIN IMMEDIATE")

    def impatient() -> object:
        connection = database.connect()
        connection.execute("PRAGMA busy_timeout = 1")
        return connection

    relay = Relay(Database(impatient, database.database.error), EventBus(NAME, endpoint_url=bus.url), poll_seconds=0.05)  # type: ignore[arg-type]
    with running(relay) as next_batch:
        assert next_batch().error == "the database failed: database is locked"
        busy.rollback()
        busy.close()
        assert first(next_batch, lambda batch: batch.error is None).sent == 1


@pytest.mark.parametrize(
    ("conninfo", "text"),
    [
        ("postgresql://u:geheim@/x?host=/nowhere", "connection"),
        ("postgresql://u:p@geheim@h.invalid/x", "cannot connect"),
        ("postgresql://u:p/geheim@h.invalid/x", "cannot connect"),
        ("postgresql://u:geheim@[::1/x", "should be like postgresql://user@host:5432/database"),
        ("u:geheim", "should be like postgresql://user@host:5432/database"),
        ("user=u passwort=geheim", "should be like postgresql://user@host:5432/database"),
    ],
)
def test_connection_errors_do_not_contain_the_password(conninfo: str, text: str) -> None:
    with pytest.raises(DatabaseError, match=text) as raised:
        Database.postgresql(conninfo).connect()
    assert "geheim" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
