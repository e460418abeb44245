"""The warning for a consumer of a queue that no subscription uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from hokusai_model_events.errors import SettingsError
from hokusai_model_events.known_names import nearest_name

from .connection import RedisConnection
from .queue_keys import slot_of
from .reported_error import ReportedError

_ROOT_SLOTS = ("model_events", "{model_events}")
_MOST_LISTED = 20


async def queue_warning(redis: RedisConnection, queue: str) -> SettingsError | None:
    """Why a consumer of this queue gets no message; None if a subscription uses it, or if no queue is recorded yet."""
    slot = slot_of(queue)
    # The record is in the slot of the default queue, which the connection of another slot does not reach.
    if slot not in _ROOT_SLOTS:
        return None
    try:
        recorded = cast("Iterable[bytes]", await redis.execute("SMEMBERS", f"{slot}:queues"))
    except ReportedError:
        # The user of a Redis that others created may lack the right to read the record.
        return None
    known = sorted(name.decode("utf-8", "replace") for name in recorded)
    if not known or queue in known:
        return None
    nearest = nearest_name(queue, known)
    listed = ", ".join(known[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
    return SettingsError(
        f"no subscription uses the queue {queue}, so no message arrives"
        f"{'.' if nearest is None else f': did you mean {nearest}?'} The known queues are {listed}; that of a new subscription is "
        "known a minute after its deployment"
    )
