"""Redis closes connections, hangs, comes back empty, refuses, is full: the consumer goes on, and nothing is lost."""

from __future__ import annotations

import itertools
import threading
from typing import Any

from redis_server import RedisServer
from running_consumers import HOLDERS, LEASES, QUEUE, Gate, Running, message, wait_until, waits_in_redis

from hokusai_model_events.consumer import Delivery, Message


def kill_others(client: Any) -> None:
    client.client_kill_filter(_type="normal", skipme=True)


def test_connections_that_are_killed_while_it_waits(consumers: Running, client: Any) -> None:
    reports = consumers.start(lambda *_: None, block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    kill_others(client)
    reports.fault("connection-lost")
    client.lpush(QUEUE, message("a"))
    reports.of("acknowledged")
    assert client.keys("*") == []


def test_connections_that_are_killed_while_it_works_the_work_is_done_once_and_settled(
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
    assert seen == ["a", "b"] and client.keys("*") == []


def test_connections_that_are_killed_again_and_again_every_message_is_worked_on_and_none_is_left(
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
    assert client.keys("*") == []


def test_a_redis_that_is_restarted_while_it_waits_is_found_again(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    reports = consumers.start(lambda *_: None, block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    server.restart()
    with server.connect() as after:
        after.lpush(QUEUE, message("a"))
        reports.of("acknowledged")


def test_a_redis_that_came_back_empty_while_it_worked_the_claim_is_lost_and_it_goes_on(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"))
    begun, go = Gate(), Gate()

    def handler(*_: object) -> None:
        begun.open()
        go.wait()

    reports = consumers.start(handler).reports
    begun.wait()
    server.restart()
    go.open()
    assert reports.of("lost")[0].message_id == "a"
    with server.connect() as after:
        after.lpush(QUEUE, message("b"))
        assert reports.of("acknowledged")[0].message_id == "b"


IMPATIENT = {"command_timeout_seconds": 0.2, "connect_timeout_seconds": 0.2}


def test_a_server_that_freezes_while_the_consumer_waits_in_it_is_noticed_and_it_goes_on_once_it_is_back(
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


def test_a_claim_that_was_given_up_and_that_the_server_runs_later_takes_nothing_away(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"), message("b"))
    texts: list[str] = []
    # The next thing it does is to claim.
    running = consumers.prepare(lambda message, _: texts.append(message.text), connection=IMPATIENT)
    running.reports.then("acknowledged", server.pause)
    running.thread.start()
    try:
        running.reports.fault("command-timeout")
    finally:
        server.resume()
    running.reports.of("acknowledged", 2)
    assert texts == [message("a"), message("b")]
    assert client.keys("*") == []


def test_a_token_that_was_rotated_is_read_again(consumers: Running, client: Any, server: RedisServer) -> None:
    client.lpush(QUEUE, message("a"))
    reports = consumers.start(
        lambda *_: None,
        settings={"token": "the-token-before-the-rotation"},
        connection={"token_source": lambda: server.token},
    ).reports
    reports.of("acknowledged")
    reports.fault("token-refused")


def test_a_token_source_that_fails_is_reported_and_asked_again(
    consumers: Running, client: Any, server: RedisServer
) -> None:
    client.lpush(QUEUE, message("a"))
    answers = itertools.chain([OSError("no way to the secret")], itertools.repeat(server.token))

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


def test_a_full_redis_is_drained(consumers: Running, client: Any) -> None:
    client.lpush(QUEUE, *(message(f"m{number}") for number in range(50)))
    client.config_set("maxmemory", "1")
    try:
        running = consumers.start(lambda *_: None, prefetch=5)
        running.reports.of("acknowledged", 50)
        running.stop()
        assert client.keys("*") == []
    finally:
        client.config_set("maxmemory", "0")


def test_scripts_that_the_server_forgets_are_sent_again(consumers: Running, client: Any) -> None:
    ids = [f"m{number}" for number in range(10)]
    client.lpush(QUEUE, *map(message, ids))
    seen: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        client.script_flush()
        seen.append(message.message_id)

    reports = consumers.start(handler, prefetch=3).reports
    reports.of("acknowledged", len(ids))
    assert seen == ids and {event.name for event in reports.all} == {"acknowledged"}


def test_a_message_that_came_while_redis_refused_claims_is_worked_on_once_the_cause_is_put_right(
    consumers: Running, client: Any
) -> None:
    reports = consumers.start(lambda *_: None, block_seconds=60).reports
    wait_until(lambda: waits_in_redis(client))
    client.set(LEASES, "somebody else")
    client.lpush(QUEUE, message("a"))
    reports.fault("wrong-type")
    client.delete(LEASES)
    assert reports.of("acknowledged")[0].message_id == "a"
    assert client.keys("*") == [] and not client.exists(HOLDERS)
