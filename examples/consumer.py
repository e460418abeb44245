"""A consumer of the model_events queue in one file: leases, retries, dead letters. Needs redis-py.

    REDIS_HOST=… REDIS_PORT=6379 REDIS_AUTH_TOKEN=… MODEL_EVENTS_QUEUE=model_events python3 examples/consumer.py

Every step is one of the scripts in queue/lua; their headers say what they promise. A message is kept as the bytes that came
from Redis and never written anew. SSL_CERT_FILE names the authority where it is not a public one (`make local`).
"""

from __future__ import annotations

import dataclasses
import decimal
import json
import os
import random
import re
import signal
import socket
import sys
import threading
import time
import uuid
from collections import deque
from pathlib import Path
from typing import Any, Callable

import redis

LUA = Path(__file__).resolve().parent.parent / "queue" / "lua"
SUFFIXES = {"main": "", "processing": ":processing", "leases": ":processing:leases", "holders": ":processing:holders",
            "delayed": ":delayed", "dead letters": ":dlq"}
# The keys of each script, in the order of its header.
STEPS = {
    "claim": ("main", "processing", "leases", "holders", "delayed"),
    "start": ("leases", "holders"),
    "extend": ("leases", "holders"),
    "acknowledge": ("processing", "leases", "holders"),
    "retry": ("processing", "leases", "holders", "delayed", "dead letters"),
    "dead-letter": ("processing", "leases", "holders", "dead letters"),
    "give-back": ("main", "processing", "leases", "holders"),
}
BLOCK_SECONDS = 1.0  # in Redis, for a message; the socket waits longer, so that a half-open connection shows
SOCKET_SECONDS = 5.0


class DeadLetterError(Exception):
    """Raised by a handler that knows that trying again cannot help; `code` and text stand in the dead letter."""

    def __init__(self, message: str, code: str = "REFUSED") -> None:
        super().__init__(message)
        self.code = code


@dataclasses.dataclass(eq=False)
class Delivery:
    """One claimed message; `nonce` proves to the scripts that the claim is still ours."""

    text: bytes
    nonce: str
    started: bool
    lost: threading.Event = dataclasses.field(default_factory=threading.Event)  # somebody else may have it by now

    @property
    def payload_text(self) -> str:
        """The payload as the registry wrote it; it is the envelope's last field, and in a string quotes are escaped."""
        return self.text.decode().split(',"payload":', 1)[1][:-1]


Handler = Callable[[dict[str, Any], Delivery], None]


class Consumer:
    """Hands the messages of one queue to `handler`, one by one, at least once each: message_id is the idempotency key.

    Returning acknowledges; an exception sends the message into a retry with backoff, DeadLetterError to the dead letters.
    Trouble with Redis never ends it.
    """

    def __init__(self, client: redis.Redis, queue: str, handler: Handler, *, prefetch: int = 4, lease_seconds: float = 60,
                 max_retries: int = 3, first_retry_seconds: float = 1, longest_retry_seconds: float = 60) -> None:
        self.client, self.queue, self.handler, self.prefetch = client, queue, handler, prefetch
        self.lease_ms, self.max_retries = int(lease_seconds * 1000), max_retries
        self.first_retry_seconds, self.longest_retry_seconds = first_retry_seconds, longest_retry_seconds
        self.name = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:48] + f":{os.getpid()}"
        self.keys = {name: queue + suffix for name, suffix in SUFFIXES.items()}
        self.scripts = {name: client.register_script(script_text(name)) for name in STEPS}
        self.pending: deque[Delivery] = deque()  # all that is held; the first one is the one worked on
        self.uncertain: list[str] = []  # nonces of claims whose reply was lost
        self.stopping, self.finished = threading.Event(), threading.Event()

    def stop(self) -> None:
        """`run` finishes the message at hand, gives the others back and returns. May be called by a signal handler."""
        self.stopping.set()

    def run(self) -> None:
        threading.Thread(target=self._renew_leases, daemon=True).start()
        failures = 0
        while not self.stopping.is_set():
            try:
                if self.pending:
                    self._work_on(self.pending[0])
                    self.pending.popleft()
                else:
                    self._take()
                failures = 0
            except redis.RedisError as error:
                report(f"trouble with Redis, going on: {error}")
                self.stopping.wait(pause(failures, 0.2, 5))
                failures += 1
        self.finished.set()
        try:
            self._give_back()
        except redis.RedisError as error:
            report(f"could not give back what was not begun; it returns when its lease runs out: {error}")

    def _step(self, script: str, *args: Any) -> Any:
        return self.scripts[script](keys=[self.keys[key] for key in STEPS[script]], args=args)

    def _take(self) -> None:
        self._give_back()
        nonce = uuid.uuid4().hex
        self.uncertain.append(nonce)
        next_due_ms, *texts = self._step("claim", nonce, self.name, 1 + self.prefetch, 1, self.lease_ms, 100)
        self.uncertain.remove(nonce)
        if not texts:
            seconds = BLOCK_SECONDS if next_due_ms < 0 else min(BLOCK_SECONDS, max(0.01, next_due_ms / 1000))
            # From the right end to the right end: a wait that dies takes nothing with it. The next round claims.
            self.client.blmove(self.keys["main"], self.keys["main"], seconds, "RIGHT", "RIGHT")
        self.pending.extend(Delivery(text, nonce, started=index == 0) for index, text in enumerate(texts))

    def _give_back(self) -> None:
        """Returns what was not begun and, by its nonce alone, whatever a claim took whose reply was lost."""
        if self.pending:
            self._step("give-back", self.pending[0].nonce, *(delivery.text for delivery in self.pending))
            self.pending.clear()
        while self.uncertain:
            self._step("give-back", self.uncertain[0])
            self.uncertain.pop(0)

    def _work_on(self, delivery: Delivery) -> None:
        if not delivery.started:
            if self._step("start", delivery.text, delivery.nonce, self.lease_ms) != b"started":
                return report("a message that was only prefetched went to another consumer")
            delivery.started = True
        try:
            self.handler(parsed(delivery.text), delivery)
        except DeadLetterError as error:
            outcome = self._settle(delivery, "dead-letter", self.queue, error_json(error.code, error))
        except Exception as error:  # whatever a handler throws is a failed try
            found = re.search(rb',"retry_count":(\d+)', delivery.text)
            delay = pause(int(found[1]) if found else 0, self.first_retry_seconds, self.longest_retry_seconds)
            report(f"failed, to be tried again unless it was the last time: {error}")
            outcome = self._settle(delivery, "retry", int(delay * 1000), self.max_retries, self.queue,
                                   error_json("HANDLER_FAILED", error))
        else:
            outcome = self._settle(delivery, "acknowledge")
        if outcome != "acknowledged":
            report(f"{outcome}: {delivery.text[:200].decode(errors='replace')}")

    def _settle(self, delivery: Delivery, script: str, *args: Any) -> str:
        """Not given up because Redis is away: the scripts may be repeated, and refuse whoever lost the claim."""
        failures = 0
        while True:
            try:
                return self._step(script, delivery.text, delivery.nonce, *args).decode()
            except redis.RedisError as error:
                report(f"trouble with Redis, {script} comes again: {error}")
                failures += 1
                if self.stopping.is_set() and failures > 3:
                    return "not settled, it comes again when its lease runs out"
                time.sleep(pause(failures, 0.2, 5))

    def _renew_leases(self) -> None:
        while not self.finished.wait(self.lease_ms / 3000):
            held = list(self.pending)
            try:
                pairs = [part for delivery in held for part in (delivery.nonce, delivery.text)]
                replies = self._step("extend", self.lease_ms, *pairs) if held else []
            except redis.RedisError as error:
                report(f"trouble with Redis, leases not renewed: {error}")
                continue
            for delivery, reply in zip(held, replies):
                if reply != b"extended":
                    delivery.lost.set()


def parsed(text: bytes) -> dict[str, Any]:
    """The message with exact numbers: 1.10 is Decimal('1.10'), integers have all their digits."""
    try:
        message = json.loads(text, parse_float=decimal.Decimal)
        if isinstance(message["message_id"], str) and isinstance(message["payload"], dict):
            return message
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        raise DeadLetterError(f"not a model_ready_to_deploy message: {error!r}", "UNREADABLE") from None
    raise DeadLetterError("not a model_ready_to_deploy message: message_id or payload", "UNREADABLE")


def script_text(name: str) -> str:
    """A script as Redis gets it: each line `-- INCLUDE part` replaced by the part."""
    text = (LUA / f"{name}.lua").read_text("utf-8")
    return re.sub(r"^-- INCLUDE (\S+)$", lambda line: (LUA / "parts" / f"{line[1]}.lua").read_text("utf-8"), text, flags=re.M)


def error_json(code: str, error: Exception) -> str:
    return json.dumps({"code": code, "message": str(error)[:1000]}, separators=(",", ":"))


def pause(failures: int, first: float, longest: float) -> float:
    """Exponential backoff with full jitter, seconds."""
    return random.uniform(0, min(longest, first * 2 ** min(failures, 30)))


def report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def connect_from_environment() -> tuple[redis.Redis, str]:
    """The client and the queue's name, from what ECS gives the container; exits with what is missing."""
    names = ("REDIS_HOST", "REDIS_PORT", "REDIS_AUTH_TOKEN", "MODEL_EVENTS_QUEUE")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(f"environment variables missing: {', '.join(missing)}; the task definition's wiring sets them")
    host, port, token, queue = (os.environ[name] for name in names)
    if not port.isdecimal():
        sys.exit(f"REDIS_PORT must be a whole number, got {port!r}")
    # No silent resending: a claim whose reply was lost is given back by its nonce, not made twice.
    client = redis.Redis(host=host, port=int(port), password=token, ssl=True, ssl_cert_reqs="required", ssl_check_hostname=True,
                         socket_connect_timeout=3, socket_timeout=SOCKET_SECONDS, retry=None)
    return client, queue


def deploy(message: dict[str, Any], delivery: Delivery) -> None:
    """The service's own work goes here; it must be harmless to do it twice for one message_id."""
    payload = message["payload"]
    current, baseline = payload["performance_data"].get("current_value"), payload["baseline_value"]
    if current is not None and current < baseline:
        raise DeadLetterError(f"current value {current} is below the baseline {baseline}", "BELOW_BASELINE")
    print(f"{message['message_id']} deploy {payload['token_symbol']}: {delivery.payload_text}", flush=True)


if __name__ == "__main__":
    consumer = Consumer(*connect_from_environment(), deploy)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: consumer.stop())
    consumer.run()
