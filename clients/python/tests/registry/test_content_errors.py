"""A refused call is sent event by event: the event at fault is kept, and the others are delivered."""

from __future__ import annotations

from typing import Any

import pytest

from hokusai_model_events.registry import Batch, EventBus, Relay
from hokusai_model_events.registry.event_bus import CALL_BYTES

from .http_bus import Answer, accepted, http_bus
from .local_bus import NAME
from .registry_database import RegistryDatabase, registered


def drained(relay: Relay) -> list[Batch]:
    batches: list[Batch] = []
    while not (batch := relay.run_once()).is_empty:
        assert batch.error is None
        batches.append(batch)
    relay.close()
    return batches


def test_events_that_are_too_large_together_are_delivered_one_by_one(database: RegistryDatabase) -> None:
    def proxy(entries: list[Any], size: int) -> Answer:
        return accepted(entries) if size < 100_000 else (413, b"")

    models = [f"m-{number}" for number in range(10)]
    database.register(*(registered(model, model_name="x" * 60_000) for model in models))
    with http_bus(proxy) as bus:
        batches = drained(Relay(database.database, EventBus(NAME, endpoint_url=bus.url)))
        assert sum(batch.sent for batch in batches) == 10
        assert len(bus.accepted) == 10
        assert len(bus.body_bytes) == 11
    assert database.unsent() == []


@pytest.mark.parametrize(
    "answer", [(413, b""), (400, b'{"__type":"BrandNewException","message":"?"}'), (422, b"<html>no</html>"), (400, b"")]
)
def test_an_event_that_the_bus_refuses_for_an_unknown_reason_is_kept_and_the_others_are_delivered(
    answer: Answer, database: RegistryDatabase
) -> None:
    def bus_of(entries: list[Any], size: int) -> Answer:
        return answer if any("guilty" in entry["Detail"] for entry in entries) else accepted(entries)

    database.register(registered("a"), registered("guilty"), *(registered(f"m-{number}") for number in range(10)))
    with http_bus(bus_of) as bus:
        batches = drained(Relay(database.database, EventBus(NAME, endpoint_url=bus.url)))
        assert sum(batch.refused for batch in batches) == 1
        assert len(set(bus.accepted)) == len(bus.accepted) == 11
    assert database.unsent() == ["event-guilty"]


@pytest.mark.parametrize(
    "answer",
    [(403, b""), (404, b"<html>no such page</html>"), (407, b""), (429, b""), (500, b""), (200, b"<html>sign in</html>"), (200, b"{}"),
     (451, b""), (423, b""), (400, b'{"__type":"ConcurrentModificationException"}'), (400, b'{"__type":"MissingAuthenticationTokenException"}'),
     (400, b'{"__type":"ExpiredTokenException"}'), (400, b'{"__type":"ThrottlingException"}'),
     (200, b'{"FailedEntryCount":0,"Entries":[]}')],
)
def test_an_answer_that_is_not_about_the_content_refuses_no_event(answer: Answer, database: RegistryDatabase) -> None:
    database.register(registered("a"), registered("b"))
    with http_bus(lambda entries, size: answer) as bus:
        relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url))
        batch = relay.run_once()
        assert (batch.sent, batch.postponed, batch.refused) == (0, 2, 0)
        assert (batch.error or "").startswith(f"PutEvents on bus {NAME} failed: ")
        bus.answer = lambda entries, size: accepted(entries)
        assert relay.run_once().sent == 2
        relay.close()


def test_the_size_of_a_call_is_the_size_of_its_body(database: RegistryDatabase) -> None:
    # boto3 writes an "é" with six bytes and a quote with four.
    database.register(*(registered(f"accents-{number}", model_name="é" * 95_000) for number in range(3)))
    database.register(*(registered(f"quotes-{number}", model_name='"' * 90_000) for number in range(6)))
    with http_bus(lambda entries, size: accepted(entries)) as bus:
        assert [batch.sent for batch in drained(Relay(database.database, EventBus(NAME, endpoint_url=bus.url)))] == [1, 1, 2, 2, 2, 1]
        assert max(bus.body_bytes) < CALL_BYTES
