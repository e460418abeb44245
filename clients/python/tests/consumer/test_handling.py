"""The arguments of a handler, and the outcome of its message."""

from __future__ import annotations

import asyncio
import re
import logging
import threading
from decimal import Decimal
from typing import Any

import pytest
from redis_server import RedisServer
from running_consumers import (
    DEAD_LETTERS,
    QUEUE,
    Running,
    dead_letter,
    held_handler,
    keys_of_messages,
    message,
    record_of,
    wait_until,
    waits_in_redis,
)

from hokusai_model_events.consumer import (
    AsyncConsumer,
    ConnectionOptions,
    Consumer,
    ConsumerOptions,
    DeadLetterError,
    Delivery,
    Message,
)
from hokusai_model_events.errors import SettingsError


def test_a_handler_gets_exact_numbers_and_the_raw_text_then_the_message_is_removed(consumers: Running, client: Any) -> None:
    payload = (
        '{"model_id":"m","token_symbol":"CRSK","metric_name":"auroc","baseline_value":9007199254740993,'
        '"performance_data":{"x":1.10,"y":0.1,"z":1e-7,"far":1E400}, "free":[-0.0]}'
    )
    client.lpush(QUEUE, message("a", payload))
    received: list[Message] = []
    consumers.start(lambda message, _: received.append(message)).reports.of("acknowledged")

    (got,) = received
    assert (got.message_id, got.correlation_id, got.retry_count, got.redrive_count) == ("a", "correlation-a", 0, 0)
    assert got.timestamp == "2026-11-23T10:00:00.000Z" and got.replay_name is None
    assert got.payload["baseline_value"] == 9007199254740993
    data = got.payload["performance_data"]
    assert [str(data[name]) for name in "xyz"] == ["1.10", "0.1", "1E-7"]
    assert data["far"] == Decimal("1E400") and str(got.payload["free"]) == "[Decimal('-0.0')]"
    assert got.payload_text == payload and got.text == message("a", payload)
    assert keys_of_messages(client) == []


def test_an_idle_consumer_blocks_in_redis_and_gets_a_new_message_at_once(consumers: Running, client: Any) -> None:
    ids: list[str] = []
    reports = consumers.start(lambda message, _: ids.append(message.message_id), block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    client.lpush(QUEUE, message("a"), message("b"))
    reports.of("acknowledged", 2)
    assert ids == ["a", "b"]


def test_messages_are_processed_in_order_one_at_a_time(consumers: Running, client: Any) -> None:
    ids = [f"m{number}" for number in range(20)]
    client.lpush(QUEUE, *map(message, ids))
    seen: list[str] = []
    working = threading.Semaphore(1)

    def handler(message: Message, _: Delivery) -> None:
        assert working.acquire(blocking=False)
        client.ping()
        seen.append(message.message_id)
        working.release()

    consumers.start(handler, prefetch=5).reports.of("acknowledged", len(ids))
    assert seen == ids


@pytest.mark.parametrize("consumers", ["sync"], indirect=True)
def test_concurrency_1_runs_every_handler_in_the_same_thread(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, *(message(f"m{number}") for number in range(20)))
    threads: set[str] = set()
    consumers.start(lambda *_: threads.add(threading.current_thread().name)).reports.of("acknowledged", 20)
    assert threads == {"model-events-handler-1"}


def test_concurrency_limits_the_number_of_running_handlers(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, *(message(f"m{number}") for number in range(12)))
    three = threading.Barrier(3)  # 12 pass it only three at a time
    working = threading.Semaphore(3)

    def handler(*_: object) -> None:
        assert working.acquire(blocking=False)
        three.wait(30)
        working.release()

    consumers.start(handler, concurrency=3, prefetch=4).reports.of("acknowledged", 12)


def test_a_prefetched_message_is_claimed_and_started_only_when_its_handler_runs(
    consumers: Running, client: Any
) -> None:
    texts = [message(name) for name in "abcd"]
    client.lpush(QUEUE, *texts)
    begun, go, handler = held_handler()
    reports = consumers.start(handler, prefetch=2).reports
    begun.wait()
    records = [record_of(client, text) for text in texts]
    go.open()
    assert [record and record[-1:] for record in records] == ["1", "0", "0", None]
    assert [event.message_id for event in reports.of("acknowledged", 4)] == ["a", "b", "c", "d"]


def test_a_failed_message_is_retried_with_a_higher_retry_count(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"))
    counts: list[int] = []

    def handler(message: Message, _: Delivery) -> None:
        counts.append(message.retry_count)
        if message.retry_count < 2:
            raise ValueError("token service is away")

    reports = consumers.start(handler).reports
    reports.of("acknowledged")
    assert counts == [0, 1, 2]
    assert [str(event.error) for event in reports.of("retried", 2)] == ["token service is away"] * 2
    assert keys_of_messages(client) == []


def test_a_message_is_dead_lettered_after_three_retries(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"))
    calls: list[int] = []

    def handler(*_: object) -> None:
        calls.append(1)
        raise ValueError(f"no token, call {len(calls)}")

    consumers.start(handler, name="site:1").reports.of("dead-lettered")
    letter = dead_letter(client)
    first, *_ = letter["error"].pop("stack")
    assert re.fullmatch(r"at handler \(.*test_handling\.py:\d+\)", first)
    assert letter["error"] == {
        "code": "HANDLER_FAILED",
        "message": "no token, call 4",
        "name": "ValueError",
        "attempt": 4,
        "consumer": "site:1",
    }
    assert letter["failed_by"] == "consumer" and letter["message"]["retry_count"] == 3
    assert client.lindex(DEAD_LETTERS, 0).startswith(f'{{"message":{message("a", retry_count=3)},'.encode())
    assert keys_of_messages(client) == [DEAD_LETTERS]


def test_dead_letter_error_dead_letters_at_once_with_its_code(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"))

    def handler(*_: object) -> None:
        raise DeadLetterError("the symbol is taken: \ud800 é", "SYMBOL_TAKEN")

    consumers.start(handler).reports.of("dead-lettered")
    error = dead_letter(client)["error"]
    assert (error["code"], error["message"]) == ("SYMBOL_TAKEN", "the symbol is taken: \ud800 é")
    assert dead_letter(client)["message"]["retry_count"] == 0


FOREIGN = {
    "cut off": b"half a mess",
    "empty": b"",
    "another JSON": b"[]",
    "no member": message("a")[:-1].encode(),
    "another version": message("a").replace('"1.0"', '"9.0"').encode(),
    "NaN": message("a").replace("0.82", "NaN").encode(),
    "too deep for a parser": b"[" * 100_000,
    "control characters": b"\x1b[31m\x00",
}


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN.keys())
def test_an_unreadable_text_is_dead_lettered_and_the_next_message_is_processed(
    consumers: Running, client: Any, foreign: bytes
) -> None:
    client.lpush(QUEUE, foreign, message("next"))
    ids: list[str] = []
    consumers.start(lambda message, _: ids.append(message.message_id)).reports.of("acknowledged")
    assert ids == ["next"]
    letter = dead_letter(client)
    assert letter["error"]["code"] == "UNREADABLE"
    kept = letter["message"]
    assert kept == foreign.decode() or isinstance(kept, dict)
    assert keys_of_messages(client) == [DEAD_LETTERS]


def test_bytes_that_are_not_utf8_are_dead_lettered(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, b'{"event_type":"\xff\xfe"}')
    consumers.start(lambda *_: None).reports.of("dead-lettered")
    assert dead_letter(client)["message"] == '{"event_type":"\u00ff\u00fe"}'
    assert keys_of_messages(client) == [DEAD_LETTERS]


def test_bytes_that_are_not_utf8_are_dead_lettered_under_prefetch_and_load(consumers: Running, client: Any) -> None:
    broken = [b'{"event_type":"model_ready_to_deploy","x":"\xff%d"}' % number for number in range(10)]
    texts = [message(f"m{number}").encode() for number in range(190)]
    client.lpush(QUEUE, *(text for at in range(10) for text in (broken[at], *texts[19 * at : 19 * at + 19])))
    reports = consumers.start(lambda *_: None, concurrency=4, prefetch=10).reports
    reports.of("acknowledged", 190)
    letters = reports.of("dead-lettered", 10)
    assert {event.text for event in letters} == set(broken)
    assert dead_letter(client)["error"]["code"] == "UNREADABLE" and client.llen(DEAD_LETTERS) == 10
    assert keys_of_messages(client) == [DEAD_LETTERS]


def test_the_blocking_consumer_refuses_an_async_handler(server: RedisServer) -> None:
    async def handler(message: Message, delivery: Delivery) -> None: ...

    with pytest.raises(SettingsError, match="use AsyncConsumer"):
        Consumer(server.settings(), handler)  # type: ignore[arg-type]


def test_stopping_cancels_an_asyncio_handler_and_gives_its_message_back(server: RedisServer, client: Any) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    ended: list[str] = []

    async def main() -> None:
        async def handler(message: Message, delivery: Delivery) -> None:
            try:
                asyncio.get_running_loop().call_soon(consumer.stop)
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.append(f"{message.message_id} {delivery.cancelled.is_set()} {delivery.lost.is_set()}")
                raise

        link = ConnectionOptions(ca_file=server.ca_file)
        consumer = AsyncConsumer(
            server.settings(), handler, ConsumerOptions(stop_seconds=0, prefetch=1), connection=link
        )
        await consumer.run()

    asyncio.run(main())
    assert ended == ["a True False"]
    assert client.lrange(QUEUE, 0, -1) == [message("b").encode(), message("a").encode()]
    assert keys_of_messages(client) == [QUEUE]


@pytest.mark.parametrize("consumers", ["sync"], indirect=True)
@pytest.mark.parametrize("raised", [StopIteration("over"), SystemExit(3)], ids=repr)
def test_stop_iteration_and_system_exit_count_as_failed_attempts(consumers: Running, client: Any, raised: BaseException) -> None:
    client.lpush(QUEUE, message("a"), message("b"))

    def handler(message: Message, _: Delivery) -> None:
        if message.message_id == "a":
            raise raised

    reports = consumers.start(handler, max_retries=0).reports
    reports.of("acknowledged")
    assert type(raised).__name__ in str(reports.of("dead-lettered")[0].error)


def test_a_handler_beyond_handler_seconds_is_cancelled_and_its_message_retried(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"))
    observed: list[bool] = []

    def handler(message: Message, delivery: Delivery) -> None:
        if message.retry_count == 0:
            observed.append(delivery.cancelled.wait(30))
            observed.append(delivery.lost.is_set())

    reports = consumers.start(handler, handler_seconds=1).reports
    reports.of("acknowledged")
    assert "took longer than 1 s" in str(reports.of("retried")[0].error)
    assert observed == [True, False]


def test_events_are_logged_on_one_line_without_payloads_and_control_characters(
    consumers: Running, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "hokusai_model_events")
    client.lpush(QUEUE, message("evil\x1b[31m\nid"))

    def handler(*_: object) -> None:
        raise ValueError("line 1\nline 2")

    consumers.start(handler, max_retries=0).reports.of("dead-lettered")
    (record,) = caplog.records
    assert record.getMessage() == r"dead-lettered evil\u001b[31m\u000aid: line 1\u000aline 2"
    assert record.levelname == "ERROR"


def test_a_listener_that_raises_is_reported_and_does_not_end_the_work(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    running = consumers.start(lambda *_: None, broken_listener=True)
    running.reports.of("acknowledged", 2)
    assert "a broken listener" in str(running.reports.of("warning")[0].error)
