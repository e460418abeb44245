"""A handler postpones a message, and an operator pauses a queue: neither uses up an attempt."""

from __future__ import annotations

import re
from typing import Any

import pytest
from running_consumers import (
    DEAD_LETTERS,
    KEYS,
    QUEUE,
    Running,
    dead_letter,
    held_handler,
    keys_of_messages,
    message,
    scripts_run,
    wait_until,
)

from hokusai_model_events.consumer import Delivery, Message, SnoozeError
from hokusai_model_events.errors import SettingsError


def test_a_snoozed_message_comes_back_without_a_failed_attempt(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a"))
    attempts: list[tuple[int, int]] = []

    def handler(message: Message, delivery: Delivery) -> None:
        attempts.append((delivery.attempt, message.retry_count))
        if len(attempts) < 6:
            raise SnoozeError(0.01, "the chain is syncing")

    reports = consumers.start(handler, max_retries=0).reports
    reports.of("acknowledged")
    assert attempts == [(1, 0)] * 6
    events = reports.of("snoozed", 5)
    assert [(event.seconds, str(event.error), event.message_id) for event in events] == [
        (0.01, "the chain is syncing", "a")
    ] * 5
    assert keys_of_messages(client) == []


def test_the_attempt_is_1_first_and_follows_the_retry_count(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a", retry_count=1))
    attempts: list[int] = []

    def handler(_: Message, delivery: Delivery) -> None:
        attempts.append(delivery.attempt)
        if len(attempts) == 1:
            raise ValueError("again")

    consumers.start(handler).reports.of("acknowledged")
    assert attempts == [2, 3]


def test_a_message_snoozed_for_longer_than_max_snooze_seconds_has_failed(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a"))

    def handler(*_: object) -> None:
        raise SnoozeError(0.01, "the chain is syncing")

    reports = consumers.start(handler, max_snooze_seconds=0, max_retries=0).reports
    reports.of("dead-lettered")
    error = dead_letter(client)["error"]
    assert (error["code"], error["message"]) == ("HANDLER_FAILED", "snoozed for longer than 0 s: the chain is syncing")
    assert keys_of_messages(client) == [DEAD_LETTERS]


@pytest.mark.parametrize("seconds", [-1, 86_401, float("nan")])
def test_a_snooze_outside_its_range_is_an_error(seconds: float) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"seconds must be a number from 0 to 86400, got {seconds!r}")):
        SnoozeError(seconds)


def test_a_paused_queue_is_not_claimed_until_it_is_resumed(consumers: Running, client: Any) -> None:
    client.hset(KEYS.state, "paused", "2026-11-27T10:00:00.000Z the chain is down")
    client.lpush(QUEUE, message("a"))
    running = consumers.start(lambda *_: None, block_seconds=0.1)
    running.reports.of("paused")
    assert running.consumer.status.state == "paused"
    before = scripts_run(client)
    # It asks again, and takes nothing.
    wait_until(lambda: scripts_run(client) >= before + 2)
    assert client.lrange(QUEUE, 0, -1) == [message("a").encode()]
    client.hdel(KEYS.state, "paused")
    running.reports.of("acknowledged")
    assert running.consumer.status.state == "running"
    assert [event.name for event in running.reports.all] == ["paused", "resumed", "acknowledged"]


def test_a_pause_lets_the_running_handler_finish(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    begun, go, handler = held_handler()
    running = consumers.start(handler, block_seconds=0.1)
    begun.wait()
    client.hset(KEYS.state, "paused", "2026-11-27T10:00:00.000Z")
    go.open()
    running.reports.of("paused")
    assert [event.message_id for event in running.reports.all if event.name == "acknowledged"] == ["a"]
    assert client.lrange(QUEUE, 0, -1) == [message("b").encode()]
