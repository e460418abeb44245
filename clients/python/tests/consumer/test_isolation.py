"""A message that may have killed its consumer is processed with nothing beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from consumer_programs import Program
from running_consumers import (
    DEAD_LETTERS,
    QUEUE,
    Gate,
    Running,
    dead_letter,
    expire_leases,
    isolate,
    keys_of_messages,
    message,
    scripts_run,
    wait_until,
)

from hokusai_model_events.consumer import Delivery, Message


def test_of_ten_messages_at_concurrency_10_only_the_one_that_kills_its_process_is_dead_lettered(
    start_program: Callable[..., Program], client: Any
) -> None:
    ids = ["a", "b", "c", "d", "killer", "e", "f", "g", "h", "i"]
    actions = {name: "kills" if name == "killer" else "waits once" for name in ids}
    client.lpush(QUEUE, *(message(name).replace('"auroc"', f'"{actions[name]}"') for name in ids))
    done: list[str] = []
    for _ in range(4):
        program = start_program(concurrency=10)
        assert program.process.stdout is not None
        lines = program.process.stdout.readlines()
        program.ended()
        done += [line.split('"')[3] for line in lines if line.startswith('{"done"')]
        expire_leases(client)
    program = start_program(concurrency=10)
    while len(done) < 9:
        done.append(program.line(event="acknowledged")["message_id"])
    assert sorted(done) == sorted({*ids} - {"killer"})
    letter = dead_letter(client)
    assert letter["message"]["message_id"] == "killer" and letter["message"]["retry_count"] == 3
    assert letter["error"]["code"] == "LEASE_EXPIRED" and client.llen(DEAD_LETTERS) == 1
    wait_until(lambda: keys_of_messages(client) == [DEAD_LETTERS])


def test_isolated_messages_are_processed_one_at_a_time_whatever_the_concurrency(
    consumers: Running, client: Any
) -> None:
    texts = [message(f"m{number}") for number in range(8)]
    for text in texts[2:6]:
        isolate(client, text)
    client.lpush(QUEUE, *texts)
    beside: list[set[str]] = []
    running: set[str] = set()
    lock = threading.Lock()

    def handler(message: Message, _: Delivery) -> None:
        with lock:
            running.add(message.message_id)
            beside.append(set(running))
        client.ping()
        with lock:
            running.remove(message.message_id)

    consumers.start(handler, concurrency=4, prefetch=4).reports.of("acknowledged", 8)
    alone = {"m2", "m3", "m4", "m5"}
    assert all(len(group) == 1 for group in beside if group & alone)
    assert keys_of_messages(client) == []


def test_an_isolated_message_waits_until_the_running_handlers_have_ended(consumers: Running, client: Any) -> None:
    isolate(client, message("b"))
    client.lpush(QUEUE, message("a"), message("b"))
    begun, go = Gate(), Gate()
    ended: list[str] = []
    ended_before_b: list[str] = []

    def handler(message: Message, _: Delivery) -> None:
        if message.message_id == "a":
            begun.open()
            go.wait()
        else:
            ended_before_b.extend(ended)
        ended.append(message.message_id)

    reports = consumers.start(handler, concurrency=2).reports
    begun.wait()
    before = scripts_run(client)
    # It asks for the message again, in vain.
    wait_until(lambda: scripts_run(client) >= before + 2)
    go.open()
    reports.of("acknowledged", 2)
    assert ended_before_b == ["a"]
