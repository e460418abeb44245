"""Several relays and registrations at once do not duplicate, undo or delay each other's work."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from hokusai_model_events.registry import Relay
from hokusai_model_events.registry.event_bus import CALL_BYTES, BusError, NotTaken, Taken, size_of
from hokusai_model_events.registry.outbox_rows import OutboxRows

from .held_bus import HeldBus
from .local_bus import LocalBus
from .registry_database import RegistryDatabase, registered


@pytest.mark.parametrize("relays", [2, 4])
def test_several_relays_at_once_send_each_event_once(
    relays: int, database: RegistryDatabase, new_relay: Callable[[], Relay], bus: LocalBus
) -> None:
    models = [f"m-{number:03}" for number in range(200)]
    database.register(*map(registered, models))
    start = threading.Barrier(relays)
    sent: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            relay = new_relay()
            start.wait()
            # An empty batch may mean that other relays hold the remaining events.
            while database.unsent():
                sent.append(relay.run_once().sent)
            relay.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(relays)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(sent) == 200
    assert Counter(bus.event_ids()) == Counter(f"event-{model}" for model in models)


def test_registrations_continue_while_the_bus_does_not_answer(database: RegistryDatabase) -> None:
    bus = HeldBus([Taken("1")])
    bus.meanwhile = lambda: database.register(registered("b"))
    database.register(registered("a"))
    relay = Relay(database.database, bus)
    assert relay.run_once().sent == 1
    assert database.unsent() == ["event-b"]
    relay.close()


def test_a_relay_that_lost_its_batch_does_not_overwrite_the_outcome(
    database: RegistryDatabase, relay: Relay, bus: LocalBus
) -> None:
    def another_relay_sends_it() -> None:
        database.let_leases_run_out()
        assert relay.run_once().sent == 1

    slow = HeldBus(BusError("away"))
    slow.meanwhile = another_relay_sends_it
    database.register(registered("a"))
    late = Relay(database.database, slow)
    assert late.run_once().error == "away"
    late.close()
    assert database.unsent() == []
    assert relay.run_once().is_empty


def test_a_late_relay_does_not_release_the_claim_of_another_relay(
    database: RegistryDatabase, relay: Relay, bus: LocalBus
) -> None:
    def another_relay_claims_them() -> None:
        database.let_leases_run_out()
        with closing(database.connect()) as connection:
            rows, _ = OutboxRows(connection).claim("other", rows=10, size=CALL_BYTES, size_of=size_of, lease_seconds=60)
            assert len(rows) == 1

    slow = HeldBus([NotTaken("InternalFailure", is_permanent=True)])
    slow.meanwhile = another_relay_claims_them
    database.register(registered("a"))
    late = Relay(database.database, slow)
    late.run_once()
    late.close()
    assert relay.run_once().is_empty
    database.let_leases_run_out()
    assert relay.run_once().sent == 1
