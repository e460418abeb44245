"""The registry: about forty registrations a second, each an outbox row in a transaction of its own; each fifth is rolled back.

    registry.py FILE PREFIX

It prints `committed <event id>`. Lines on its standard input: `lock` (locks the database for all other clients), `unlock`, `expire`
(what relays have claimed is free again, as after their lease), `stop`, which it answers with `stopped`.
"""

import queue
import sqlite3
import sys
import threading

from hokusai_model_events.registry import ModelRegistered, Outbox

file, prefix = sys.argv[1:]
connection = sqlite3.connect(file, timeout=30)
locker = sqlite3.connect(file, timeout=30, isolation_level=None)
orders: "queue.Queue[str]" = queue.Queue()
locked = False


def register(number: int) -> None:
    event_id = f"{prefix}{number}"
    event = ModelRegistered(
        event_id=event_id,
        model_id="usual",
        token_symbol="CRSK",
        metric_name="auroc",
        baseline_value=0.82,
        performance_data={"current_value": 0.87},
        baseline_validated=True,
    )
    connection.execute("INSERT INTO registrations VALUES (?)", (event_id,))
    Outbox(connection).add(event)
    if number % 5 == 0:
        connection.rollback()
        return
    connection.commit()
    print("committed", event_id, flush=True)


def obey(order: str) -> bool:
    """False where it is the last."""
    global locked
    if order == "lock":
        locker.execute("BEGIN EXCLUSIVE")
        locked = True
    elif order == "unlock":
        locker.execute("ROLLBACK")
        locked = False
    elif order == "expire":
        connection.execute("UPDATE model_events_outbox SET due_ms = 0 WHERE claim IS NOT NULL AND sent_ms IS NULL")
        connection.commit()
    elif order == "stop":
        print("stopped", flush=True)
        return False
    return True


def read() -> None:
    for line in sys.stdin:
        orders.put(line.strip())
    orders.put("stop")


Outbox(connection).create_table()
connection.execute("CREATE TABLE IF NOT EXISTS registrations (event_id text PRIMARY KEY)")
connection.commit()
print("ready", flush=True)
threading.Thread(target=read, daemon=True).start()
count, emitting = 0, True
while True:
    try:
        if not obey(orders.get(timeout=0.025)):
            emitting = False
        continue
    except queue.Empty:
        pass
    if emitting and not locked:
        count += 1
        register(count)
