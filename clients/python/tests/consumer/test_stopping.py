"""Stopping a consumer: running handlers, prefetched messages, and the keys that remain."""

from __future__ import annotations

import asyncio
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from running_consumers import PROCESSING, QUEUE, Gate, Running, keys_of_messages, message, wait_until, waits_in_redis

from hokusai_model_events.consumer import Consumer, Delivery, Message
from hokusai_model_events.consumer.event_loop import run_to_end, woken_by_signals

# Numbers of epoll_wait and epoll_pwait in Linux: on x86-64, then on ARM.
EPOLL_WAITS = ("232", "281", "22")
TEXTS = [message(name) for name in "abcde"]


def waiting(client: Any) -> list[str]:
    return [text.decode() for text in reversed(client.lrange(QUEUE, 0, -1))]


def test_stopping_finishes_running_handlers_gives_prefetched_messages_back_in_order_and_claims_nothing(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, *TEXTS)
    begun, go = Gate(), Gate()
    seen: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        seen.append(message.message_id)
        begun.open()
        go.wait()

    running = consumers.start(handler, prefetch=3)
    begun.wait()
    running.stop_soon()
    wait_until(lambda: client.llen(QUEUE) == 4)
    go.open()
    running.stop()
    assert [event.message_id for event in running.reports.of("acknowledged")] == ["a"]
    assert seen == ["a"] and waiting(client) == TEXTS[1:]
    assert keys_of_messages(client) == [QUEUE]


def test_a_handler_beyond_stop_seconds_is_cancelled_and_its_message_given_back_unchanged(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, *TEXTS[:2])
    begun, cancelled = Gate(), Gate()

    def handler(_: Message, delivery: Delivery) -> None:
        begun.open()
        if delivery.cancelled.wait(30) and not delivery.lost.is_set():
            cancelled.open()
            raise ValueError("cancelled")

    running = consumers.start(handler, stop_seconds=0, prefetch=1)
    begun.wait()
    running.stop()
    cancelled.wait()
    assert waiting(client) == TEXTS[:2]
    assert keys_of_messages(client) == [QUEUE]


def test_stopping_during_the_wait_in_redis_ends_at_once_and_leaves_no_keys(
    consumers: Running, client: Any
) -> None:
    running = consumers.start(lambda *_: None, block_seconds=60)
    wait_until(lambda: waits_in_redis(client))
    running.stop()
    client.lpush(QUEUE, TEXTS[0])
    wait_until(lambda: len(client.client_list(_type="normal")) == 1)
    assert waiting(client) == TEXTS[:1] and running.reports.all == []


def test_a_message_that_arrives_during_a_stop_is_processed_or_stays_in_the_queue(consumers: Running, client: Any) -> None:
    done: list[str] = []
    ids = [f"m{number}" for number in range(30)]
    for number, name in enumerate(ids):
        running = consumers.start(lambda message, _: done.append(message.message_id), block_seconds=60)
        if number % 3:
            wait_until(lambda: waits_in_redis(client))
        client.lpush(QUEUE, message(name))
        running.stop()
        assert client.llen(PROCESSING) == 0
    left = [text.split('"message_id":"')[1].split('"')[0] for text in waiting(client)]
    assert sorted(done + left) == sorted(ids)


def test_stopping_before_the_start_and_stopping_twice_have_no_further_effect(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, TEXTS[0])
    running = consumers.prepare(lambda *_: None)
    running.stop_soon()
    running.thread.start()
    running.stop()
    running.stop()
    assert waiting(client) == TEXTS[:1] and keys_of_messages(client) == [QUEUE]


def test_a_second_run_is_refused(consumers: Running) -> None:
    running = consumers.start(lambda *_: None)
    running.stop()
    consumer = running.consumer
    with pytest.raises(RuntimeError, match="a consumer runs once: create a new consumer"):
        if isinstance(consumer, Consumer):
            consumer.run()
        else:
            asyncio.run(consumer.run())


def test_a_consumer_that_cannot_reach_redis_can_be_stopped(consumers: Running) -> None:
    running = consumers.start(lambda *_: None, settings={"port": 1})
    running.reports.of("warning", 2)
    running.stop()


def test_a_signal_just_before_the_loop_sleeps_ends_the_wait() -> None:
    async def wait_for_the_signal() -> None:
        loop = asyncio.get_running_loop()
        sleeping_in = Path(f"/proc/self/task/{threading.get_native_id()}/syscall")
        heard = asyncio.Event()
        signal.signal(signal.SIGUSR1, lambda *_: heard.set())
        # Delivered to another thread: nothing interrupts this one, as with a signal that comes just before it sleeps.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})

        def send_signal() -> None:
            while sleeping_in.read_text().split()[0] not in EPOLL_WAITS:
                pass
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
            signal.raise_signal(signal.SIGUSR1)

        with woken_by_signals(loop):
            loop.call_soon(threading.Thread(target=send_signal).start)
            bound = loop.call_later(20, lambda: None)
            await heard.wait()
            assert loop.time() < bound.when(), "only the time limit has woken the loop"
            bound.cancel()

    try:
        run_to_end(wait_for_the_signal())
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
