"""The registry of `make demo`: it registers models, and is killed before anything of them is sent.

    python3 dev/demo/registry_process.py registry.sqlite < registrations.jsonl

Each line holds what ``ModelRegistered`` takes; an empty one ends them. The last model stays in an open transaction, the others are
committed. Then it prints so and waits until the demo kills it. What it has committed, ``hokusai-model-events relay`` sends later.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from decimal import Decimal

from hokusai_model_events.registry import ModelRegistered, Outbox


def register(connection: sqlite3.Connection, event: ModelRegistered) -> None:
    """The registration and its event, in the caller's transaction: both, or neither."""
    connection.execute("INSERT INTO models VALUES (?)", (event.model_id,))
    Outbox(connection).add(event)


def main() -> None:
    connection = sqlite3.connect(sys.argv[1])
    Outbox(connection).create_table()
    connection.execute("CREATE TABLE models (model_id text PRIMARY KEY)")
    connection.commit()

    lines = iter(sys.stdin.readline, "\n")
    # Decimal keeps the digits: a float would round them.
    *committed, uncommitted = [ModelRegistered(**json.loads(line, parse_float=Decimal)) for line in lines]
    for event in committed:
        with connection:
            register(connection, event)
        print("committed", event.event_id, flush=True)
    register(connection, uncommitted)
    print("uncommitted", uncommitted.event_id, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
