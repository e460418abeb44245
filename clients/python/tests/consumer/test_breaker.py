"""The circuit breaker: a consumer pauses itself while all attempts fail."""

from __future__ import annotations

import threading
from typing import Any

from running_consumers import DEAD_LETTERS, QUEUE, Running, keys_of_messages, message

from hokusai_model_events.consumer import DeadLetterError, Delivery, Message
from hokusai_model_events.consumer.breaker import CircuitBreaker


def test_an_outage_dead_letters_nothing_and_the_work_continues_after_it(consumers: Running, client: Any) -> None:
    ids = [f"m{number}" for number in range(6)]
    client.lpush(QUEUE, *map(message, ids))
    over = threading.Event()

    def handler(*_: object) -> None:
        if not over.is_set():
            raise ConnectionError("the RPC does not answer")

    # Without the breaker the retries would be used up within a second.
    running = consumers.start(
        handler, concurrency=2, breaker_failures=3, first_retry_seconds=0.1, longest_retry_seconds=0.3
    )
    opened = running.reports.of("breaker-opened", 3)
    assert running.consumer.status.state == "breaker-open"
    over.set()
    running.reports.of("acknowledged", 6)
    assert str(opened[0].error) == "the RPC does not answer"
    # Each pause is twice the one before, within ± 25 %.
    assert all(event.seconds is not None and 0 < event.seconds <= 1.25 * 2**at for at, event in enumerate(opened))
    assert running.reports.of("snoozed") and len(running.reports.of("breaker-closed")) == 1
    assert not client.exists(DEAD_LETTERS) and keys_of_messages(client) == []
    assert running.consumer.status.state == "running"


def test_while_the_breaker_is_open_one_message_at_a_time_is_attempted(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, *(message(f"m{number}") for number in range(12)))
    attempts: list[int] = []
    running = consumers.start(
        lambda message, _: attempts.append(1) or _fail(), concurrency=2, prefetch=6, breaker_failures=2
    )
    running.reports.of("breaker-opened", 2)
    # Two attempts opened it; at most one more was running, and one was the probe.
    assert len(attempts) <= 4
    running.stop()


def _fail() -> None:
    raise ConnectionError("the RPC does not answer")


def test_messages_that_are_refused_or_unreadable_do_not_open_the_breaker(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, *(message(f"m{number}") for number in range(5)), *(f"foreign {number}" for number in range(5)))

    def handler(message: Message, _: Delivery) -> None:
        raise DeadLetterError("the symbol is taken")

    running = consumers.start(handler, breaker_failures=1)
    running.reports.of("dead-lettered", 10)
    assert running.consumer.status.state == "running"
    assert {event.name for event in running.reports.all} == {"dead-lettered"}


def test_the_breaker_counts_different_messages_and_a_success_starts_again() -> None:
    breaker = CircuitBreaker(2)
    assert not breaker.failed("a") and not breaker.failed("a")
    assert not breaker.succeeded()
    assert not breaker.failed("b") and breaker.failed("c") and breaker.is_open
    assert breaker.succeeded() and not breaker.is_open


def test_each_failed_probe_doubles_the_pause_up_to_a_minute() -> None:
    now = 0.0
    breaker = CircuitBreaker(1, clock=lambda: now)
    for pause in (1, 2, 4, 8, 16, 32, 60, 60):
        assert breaker.failed("a")
        assert 0.75 * pause <= breaker.remaining_seconds <= 1.25 * pause
        # A handler that was running before is no probe.
        assert not breaker.failed("b")
        now += breaker.remaining_seconds


def test_zero_turns_the_breaker_off() -> None:
    breaker = CircuitBreaker(0)
    assert not any(breaker.failed(str(number)) for number in range(100)) and not breaker.is_open
