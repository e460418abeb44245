"""The state of Redis and of a service's queue, for its own health endpoint."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import datetime, timezone
from time import perf_counter
from typing import TypedDict

from hokusai_model_events.settings import RedisSettings

from .connection import RedisConnection
from .connection_options import ConnectionOptions
from .event_loop import run_to_end
from .faults import RedisFaultError
from .health_checks import (
    Check,
    HealthStatus,
    HealthThresholds,
    check_of_unreadable,
    checks_of_queue,
    consumer_check,
    worst_of,
    write_check,
)
from .model_queue import ModelQueue
from .queue_keys import probe_key_of, slot_of
from .queue_records import QueueState
from .reported_error import ReportedError
from .scripts import script
from .session import RedisSession
from .status import HasStatus

_OPERATION = "health check"
_PROBE_KEY_SECONDS = 300
# Short enough to name the exact fault within the limit of the whole check.
_QUICK = ConnectionOptions(connect_timeout_seconds=0.7, command_timeout_seconds=0.7)


class Health(TypedDict):
    """The body of an ``application/health+json`` answer; answer with 503 where the status is ``fail``."""

    status: HealthStatus
    checks: dict[str, list[Check]]


@dataclasses.dataclass
class _Observed:
    """The results so far; after a timeout the rest is missing."""

    endpoint: str
    connected: bool = False
    states: dict[str, QueueState | RedisFaultError] = dataclasses.field(default_factory=lambda: {})
    write_seconds: float | None = None
    failure: RedisFaultError | None = None


def check_health(
    settings: RedisSettings,
    *,
    queues: Sequence[str] | None = None,
    thresholds: HealthThresholds | None = None,
    connection: ConnectionOptions = _QUICK,
    limit_seconds: float = 1.8,
    consumer: HasStatus | None = None,
) -> Health:
    """Inspects the queues (by default the settings' own) and writes to Redis as a publisher does; with ``consumer`` it adds
    the state of that consumer.

    It raises no Redis error and returns within the limit. In an event loop use ``check_health_async``.
    """
    return run_to_end(
        check_health_async(
            settings,
            queues=queues,
            thresholds=thresholds,
            connection=connection,
            limit_seconds=limit_seconds,
            consumer=consumer,
        )
    )


async def check_health_async(
    settings: RedisSettings,
    *,
    queues: Sequence[str] | None = None,
    thresholds: HealthThresholds | None = None,
    connection: ConnectionOptions = _QUICK,
    limit_seconds: float = 1.8,
    consumer: HasStatus | None = None,
) -> Health:
    """As ``check_health``."""
    names = [settings.queue] if queues is None else list(queues)
    slots = list(dict.fromkeys(slot_of(queue) for queue in names or [settings.queue]))
    found = await asyncio.gather(
        *(
            _observe_slot(RedisSession(settings, connection), slot, [q for q in names if slot_of(q) == slot], limit_seconds)
            for slot in slots
        )
    )
    health = _health(found, thresholds or HealthThresholds())
    if consumer is not None:
        health["checks"]["consumer:state"] = [consumer_check(settings.queue, consumer.status, _now())]
        health["status"] = worst_of(health["checks"])
    return health


def _health(slots: Sequence[_Observed], thresholds: HealthThresholds) -> Health:
    time = _now()
    checks = {"redis:write": [write_check(slot.endpoint, slot.write_seconds, slot.failure, time) for slot in slots]}
    for queue, state in ((queue, state) for slot in slots for queue, state in slot.states.items()):
        of_queue = (
            {"queue:depth": check_of_unreadable(queue, state, time)}
            if isinstance(state, RedisFaultError)
            else checks_of_queue(queue, state, thresholds, time)
        )
        for name, check in of_queue.items():
            checks.setdefault(name, []).append(check)
    return {"status": worst_of(checks), "checks": checks}


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _observe_slot(session: RedisSession, slot: str, queues: list[str], limit_seconds: float) -> _Observed:
    """Observes the queues of one slot; ends the session."""
    observed = _Observed(session.endpoint)
    work = asyncio.ensure_future(
        session.use_now(_OPERATION, lambda redis: _observe(redis, session.endpoint, slot, queues, observed))
    )
    try:
        done, _ = await asyncio.wait({work}, timeout=limit_seconds)
        if done:
            work.result()
        else:
            reason = "Command timed out" if observed.connected else "connect ETIMEDOUT"
            reported = f"{reason}: no reply within {limit_seconds:g} s"
            observed.failure = RedisFaultError(_OPERATION, session.endpoint, reported)
    except RedisFaultError as error:
        observed.failure = error
    finally:
        work.cancel()
        session.close()
        await asyncio.sleep(0)  # the closing begins
    return dataclasses.replace(observed)


async def _observe(redis: RedisConnection, endpoint: str, slot: str, queues: list[str], observed: _Observed) -> None:
    """The queues come first: a Redis that refuses writes, and so loses the connection, can still be read."""
    observed.endpoint = endpoint
    observed.connected = True
    observed.states = {}
    for queue in queues:
        try:
            observed.states[queue] = await ModelQueue(queue).inspect(redis)
        except ReportedError as error:
            failure = RedisFaultError(f"inspect {queue}", endpoint, str(error))
            if failure.reconnect:
                raise
            observed.states[queue] = failure
    started = perf_counter()
    await script("probe").run(redis, [probe_key_of(slot)], [_PROBE_KEY_SECONDS])
    observed.write_seconds = perf_counter() - started
