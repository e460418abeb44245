"""The checks of Redis and of a queue in the form of the health+json draft, named as in the Node package."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from .faults import RedisFaultError
from .queue_records import QueueState
from .status import ConsumerState, ConsumerStatus

HealthStatus = Literal["pass", "warn", "fail"]
"""``pass``: healthy. ``warn``: messages still flow, and an operator should check. ``fail``: publishing fails."""
Check = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class HealthThresholds:
    """Above these a queue's check is ``warn``; the defaults of contract/health-thresholds.ts."""

    queue_depth: int = 1000
    """Waiting messages."""
    oldest_message_seconds: float = 300
    """Age of the oldest waiting message."""
    oldest_claim_seconds: float = 1800
    """Age of the oldest claim."""
    consumer_seen_seconds: float = 600
    """Time since a consumer was last seen."""
    dead_letters: int = 0


_PROBLEMS: dict[ConsumerState, str] = {
    "paused": "an operator has paused the queue: `npx model-events resume` ends it",
    "breaker-open": "all attempts fail, so the consumer pauses itself: check the service that its handler calls",
}


def write_check(endpoint: str, write_seconds: float | None, failure: RedisFaultError | None, time: str) -> Check:
    """Whether Redis accepts a write like the publisher's; a Redis that refuses writes still answers PING."""
    observed = {} if write_seconds is None else {"observedValue": round(write_seconds * 1000, 2), "observedUnit": "ms"}
    return {
        "componentId": endpoint,
        "componentType": "datastore",
        **observed,
        "status": "pass" if failure is None else "fail",
        "time": time,
        **({} if failure is None else {"output": str(failure), "fault": failure.fault}),
    }


def check_of_unreadable(queue: str, failure: RedisFaultError, time: str) -> Check:
    """A queue that cannot be inspected: publishing to it fails as well."""
    return {
        "componentId": queue,
        "componentType": "datastore",
        "status": "fail",
        "time": time,
        "output": str(failure),
        "fault": failure.fault,
    }


def checks_of_queue(queue: str, state: QueueState, thresholds: HealthThresholds, time: str) -> dict[str, Check]:
    """The checks of one queue, by name."""

    def check(value: float, unit: str, fault: str = "", is_above: bool = False, output: str = "") -> Check:
        return {
            "componentId": queue,
            "componentType": "datastore",
            "observedValue": round(value),
            "observedUnit": unit,
            "status": "warn" if is_above else "pass",
            "time": time,
            **({"output": output, "fault": fault} if is_above else {}),
        }

    limits = thresholds
    paused: dict[str, Check] = {}
    if state.paused is not None:
        paused["queue:paused"] = {
            "componentId": queue,
            "componentType": "datastore",
            "status": "warn",
            "time": time,
            "output": f"{queue} is paused since {state.paused}:"
            " resume it with `model-events resume` when the cause is fixed",
            "fault": "paused",
        }
    unread = _unread_seconds(state)
    return {
        **paused,
        "queue:depth": check(
            state.depth,
            "messages",
            "backlog",
            state.depth > limits.queue_depth,
            f"{state.depth} messages wait in {queue}, more than {limits.queue_depth}:"
            " check whether its consumers run, and how fast",
        ),
        "queue:oldest-message": check(
            state.oldest_message_seconds,
            "s",
            "backlog-old",
            state.oldest_message_seconds > limits.oldest_message_seconds,
            f"a message has waited in {queue} for {round(state.oldest_message_seconds)} s,"
            f" longer than {limits.oldest_message_seconds:g} s: check whether its consumers run",
        ),
        "queue:processing": check(
            state.processing,
            "messages",
            "processing-stuck",
            state.oldest_claim_seconds > limits.oldest_claim_seconds,
            f"a consumer of {queue} has held a message for {round(state.oldest_claim_seconds)} s,"
            f" longer than {limits.oldest_claim_seconds:g} s: check whether it hangs, and whether the monitor runs",
        ),
        "queue:consumer": check(
            unread,
            "s",
            "no-consumer",
            unread > limits.consumer_seen_seconds,
            f"no consumer has read {queue} for {round(unread)} s,"
            f" longer than {limits.consumer_seen_seconds:g} s: check whether its service runs",
        ),
        "queue:delayed": check(state.delayed, "messages"),
        "queue:dead-letters": check(
            state.dead_letters,
            "messages",
            "dead-letters",
            state.dead_letters > limits.dead_letters,
            f"{state.dead_letters} dead letters in {queue}:dlq:"
            " read their errors, fix the cause, then redrive or discard them",
        ),
    }


def _unread_seconds(state: QueueState) -> float:
    """Seconds for which no consumer has read the queue; 0 while messages are claimed or the queue is paused, and if a consumer
    of this package was never seen: plain consumers leave no trace."""
    return 0 if state.processing > 0 or state.paused is not None else state.consumer_seen_seconds or 0


def consumer_check(queue: str, consumer: ConsumerStatus, time: str) -> Check:
    """The state of a consumer of this process, with the numbers of its handlers and messages."""
    problem = _PROBLEMS.get(consumer.state)
    return {
        "componentId": queue,
        "componentType": "component",
        "observedValue": consumer.state,
        "status": "pass" if problem is None else "warn",
        "time": time,
        "busy": consumer.busy,
        "held": consumer.held,
        "pending": consumer.pending,
        **({} if problem is None else {"output": problem, "fault": consumer.state}),
    }


def worst_of(checks: dict[str, list[Check]]) -> HealthStatus:
    """The worst of the checks."""
    found = {check["status"] for each in checks.values() for check in each}
    return "fail" if "fail" in found else "warn" if "warn" in found else "pass"
