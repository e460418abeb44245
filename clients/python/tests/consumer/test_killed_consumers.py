"""Consumer processes that are killed, suspended or stopped with SIGTERM."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest
from consumer_programs import Program
from running_consumers import PROCESSING, QUEUE, Running, keys_of_messages, message, reclaim, wait_until, waits_in_redis

from hokusai_model_events.consumer import Delivery, Message

Start = Callable[..., Program]


def message_for(message_id: str, metric_name: str) -> str:
    return message(message_id).replace('"auroc"', f'"{metric_name}"')


def test_a_killed_consumer_loses_no_claimed_message(
    start_program: Start, consumers: Running, client: Any
) -> None:
    texts = [message_for("a", "waits"), message("b"), message("c")]
    client.lpush(QUEUE, *texts)
    program = start_program(prefetch=2)
    program.line(begun="a")
    program.process.kill()
    program.ended()
    assert client.llen(PROCESSING) == 3
    reclaim(client)

    seen: list[tuple[str, int]] = []

    def handler(message: Message, _: Delivery) -> None:
        seen.append((message.message_id, message.retry_count))

    consumers.start(handler).reports.of("acknowledged", 3)
    assert seen == [("a", 1), ("b", 0), ("c", 0)]
    assert keys_of_messages(client) == []


def test_a_consumer_suspended_beyond_its_lease_settles_no_message_of_another_consumer(
    start_program: Start, client: Any
) -> None:
    text = message_for("a", "waits")
    client.lpush(QUEUE, text)
    program = start_program(leaseSeconds=3600)
    program.line(begun="a")
    program.process.send_signal(signal.SIGSTOP)
    reclaim(client)
    program.process.send_signal(signal.SIGCONT)
    program.send(go=1)
    assert program.line(event="lost")["message_id"] == "a"
    # It claims the returned message next.
    assert program.line(begun="a")["retry_count"] == 1
    program.send(go=1)
    program.line(event="acknowledged")
    assert keys_of_messages(client) == []


@pytest.mark.parametrize("busy", [False, True])
def test_sigterm_ends_the_process_with_exit_code_0(start_program: Start, client: Any, busy: bool) -> None:
    if busy:
        client.lpush(QUEUE, message_for("a", "waits"), message("b"))
    program = start_program(blockSeconds=60)
    if busy:
        program.line(begun="a")
    else:
        wait_until(lambda: waits_in_redis(client))
    program.process.send_signal(signal.SIGTERM)
    program.send(go=1)
    assert program.ended() == 0
    assert client.llen(PROCESSING) == 0 and client.llen(QUEUE) == (1 if busy else 0)


def test_a_handler_that_never_ends_does_not_keep_the_process_alive(start_program: Start, client: Any) -> None:
    client.lpush(QUEUE, message_for("a", "waits"))
    program = start_program(stopSeconds=0)
    program.line(begun="a")
    program.process.send_signal(signal.SIGTERM)
    assert program.ended() == 0
    assert client.lrange(QUEUE, 0, -1) == [message_for("a", "waits").encode()]


def test_both_consumer_classes_share_a_queue_and_process_every_message_once(start_program: Start, client: Any) -> None:
    ids = {f"m{number}" for number in range(200)}
    client.lpush(QUEUE, *map(message, ids))
    first, second = start_program(prefetch=3, concurrency=2), start_program()
    wait_until(lambda: not keys_of_messages(client))
    for program in (first, second):
        program.process.send_signal(signal.SIGTERM)
    outputs = [program.process.communicate(timeout=60)[0] for program in (first, second)]
    done = [line.split('"')[3] for output in outputs for line in output.splitlines() if line.startswith('{"done"')]
    assert sorted(done) == sorted(ids)
