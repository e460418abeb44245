"""A consumer in a process of its own, for tests that kill it or mix it with others: `consumer_process.py sync|asyncio`.

It reads lines of JSON. The first one is the order: `{"redis": {"host", "port", "token", "caFile"}, "queue", …}` with any
other setting of the consumer under its Node name (`leaseSeconds`). Each later `{"go": n}` lets n handlers go on that wait.
It prints lines of JSON: `{"begun": id, "retry_count": n}`, `{"done": id, "lost": false}` by the handler, and
`{"event": name, "message_id": id or null, "error": text or null}` for whatever the consumer reports.

The handler does what the message's `metric_name` says: `waits`, `fails`, `fails once`, `is refused`; anything else is done
at once. SIGTERM stops it.
"""

from __future__ import annotations

import asyncio
import json
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


def tell(**line: Any) -> None:
    with _printing:
        print(json.dumps(line), flush=True)


def report(event: ConsumerEvent) -> None:
    error = None if event.error is None else str(event.error)
    tell(event=event.name, message_id=event.message_id, error=error)


def begin(message: Message) -> bool:
    """Says that the work begins, and does what needs no wait; True where it has to wait."""
    tell(begun=message.message_id, retry_count=message.retry_count)
    wish = message.payload["metric_name"]
    if wish == "fails" or (wish == "fails once" and message.retry_count == 0):
        raise ValueError("the chain did not answer")
    if wish == "is refused":
        raise DeadLetterError("the symbol is taken", "SYMBOL_TAKEN")
    return wish == "waits"


def end(message: Message, delivery: Delivery) -> None:
    tell(done=message.message_id, lost=delivery.lost.is_set())


def settings_of(order: dict[str, Any]) -> tuple[RedisSettings, ConsumerOptions, ConnectionOptions]:
    place = order.pop("redis")
    queue = order.pop("queue")
    options = {re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name): value for name, value in order.items()}
    settings = RedisSettings(place["host"], place["port"], place["token"], queue)
    return settings, ConsumerOptions(**options), ConnectionOptions(ca_file=place.get("caFile"))


def run_sync(order: dict[str, Any]) -> None:
    gone_on = threading.Semaphore(0)

    def handler(message: Message, delivery: Delivery) -> None:
        if begin(message):
            gone_on.acquire()
        end(message, delivery)

    def read() -> None:
        for line in sys.stdin:
            gone_on.release(json.loads(line)["go"])

    settings, options, connection = settings_of(order)
    consumer = Consumer(settings, handler, options, connection=connection, listener=report)
    signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
    threading.Thread(target=read, daemon=True).start()
    consumer.run()


async def run_asyncio(order: dict[str, Any]) -> None:
    gone_on = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()

    async def handler(message: Message, delivery: Delivery) -> None:
        if begin(message):
            await gone_on.acquire()
        end(message, delivery)

    def read() -> None:
        for line in sys.stdin:
            for _ in range(json.loads(line)["go"]):
                loop.call_soon_threadsafe(gone_on.release)

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
