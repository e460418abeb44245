"""SIGKILL at every statement of the registration and the relay: exactly the committed events arrive."""

from __future__ import annotations

from contextlib import closing

from hokusai_model_events.registry import EventBus, Outbox, Relay

from .crashing import killed_at
from .local_bus import NAME, LocalBus
from .registry_database import RegistryDatabase, register, registered

MODELS = ["a", "b", "c"]


def test_exactly_the_committed_registrations_arrive_wherever_the_process_is_killed(
    database: RegistryDatabase, bus: LocalBus
) -> None:
    def relay_all(of: RegistryDatabase) -> None:
        relay = Relay(of.database, EventBus(NAME, endpoint_url=bus.url))
        while not relay.run_once().is_empty:
            pass
        relay.close()

    def register_and_relay(of: RegistryDatabase) -> None:
        with closing(of.connect()) as connection:
            for model in MODELS:
                register(connection, registered(model), of.placeholder)
            Outbox(connection).add(registered("never-committed"))
            connection.rollback()
        relay_all(of)

    statement = 1
    seen: set[tuple[int, int]] = set()
    while killed_at(statement, database, register_and_relay):
        before = len(bus.event_ids())
        database.let_leases_run_out()
        relay_all(database)
        committed = database.models()
        arrived = bus.event_ids()
        assert committed == MODELS[: len(committed)], f"killed at statement {statement}"
        # Each once, after the pipeline has dropped what came twice.
        assert sorted(set(arrived)) == [f"event-{model}" for model in committed], f"killed at statement {statement}"
        assert database.unsent() == []
        seen.add((len(committed), before))
        statement += 1
        for table in ("models", "model_events_outbox"):
            database.run(f"DELETE FROM {table}")
        bus.clear()
    # Before, between and after the commits, and with the batch taken by the bus but not yet marked.
    assert seen == {(0, 0), (1, 0), (2, 0), (3, 0), (3, 3)}
    assert statement >= 20
    assert bus.event_ids() == [f"event-{model}" for model in MODELS]
