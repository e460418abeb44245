"""Reads texts of messages, one JSON string a line, with the package in PYTHONPATH; prints a JSON object for each."""

import json
import sys

from hokusai_model_events.consumer import UnreadableMessageError
from hokusai_model_events.consumer.message import read_message

ENVELOPE = ("message_id", "correlation_id", "timestamp", "retry_count", "redrive_count", "replay_name", "trace_parent")

for line in sys.stdin:
    try:
        message = read_message(json.loads(line).encode())
    except UnreadableMessageError as error:
        print(json.dumps({"error": str(error)}))
    else:
        print(json.dumps({**{name: getattr(message, name) for name in ENVELOPE}, "payload_text": message.payload_text}))
