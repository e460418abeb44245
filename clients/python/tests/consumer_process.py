"""A consumer process, for tests that kill it or run it with other clients: `consumer_process.py sync|asyncio`.

It reads JSON lines. The first is the order: `{"redis": {"host", "port", "username", "token", "caFile"}, "queue", …}` (`username` is
optional) with any other option of the consumer under its Node name (`leaseSeconds`). Each later `{"go": n}` releases n waiting handlers.
It prints JSON lines: `{"begun": id, "retry_count": n}` and `{"done": id, "lost": false}` from the handler, and
`{"event": name, "message_id": id or null, "error": text or null}` for each event of the consumer.

The message's `metric_name` selects the handler's action: `waits`, `waits once`, `fails`, `fails once`, `is refused`,
`kills` (its process); any other message is completed at once. SIGTERM stops the process.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import threading
from typing import Any

from hokusai_model_events.consumer import (
    AsyncConsumer,
    ConnectionOptions,
    Consumer,
    ConsumerEvent,
    ConsumerOptions,
    DeadLetterError,
    Delivery,
    Message,
)
from hokusai_model_events.settings import RedisSettings

_printing = threading.Lock()


def print_line(**line: Any) -> None:
    with _printing:
        print(json.dumps(line), flush=True)


def report(event: ConsumerEvent) -> None:
    error = None if event.error is None else str(event.error)
    print_line(event=event.name, message_id=event.message_id, error=error)


def begin(message: Message) -> bool:
    """Prints that the handler begins; returns True if it has to wait."""
    print_line(begun=message.message_id, retry_count=message.retry_count)
    action = message.payload["metric_name"]
    if action == "fails" or (action == "fails once" and message.retry_count == 0):
        raise ValueError("the chain did not answer")
    if action == "is refused":
        raise DeadLetterError("the symbol is taken", "SYMBOL_TAKEN")
    if action == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    return action == "waits" or (action == "waits once" and message.retry_count == 0)


def end(message: Message, delivery: Delivery) -> None:
    print_line(done=message.message_id, lost=delivery.lost.is_set())


def settings_of(order: dict[str, Any]) -> tuple[RedisSettings, ConsumerOptions, ConnectionOptions]:
    place = order.pop("redis")
    queue = order.pop("queue")
    options = {re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name): value for name, value in order.items()}
    # The previous version, which a test runs too, knows no user.
    user = {"username": place["username"]} if "username" in place else {}
    settings = RedisSettings(place["host"], place["port"], place["token"], queue, **user)
    return settings, ConsumerOptions(**options), ConnectionOptions(ca_file=place.get("caFile"))


def run_sync(order: dict[str, Any]) -> None:
    released = threading.Semaphore(0)

    def handler(message: Message, delivery: Delivery) -> None:
        if begin(message):
            released.acquire()
        end(message, delivery)

    def read() -> None:
        for line in sys.stdin:
            released.release(json.loads(line)["go"])

    settings, options, connection = settings_of(order)
    consumer = Consumer(settings, handler, options, connection=connection, listener=report)
    signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
    threading.Thread(target=read, daemon=True).start()
    consumer.run()


async def run_asyncio(order: dict[str, Any]) -> None:
    released = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()

    async def handler(message: Message, delivery: Delivery) -> None:
        if begin(message):
            await released.acquire()
        end(message, delivery)

    def read() -> None:
        for line in sys.stdin:
            for _ in range(json.loads(line)["go"]):
                loop.call_soon_threadsafe(released.release)

    settings, options, connection = settings_of(order)
    consumer = AsyncConsumer(settings, handler, options, connection=connection, listener=report)
    loop.add_signal_handler(signal.SIGTERM, consumer.stop)
    threading.Thread(target=read, daemon=True).start()
    await consumer.run()


if __name__ == "__main__":
    first = json.loads(sys.stdin.readline())
    if sys.argv[1:] == ["sync"]:
        run_sync(first)
    elif sys.argv[1:] == ["asyncio"]:
        asyncio.run(run_asyncio(first))
    else:
        sys.exit("usage: consumer_process.py sync|asyncio")
