"""A consumer continues and loses no message when Redis closes connections, hangs, restarts empty, refuses, or is full."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import pytest
from redis_server import RedisServer
from running_consumers import (
    KEYS,
    QUEUE,
    Gate,
    Running,
    held_handler,
    keys_of_messages,
    message,
    wait_until,
    waits_in_redis,
)

from hokusai_model_events.consumer import Delivery, Message
from hokusai_model_events.consumer.lua_texts import lua_text


def kill_others(client: Any) -> None:
    client.client_kill_filter(_type="normal", skipme=True)


def test_connections_killed_during_the_wait_are_replaced(consumers: Running, client: Any) -> None:
    reports = consumers.start(lambda *_: None, block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    kill_others(client)
    reports.fault("connection-lost")
    client.lpush(QUEUE, message("a"))
    reports.of("acknowledged")
    assert keys_of_messages(client) == []


def test_after_connections_are_killed_during_the_work_it_is_done_once_and_settled(
    consumers: Running, client: Any
) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    begun, go = Gate(), Gate()
    seen: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        seen.append(message.message_id)
        begun.open()
        go.wait()

    reports = consumers.start(handler, prefetch=1).reports
    begun.wait()
    kill_others(client)
    go.open()
    reports.of("acknowledged", 2)
    assert seen == ["a", "b"] and keys_of_messages(client) == []


def test_every_message_is_processed_while_connections_are_killed_repeatedly(
    consumers: Running, client: Any
) -> None:
    ids = {f"m{number}" for number in range(300)}
    client.lpush(QUEUE, *map(message, ids))
    seen: set[str] = set()
    everything = Gate()
    lock = threading.Lock()

    def handler(message: Message, _: Delivery) -> None:
        with lock:
            seen.add(message.message_id)
            if len(seen) % 40 == 0:
                kill_others(client)
        if seen == ids:
            everything.open()

    running = consumers.start(handler, concurrency=4, prefetch=8)
    everything.wait()
    running.stop()
    assert keys_of_messages(client) == []


def test_the_consumer_reconnects_after_redis_restarts_during_the_wait(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    reports = consumers.start(lambda *_: None, block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    server.restart()
    with server.connect() as after:
        after.lpush(QUEUE, message("a"))
        reports.of("acknowledged")


def test_after_redis_restarts_empty_the_claim_is_lost_and_the_consumer_continues(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"))
    begun, go, handler = held_handler()
    reports = consumers.start(handler).reports
    begun.wait()
    server.restart()
    go.open()
    assert reports.of("lost")[0].message_id == "a"
    with server.connect() as after:
        after.lpush(QUEUE, message("b"))
        assert reports.of("acknowledged")[0].message_id == "b"


IMPATIENT = {"command_timeout_seconds": 1, "connect_timeout_seconds": 1}


def test_a_server_that_freezes_during_the_wait_is_reported_and_the_consumer_continues_afterwards(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    reports = consumers.start(lambda *_: None, connection=IMPATIENT, block_seconds=0.1).reports
    wait_until(lambda: waits_in_redis(client))
    server.pause()
    try:
        reports.fault("command-timeout")
    finally:
        server.resume()
    client.lpush(QUEUE, message("a"))
    reports.of("acknowledged")


def test_a_claim_that_runs_after_its_timeout_loses_no_message(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    texts: list[str] = []
    # The consumer claims next.
    running = consumers.prepare(lambda message, _: texts.append(message.text), connection=IMPATIENT)
    running.reports.then("acknowledged", server.pause)
    running.thread.start()
    try:
        running.reports.fault("command-timeout")
    finally:
        server.resume()
    running.reports.of("acknowledged", 2)
    assert texts == [message("a"), message("b")]
    assert keys_of_messages(client) == []
    running.stop()
    # The call whose reply was lost would be refused if it arrived only now.
    client.lpush(QUEUE, message("c"))
    keys = [KEYS.state, QUEUE, KEYS.processing, KEYS.claims, KEYS.leases, KEYS.delayed]
    keys += [KEYS.isolated, KEYS.revoked, KEYS.dead_letters, KEYS.idle, KEYS.wake]
    for nonce in client.zrange(KEYS.revoked, 0, -1):
        reply = client.eval(lua_text("claim"), len(keys), *keys, nonce, "late", 1, 1, 5000, 1000, 0, 0, 3, QUEUE, 0, 0)
        assert reply[0] == b"revoked" and reply[3:] == []
    assert client.zcard(KEYS.revoked) > 0


def test_a_rotated_token_is_read_again(consumers: Running, client: Any, server: RedisServer) -> None:
    client.lpush(QUEUE, message("a"))
    reports = consumers.start(
        lambda *_: None,
        settings={"token": "the-token-before-the-rotation"},
        connection={"token_source": lambda: server.token},
    ).reports
    reports.of("acknowledged")
    reports.fault("token-refused")


def test_a_failing_token_source_is_reported_and_called_again(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"))
    answers = itertools.chain([OSError("the secret is not reachable")], itertools.repeat(server.token))

    def source() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    reports = consumers.start(
        lambda *_: None, settings={"token": "an-old-token-of-sixteen"}, connection={"token_source": source}
    ).reports
    reports.of("acknowledged")
    reports.fault("token-refused")
    reports.fault("secret-unreadable")


def test_a_token_source_that_never_answers_is_reported_and_called_again(
    consumers: Running, client: Any, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hokusai_model_events.consumer.session._TOKEN_LIMIT_SECONDS", 0.05)
    client.lpush(QUEUE, message("a"))
    released, calls = threading.Event(), itertools.count()

    def source() -> str:
        if next(calls) == 0:
            released.wait()
        return server.token

    reports = consumers.start(
        lambda *_: None, settings={"token": "an-old-token-of-sixteen"}, connection={"token_source": source}
    ).reports
    reports.of("acknowledged")
    reports.fault("secret-unreadable")
    released.set()


def test_a_full_redis_is_drained_by_the_consumer(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, *(message(f"m{number}") for number in range(50)))
    client.config_set("maxmemory", "1")
    try:
        running = consumers.start(lambda *_: None, prefetch=5)
        running.reports.of("acknowledged", 50)
        running.stop()
        assert keys_of_messages(client) == []
    finally:
        client.config_set("maxmemory", "0")


def test_flushed_scripts_are_sent_again(consumers: Running, client: Any) -> None:
    ids = [f"m{number}" for number in range(10)]
    client.lpush(QUEUE, *map(message, ids))
    seen: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        client.script_flush()
        seen.append(message.message_id)

    reports = consumers.start(handler, prefetch=3).reports
    reports.of("acknowledged", len(ids))
    assert seen == ids and {event.name for event in reports.all} == {"acknowledged"}


def test_a_message_that_arrives_while_redis_refuses_claims_is_processed_after_the_fix(
    consumers: Running, client: Any
) -> None:
    reports = consumers.start(lambda *_: None, block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    client.set(KEYS.leases, "a value of another type")
    client.lpush(QUEUE, message("a"))
    reports.fault("wrong-type")
    client.delete(KEYS.leases)
    assert reports.of("acknowledged")[0].message_id == "a"
    assert keys_of_messages(client) == []
