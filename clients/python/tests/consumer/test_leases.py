"""Leases are renewed, and a consumer that lost its claim settles nothing."""

from __future__ import annotations

from typing import Any

import pytest
from running_consumers import (
    KEYS,
    PROCESSING,
    QUEUE,
    Gate,
    Running,
    expire_leases,
    held_handler,
    keys_of_messages,
    message,
    move_claim,
    wait_until,
)

from hokusai_model_events.consumer import Delivery, Message


def everything(client: Any) -> list[object]:
    return [client.lrange(QUEUE, 0, -1), client.lrange(PROCESSING, 0, -1), client.hgetall(KEYS.claims), keys_of_messages(client)]


def test_leases_of_started_and_prefetched_messages_are_renewed_while_the_handler_runs(
    consumers: Running, client: Any
) -> None:
    texts = [message("a"), message("b")]
    client.lpush(QUEUE, *texts)
    begun, go, handler = held_handler()
    reports = consumers.start(handler, lease_seconds=5, prefetch=1).reports
    begun.wait()
    expire_leases(client)
    wait_until(lambda: all(score > 0 for _, score in client.zrange(KEYS.leases, 0, -1, withscores=True)))
    go.open()
    reports.of("acknowledged", 2)
    assert keys_of_messages(client) == []


def test_a_lost_claim_sets_lost_and_cannot_settle_the_next_holders_claim(
    consumers: Running, client: Any
) -> None:
    text = message("a")
    client.lpush(QUEUE, text)
    begun, go, cancelled = Gate(), Gate(), Gate()

    def handler(_: Message, delivery: Delivery) -> None:
        begun.open()
        if delivery.cancelled.wait(30) and delivery.lost.wait(30):
            cancelled.open()
        go.wait()

    running = consumers.start(handler, lease_seconds=5)
    begun.wait()
    move_claim(client, text)
    cancelled.wait()
    assert running.reports.of("lost")[0].text == text.encode()
    before = everything(client)
    go.open()
    running.stop()
    assert everything(client) == before
    assert [event.name for event in running.reports.all] == ["lost"]


@pytest.mark.parametrize("succeeds", [True, False])
def test_a_handler_that_ends_after_its_claim_moved_to_another_consumer_settles_nothing(
    consumers: Running, client: Any, succeeds: bool
) -> None:
    text = message("a")
    client.lpush(QUEUE, text)
    begun, go = Gate(), Gate()

    def handler(*_: object) -> None:
        begun.open()
        go.wait()
        if not succeeds:
            raise ValueError("too late")

    running = consumers.start(handler, lease_seconds=3600)
    begun.wait()
    move_claim(client, text)
    before = everything(client)
    go.open()
    assert running.reports.of("lost")[0].message_id == "a"
    running.stop()
    assert everything(client) == before


def test_a_prefetched_message_that_another_consumer_claimed_is_not_processed(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    begun, go = Gate(), Gate()
    seen: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        seen.append(message.message_id)
        begun.open()
        go.wait()

    reports = consumers.start(handler, lease_seconds=3600, prefetch=1).reports
    begun.wait()
    move_claim(client, message("b"))
    go.open()
    assert reports.of("lost")[0].text == message("b").encode()
    assert seen == ["a"]
