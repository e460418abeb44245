"""The program's output, as text and as JSON."""

from __future__ import annotations

import json

from ..formatted_values import escape_invisible
from .outbox_status import Status
from .relay import Batch


def batch_line(batch: Batch, as_json: bool) -> str:
    """One batch of a relay, as one line."""
    if as_json:
        return json.dumps(
            {
                "sent": batch.sent,
                "postponed": batch.postponed,
                "refused": batch.refused,
                "errors": [{"event_id": event_id, "error": error} for event_id, error in batch.errors],
                "error": batch.error,
            }
        )
    if batch.error is not None:
        return f"nothing sent: {escape_invisible(batch.error)}; retrying"
    counts = f"sent {batch.sent}, postponed {batch.postponed}, refused {batch.refused}"
    return counts + "".join(f"; {escape_invisible(event_id)}: {error}" for event_id, error in batch.errors)


def status_json(status: Status) -> str:
    """The outbox as one JSON document."""
    return json.dumps(
        {
            "waiting": status.waiting,
            "oldest_waiting_seconds": status.oldest_waiting_seconds,
            "last_error": status.last_error,
            "refused": status.refused_count,
            "refused_events": [vars(each) for each in status.refused],
            "sent": status.sent,
        }
    )


def status_text(status: Status) -> str:
    """The outbox for people."""
    age = "" if status.oldest_waiting_seconds is None else f", the oldest for {status.oldest_waiting_seconds:.0f} s"
    lines = [f"waiting  {status.waiting}{age}", f"refused  {status.refused_count}", f"sent     {status.sent} (not pruned yet)"]
    if status.last_error is not None:
        lines.insert(1, f"         last failure: {status.last_error}")
    lines += [f"refused: {escape_invisible(each.event_id)}: {each.error}" for each in status.refused]
    if status.refused_count:
        lines.append("After the cause is fixed: hokusai-model-events retry EVENT_ID..., or retry --all")
    return "\n".join(lines)
