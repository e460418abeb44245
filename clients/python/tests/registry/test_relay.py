"""The relay sends every event, oldest first; only events that the bus accepted count as sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from hokusai_model_events.registry import Batch, EventBus, Relay, SettingsError
from hokusai_model_events.registry.outbox_status import retry_refused, status_of

from .held_bus import HeldBus
from .local_bus import NAME, LocalBus
from .registry_database import RegistryDatabase, registered


def registrations(count: int) -> list[str]:
    return [f"m-{number:02}" for number in range(count)]


def ids(models: Sequence[str]) -> list[str]:
    return [f"event-{model}" for model in models]


def drain(relay: Relay) -> list[Batch]:
    batches: list[Batch] = []
    while not (batch := relay.run_once()).is_empty:
        batches.append(batch)
    return batches


def test_events_are_sent_ten_at_a_time_oldest_first_and_once(database: RegistryDatabase, relay: Relay, bus: LocalBus) -> None:
    models = registrations(23)
    database.register(*map(registered, models))
    assert [batch.sent for batch in drain(relay)] == [10, 10, 3]
    assert bus.event_ids() == ids(models)
    assert database.unsent() == []
    assert relay.run_once().is_empty


def test_only_events_that_the_bus_accepted_count_as_sent(database: RegistryDatabase, relay: Relay, bus: LocalBus) -> None:
    database.register(*map(registered, registrations(5)))
    bus.fail(entries={"m-01": "ThrottlingException", "m-03": "InternalFailure"})
    batch = relay.run_once()
    assert (batch.sent, batch.postponed, batch.refused, batch.error) == (3, 2, 0, None)
    assert dict(batch.errors) == {
        "event-m-01": "ThrottlingException: a fault of the test",
        "event-m-03": "InternalFailure: a fault of the test",
    }
    assert database.unsent() == ["event-m-01", "event-m-03"]
    bus.fail()
    database.let_leases_run_out()
    assert relay.run_once().sent == 2
    assert Counter(bus.event_ids()) == Counter(ids(registrations(5)))


def test_a_failed_event_is_retried_with_backoff_and_does_not_delay_others(
    database: RegistryDatabase, relay: Relay, bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)  # type: ignore[reportUnknownLambdaType]
    database.register(registered("bad"))
    bus.fail(entries={"bad": "ThrottlingException"})
    for pause_seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]:
        database.let_leases_run_out()
        before_ms = database.now_ms()
        assert relay.run_once().postponed == 1
        ((due_ms,),) = database.query("SELECT due_ms FROM model_events_outbox")
        assert before_ms <= due_ms - pause_seconds * 1000 <= database.now_ms()
    database.register(registered("good"))
    assert relay.run_once().sent == 1
    assert bus.event_ids() == ["event-good"]


def test_a_refused_event_stays_with_its_error_until_an_operator_retries_it(
    database: RegistryDatabase, relay: Relay, bus: LocalBus
) -> None:
    database.register(*map(registered, registrations(3)))
    bus.fail(entries={"m-01": "NotAuthorizedForSourceException"})
    assert [(batch.sent, batch.refused) for batch in drain(relay)] == [(2, 1)]
    connection = database.connect()
    status = status_of(connection)
    assert (status.waiting, status.sent, status.refused_count) == (0, 2, 1)
    assert [(each.event_id, each.error) for each in status.refused] == [
        ("event-m-01", "NotAuthorizedForSourceException: a fault of the test")
    ]
    bus.fail()
    assert retry_refused(connection, ["event-m-00", "event-m-01"]) == 1
    connection.close()
    assert relay.run_once().sent == 1


def test_an_event_that_fails_the_whole_call_is_isolated_and_the_others_are_sent(
    database: RegistryDatabase, relay: Relay, bus: LocalBus
) -> None:
    models = registrations(12)
    database.register(*map(registered, models))
    bus.fail(call={"code": "ValidationException", "holding": "m-04"})
    batches = drain(relay)
    assert sum(batch.sent for batch in batches) == 11
    assert sum(batch.refused for batch in batches) == 1
    assert Counter(bus.event_ids()) == Counter(ids([model for model in models if model != "m-04"]))
    (refused,) = database.unsent()
    assert refused == "event-m-04"


def test_a_failed_call_does_not_count_against_its_events(
    database: RegistryDatabase, relay: Relay, bus: LocalBus
) -> None:
    database.register(*map(registered, registrations(3)))
    bus.fail(call={"code": "AccessDeniedException", "holding": ""})
    batch = relay.run_once()
    assert (batch.sent, batch.postponed, batch.refused) == (0, 3, 0)
    assert batch.error is not None
    assert batch.error.startswith("PutEvents on bus hokusai-development failed: ")
    assert "AccessDeniedException" in batch.error
    assert database.query("SELECT attempts FROM model_events_outbox") in ([(0,)] * 3, [[0]] * 3)
    bus.fail()
    assert relay.run_once().sent == 3
    assert bus.event_ids() == ids(registrations(3))


def test_only_sent_events_are_deleted_after_keep_seconds(
    database: RegistryDatabase, bus: LocalBus
) -> None:
    database.register(*map(registered, registrations(3)))
    bus.fail(entries={"m-01": "InvalidArgument", "m-02": "ThrottlingException"})
    relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url), keep_seconds=3600)
    stop = StopAfter(2)
    relay.run(stop, lambda batch: None)
    assert len(database.query("SELECT id FROM model_events_outbox")) == 3
    database.run("UPDATE model_events_outbox SET sent_ms = sent_ms - 3600001 WHERE sent_ms IS NOT NULL")
    relay.run(StopAfter(2), lambda batch: None)
    assert database.query("SELECT event_id FROM model_events_outbox ORDER BY id") in (
        [("event-m-01",), ("event-m-02",)], [["event-m-01"], ["event-m-02"]]
    )


def test_sent_events_that_cannot_be_deleted_are_reported(tmp_path: Path, bus: LocalBus) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    database.register(registered("a"))
    database.run("CREATE TRIGGER kept BEFORE DELETE ON model_events_outbox BEGIN SELECT RAISE(ABORT, 'no deletes here'); END")
    database.run("UPDATE model_events_outbox SET sent_ms = 1")
    batches: list[Batch] = []
    Relay(database.database, EventBus(NAME, endpoint_url=bus.url), keep_seconds=0).run(StopAfter(2), batches.append)
    assert [batch.error for batch in batches] == ["the database failed: no deletes here"]


class StopAfter:
    """Ends a relay after a number of passes, without waits between them."""

    def __init__(self, passes: int) -> None:
        self._passes = passes

    def is_set(self) -> bool:
        self._passes -= 1
        return self._passes < 0

    def wait(self, timeout: float) -> None:
        pass


@pytest.mark.parametrize(
    ("setting", "text"),
    [({"lease_seconds": 30}, "lease_seconds must be more than 30"), ({"poll_seconds": 0}, "poll_seconds"),
     ({"keep_seconds": -1}, "keep_seconds")],
)
def test_a_setting_out_of_range_is_named(setting: dict[str, float], text: str, database: RegistryDatabase) -> None:
    with pytest.raises(SettingsError, match=text):
        Relay(database.database, HeldBus([]), **setting)
