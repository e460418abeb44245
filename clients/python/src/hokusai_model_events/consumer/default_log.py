"""Lines on stderr, for a consumer in a program that has neither a listener nor configured logging; as in the Node package."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Literal

from hokusai_model_events.formatted_values import escape_invisible

LogForm = Literal["text", "json", "off"]

_TEXTS = {
    "retried": "the handler failed; the message is retried",
    "dead-lettered": "the message was dead-lettered",
    "lost": "the claim was lost: another consumer may have the message",
    "paused": "the queue is paused by an operator",
    "resumed": "the queue is resumed",
    "breaker-opened": "all attempts fail: the consumer pauses itself",
    "breaker-closed": "an attempt succeeded: the consumer resumes",
    "warning": "Redis or a listener failed",
}
_LEVELS = {"dead-lettered": "ERROR", "resumed": "INFO", "breaker-closed": "INFO"}


def write_line(form: LogForm, queue: str, name: str, message_id: str | None, error: BaseException | None) -> None:
    """Writes an event; not ``acknowledged`` and ``snoozed``."""
    if form == "off" or name not in _TEXTS:
        return
    line = {
        "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": _LEVELS.get(name, "WARN"),
        "message": f"model-events: {_TEXTS[name]}",
        "event": name,
        "queue": queue,
    }
    if message_id is not None:
        line["message_id"] = message_id
    if error is not None:
        line["error"] = str(error)[:1000] or type(error).__name__
    print(json.dumps(line) if form == "json" else _text(line), file=sys.stderr, flush=True)


def _text(line: Mapping[str, str]) -> str:
    subject = " ".join(filter(None, (line["queue"], line.get("message_id"))))
    # JSON escapes the line breaks of a handler's error.
    reason = f": {json.dumps(line['error'], ensure_ascii=False)[1:-1]}" if "error" in line else ""
    return escape_invisible(f"{line['time']} {line['level']} {line['message']} ({subject}){reason}")
