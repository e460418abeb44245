"""How much a consumer claims ahead: what waits for a busy handler is left to other consumers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis_server import RedisServer
from running_consumers import (
    DELAYED,
    QUEUE,
    Running,
    held_handler,
    keys_of_messages,
    message,
    reclaim,
    release,
    scripts_run,
    wait_until,
)

from hokusai_model_events.consumer import (
    AsyncConsumer,
    ConnectionOptions,
    ConsumerEvent,
    ConsumerOptions,
    ConsumerStatus,
    Delivery,
    Message,
)
from hokusai_model_events.consumer.capacity import Capacity


def test_prefetched_messages_that_wait_for_a_busy_handler_are_processed_by_an_idle_consumer(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, *map(message, "abcd"))
    begun, go, handler = held_handler()
    busy = consumers.start(handler, prefetch=20)
    begun.wait()
    done = consumers.start(lambda *_: None).reports.of("acknowledged", 3)
    assert [event.message_id for event in done] == ["b", "c", "d"]
    assert busy.consumer.status == ConsumerStatus("running", busy=1, held=1, pending=0)
    go.open()
    busy.reports.of("acknowledged")
    assert keys_of_messages(client) == []


def test_messages_that_went_back_are_not_claimed_again_while_the_handler_is_busy(
    consumers: Running, client: Any
) -> None:
    client.config_resetstat()
    client.lpush(QUEUE, *map(message, "abcd"))
    begun, go, handler = held_handler()
    reports = consumers.start(handler, prefetch=20, lease_seconds=5, block_seconds=60).reports
    begun.wait()
    wait_until(lambda: client.llen(QUEUE) == 3)
    before = scripts_run(client)
    # Leases are renewed meanwhile.
    wait_until(lambda: scripts_run(client) >= before + 2)
    # One claim took four messages, and the next one found none.
    assert client.info("commandstats")["cmdstat_lmove"]["calls"] == 6
    go.open()
    reports.of("acknowledged", 4)


def test_a_consumer_whose_messages_went_back_prefetches_again_after_the_handler_s_end() -> None:
    capacity = Capacity(2, 20)
    assert capacity.room(busy=0, pending=0) == 22
    capacity.overfill()
    assert capacity.room(busy=2, pending=0) == 0 and capacity.room(busy=1, pending=0) == 1
    capacity.handler_ended(0.01)
    assert capacity.room(busy=1, pending=0) == 21


@pytest.mark.parametrize(("seconds", "prefetched"), [(0.0, 20), (0.1, 20), (0.25, 8), (1.5, 1), (3, 0)])
def test_no_more_is_prefetched_than_the_handlers_start_within_a_second(seconds: float, prefetched: int) -> None:
    capacity = Capacity(2, 20)
    capacity.handler_ended(seconds)
    assert capacity.room(busy=2, pending=0) == prefetched


def test_the_average_follows_the_newest_handlers() -> None:
    capacity = Capacity(1, 10)
    capacity.handler_ended(1)
    for _ in range(20):
        capacity.handler_ended(0.1)
    assert capacity.room(busy=1, pending=1) == 8


@pytest.mark.parametrize("consumers", ["sync"], indirect=True)
def test_a_consumer_whose_handler_hangs_does_not_claim_its_released_message_again(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"))
    begun, go, hang = held_handler()
    calls: list[str] = []

    def hanging(message: Message, _: Delivery) -> None:
        calls.append(message.message_id)
        hang()

    hung = consumers.start(hanging, lease_seconds=5, block_seconds=0.1)
    begun.wait()
    reclaim(client)
    hung.reports.of("lost")
    assert hung.consumer.status == ConsumerStatus("running", busy=1, held=0, pending=0)
    consumers.start(lambda *_: None).reports.of("acknowledged")
    assert calls == ["a"] and keys_of_messages(client) == []
    # It works on as soon as its handler has ended.
    go.open()
    hung.reports.of("lost")
    client.lpush(QUEUE, message("b"))
    wait_until(lambda: keys_of_messages(client) == [])


def test_a_released_message_is_not_started_again_while_its_handler_runs_in_the_same_consumer(
    consumers: Running, client: Any
) -> None:
    text = message("a")
    client.lpush(QUEUE, text)
    begun, go, hang = held_handler()
    calls: list[str] = []

    def hanging(message: Message, _: Delivery) -> None:
        calls.append(message.message_id)
        hang()

    running = consumers.start(hanging, concurrency=2)
    begun.wait()
    release(client, text)
    [snoozed] = running.reports.of("snoozed")
    assert "the handler of an earlier attempt still runs" in str(snoozed.error)
    assert calls == ["a"] and client.zcard(DELAYED) == 1
    go.open()


def test_an_asyncio_handler_that_ignores_its_cancellation_keeps_its_place(server: RedisServer, client: Any) -> None:
    client.lpush(QUEUE, message("a"))
    calls: list[str] = []

    async def main() -> None:
        begun, go, lost, done = (asyncio.Event() for _ in range(4))

        async def hanging(message: Message, _: Delivery) -> None:
            calls.append(message.message_id)
            begun.set()
            while not go.is_set():
                try:
                    await go.wait()
                except asyncio.CancelledError:
                    pass

        async def quick(*_: object) -> None:
            done.set()

        def listener(event: ConsumerEvent) -> None:
            if event.name == "lost":
                lost.set()

        link = ConnectionOptions(ca_file=server.ca_file)
        options = ConsumerOptions(lease_seconds=5, block_seconds=0.1)
        hung = AsyncConsumer(server.settings(), hanging, options, connection=link, listener=listener)
        runs = [asyncio.ensure_future(hung.run())]
        await begun.wait()
        reclaim(client)
        await lost.wait()
        idle = AsyncConsumer(server.settings(), quick, options, connection=link)
        runs.append(asyncio.ensure_future(idle.run()))
        await done.wait()
        assert hung.status.busy == 1
        go.set()
        hung.stop()
        idle.stop()
        await asyncio.gather(*runs)

    asyncio.run(main())
    assert calls == ["a"] and keys_of_messages(client) == []
