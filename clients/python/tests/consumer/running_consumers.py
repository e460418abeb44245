"""Consumers in threads, and the events that they report."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from hokusai_model_events.consumer import (
    AsyncConsumer,
    ConnectionOptions,
    Consumer,
    ConsumerEvent,
    ConsumerOptions,
    Delivery,
    Message,
    RedisFaultError,
    ReportListener,
)
from hokusai_model_events.consumer.lua_texts import lua_text
from hokusai_model_events.consumer.queue_keys import QueueKeys
from hokusai_model_events.settings import RedisSettings

# Ends a test that hangs.
LIMIT_SECONDS = 60
QUEUE = "model_events"
KEYS = QueueKeys(QUEUE)
PROCESSING, DELAYED, DEAD_LETTERS = KEYS.processing, KEYS.delayed, KEYS.dead_letters


class Reports:
    """All events of a consumer, in order."""

    def __init__(self, broken: bool) -> None:
        self._broken = broken
        self._then: tuple[str, Callable[[], None]] | None = None
        self.all: list[ConsumerEvent] = []
        self._changed = threading.Condition()

    def then(self, name: str, do: Callable[[], None]) -> None:
        """Calls ``do`` at the first event of that name, before the consumer continues."""
        self._then = (name, do)

    def add(self, event: ConsumerEvent) -> None:
        if self._then is not None and self._then[0] == event.name:
            self._then[1]()
            self._then = None
        with self._changed:
            self.all.append(event)
            self._changed.notify_all()
        if self._broken:
            self._broken = False
            raise ValueError("a broken listener")

    def of(self, name: str, times: int = 1) -> list[ConsumerEvent]:
        """Waits for ``times`` events of that name and returns them."""

        def enough() -> bool:
            return len([event for event in self.all if event.name == name]) >= times

        with self._changed:
            assert self._changed.wait_for(enough, LIMIT_SECONDS), f"no {times} x {name} among {self.all}"
            return [event for event in self.all if event.name == name]

    def fault(self, fault: str) -> None:
        """Waits for a warning with that fault; skips others, which occur on a busy machine."""

        def reported() -> bool:
            return any(isinstance(event.error, RedisFaultError) and event.error.fault == fault for event in self.all)

        with self._changed:
            assert self._changed.wait_for(reported, LIMIT_SECONDS), f"no {fault} among {self.all}"


class Gate:
    """Blocks threads in ``wait`` until it is opened."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def open(self) -> None:
        self._event.set()

    def wait(self) -> None:
        assert self._event.wait(LIMIT_SECONDS), "the gate was not opened"


def held_handler() -> tuple[Gate, Gate, Callable[..., None]]:
    """A handler that opens the first gate when it begins, and ends when the test opens the second one."""
    begun, go = Gate(), Gate()

    def handler(*_: object) -> None:
        begun.open()
        go.wait()

    return begun, go, handler


@dataclasses.dataclass
class RunningConsumer:
    consumer: Consumer | AsyncConsumer
    reports: Reports
    stop_soon: Callable[[], None]
    thread: threading.Thread

    def stop(self) -> None:
        """Stops the consumer and waits for its end."""
        self.stop_soon()
        self.thread.join(LIMIT_SECONDS)
        assert not self.thread.is_alive(), "the consumer did not end"


class Running:
    """Starts consumers of one kind."""

    def __init__(self, kind: str, settings: RedisSettings, ca_file: str) -> None:
        self._kind, self._settings, self._ca_file = kind, settings, ca_file
        self._all: list[RunningConsumer] = []

    def start(self, handler: Callable[[Message, Delivery], None], **change: Any) -> RunningConsumer:
        """Starts a consumer; `change` as for `prepare`."""
        running = self.prepare(handler, **change)
        running.thread.start()
        return running

    def prepare(
        self,
        handler: Callable[[Message, Delivery], None],
        *,
        connection: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        broken_listener: bool = False,
        on_report: ReportListener | None = None,
        **options: Any,
    ) -> RunningConsumer:
        """A consumer with short retry delays by default. The handler blocks; an asyncio consumer awaits it in a thread."""
        reports = Reports(broken_listener)
        place = dataclasses.replace(self._settings, **(settings or {}))
        consumer_options = ConsumerOptions(**{"first_retry_seconds": 0.01, "stop_seconds": 20, **options})
        link = ConnectionOptions(**{"ca_file": self._ca_file, **(connection or {})})
        if self._kind == "sync":
            consumer = Consumer(
                place, handler, consumer_options, connection=link, listener=reports.add, on_report=on_report
            )
            running = RunningConsumer(consumer, reports, consumer.stop, threading.Thread(target=consumer.run))
        else:
            running = _prepare_async(place, handler, consumer_options, link, reports, on_report)
        self._all.append(running)
        return running

    def stop_all(self) -> None:
        for running in self._all:
            running.stop()


def _prepare_async(
    settings: RedisSettings,
    handler: Callable[[Message, Delivery], None],
    options: ConsumerOptions,
    connection: ConnectionOptions,
    reports: Reports,
    on_report: ReportListener | None,
) -> RunningConsumer:
    async def handle(message: Message, delivery: Delivery) -> None:
        await asyncio.to_thread(handler, message, delivery)

    loop = asyncio.new_event_loop()
    consumer = AsyncConsumer(
        settings, handle, options, connection=connection, listener=reports.add, on_report=on_report
    )

    def run() -> None:
        try:
            loop.run_until_complete(consumer.run())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    def stop() -> None:
        with contextlib.suppress(RuntimeError):  # it has ended
            loop.call_soon_threadsafe(consumer.stop)

    return RunningConsumer(consumer, reports, stop, threading.Thread(target=run))


@contextlib.contextmanager
def started(kind: str, settings: RedisSettings, ca_file: str) -> Iterator[Running]:
    running = Running(kind, settings, ca_file)
    try:
        yield running
    finally:
        running.stop_all()


PAYLOAD = '{"model_id":"m","token_symbol":"CRSK","metric_name":"auroc","baseline_value":0.82,"performance_data":{}}'


def message(message_id: str, payload: str = PAYLOAD, retry_count: int = 0, trace_parent: str | None = None) -> str:
    """The text of a message in a queue."""
    trace = "" if trace_parent is None else f'"trace_parent":{json.dumps(trace_parent)},'
    return (
        '{"event_type":"model_ready_to_deploy","schema_version":"1.0",'
        f'"message_id":{json.dumps(message_id)},"correlation_id":{json.dumps("correlation-" + message_id)},'
        f'"timestamp":"2026-11-23T10:00:00.000Z","retry_count":{retry_count},{trace}"payload":{payload}}}'
    )


def dead_letter(client: Any) -> dict[str, Any]:
    """The newest dead letter."""
    return json.loads(client.lindex(DEAD_LETTERS, 0))


def keys_of_messages(client: Any) -> list[str]:
    """The keys that hold messages, claims or leases: all but the queue's records about itself and its consumers."""
    about = {KEYS.state, KEYS.revoked, KEYS.idle, KEYS.wake}
    return sorted({key.decode() for key in client.keys("*")} - about)


def record_of(client: Any, text: str) -> str | None:
    """The record of the text's claim, "<nonce> <consumer> <claimed at, ms> <phase>"; None if it is not claimed."""
    record = client.hget(KEYS.claims, _digest(text))
    return record and record.decode()


def expire_leases(client: Any) -> None:
    """Ends the leases of all claims."""
    claims = client.zrange(KEYS.leases, 0, -1)
    if claims:
        client.zadd(KEYS.leases, {claim: 0 for claim in claims}, xx=True)


def move_claim(client: Any, text: str) -> None:
    """Gives the text's claim to another consumer, as a reclaim and a claim of that consumer do."""
    record = record_of(client, text)
    assert record is not None
    client.zrem(KEYS.leases, f"{_digest(text)}/{record.split()[0]}")
    record_claim(client, text)


def record_claim(client: Any, text: str) -> None:
    """Records a claim of another consumer, made in 1970, whose lease does not end."""
    client.hset(KEYS.claims, _digest(text), "another.1.1 another-consumer 1 1")
    client.zadd(KEYS.leases, {f"{_digest(text)}/another.1.1": 1e13})


def reclaim(client: Any) -> None:
    """Ends all leases and runs the monitor's script for them."""
    expire_leases(client)
    keys = [KEYS.state, QUEUE, PROCESSING, KEYS.claims, KEYS.leases, KEYS.isolated, DEAD_LETTERS, KEYS.former_leases]
    client.eval(lua_text("sweep"), len(keys), *keys, 1000, 1000, 10_000_000, 60_000, 3, QUEUE)


def release(client: Any, text: str) -> None:
    """Returns the text's claim to the queue, as an operator does."""
    record = record_of(client, text)
    assert record is not None
    keys = [KEYS.state, QUEUE, PROCESSING, KEYS.claims, KEYS.leases, KEYS.isolated]
    assert client.eval(lua_text("give-back"), len(keys), *keys, 1, f"{_digest(text)}/{record.split()[0]}", text) == 1


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()[:24]


def wait_until(holds: Callable[[], bool]) -> None:
    """Polls until the condition holds; each call of ``holds`` is a round trip."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the condition did not become true"


def isolate(client: Any, text: str) -> None:
    """Has a waiting message processed alone, as one that came back from an expired lease."""
    client.sadd(KEYS.isolated, _digest(text))


def scripts_run(client: Any) -> int:
    """How many scripts Redis has run."""
    return sum(stats["calls"] for name, stats in client.info("commandstats").items() if name.startswith("cmdstat_eval"))


def waits_in_redis(client: Any) -> bool:
    """Whether a consumer waits in Redis for a message."""
    return any(each["flags"] == "b" for each in client.client_list())
