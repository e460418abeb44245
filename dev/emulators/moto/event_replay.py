"""EventBridge's replays with their window and their rules: moto replays a whole archive to every rule on the bus."""

import random
import uuid
from datetime import datetime, timezone
from typing import Any

from moto.core.utils import unix_time
from moto.events.models import Archive, Replay, ReplayState, events_backends


def install() -> None:
    Replay.replay_events = replay_events


def replay_events(self: Replay, archive: Archive) -> None:
    backend = events_backends[self.account_id][self.region]
    bus = backend.describe_event_bus(self.destination["Arn"].split("/")[-1])
    wanted = self.destination.get("FilterArns")
    rules = [rule for rule in bus.rules.values() if wanted is None or rule.arn in wanted]
    start, end = float(self.event_start_time), float(self.event_end_time)
    events = [event for event in archive.events if start <= _seconds(event["time"]) <= end]
    # In AWS they are in order by the minute only.
    random.shuffle(events)
    for event in events:
        for rule in rules:
            replayed = {**event, "id": str(uuid.uuid4()), "replay-name": self.name}
            rule.send_to_targets(replayed, transform_input=False)
    self.state = ReplayState.COMPLETED
    self.end_time = unix_time()


def _seconds(time: Any) -> float:
    """An archived event's time: seconds, or the text that a target has made of them in passing."""
    if isinstance(time, str) and time.endswith("Z"):
        return datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()
    return float(time)
