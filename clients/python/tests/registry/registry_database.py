"""A registry's database: models, and their events written in the same transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hokusai_model_events.registry import Database, ModelRegistered, Outbox
from hokusai_model_events.registry.session import Session


def registered(model_id: str = "m-1", **change: Any) -> ModelRegistered:
    """A valid event; ``change`` overrides the fields that matter to the test."""
    fields: dict[str, Any] = {
        "model_id": model_id,
        "token_symbol": "CRSK",
        "metric_name": "auroc",
        "baseline_value": 0.82,
        "performance_data": {"current_value": 0.87},
        "baseline_validated": True,
        "event_id": f"event-{model_id}",
    }
    return ModelRegistered(**{**fields, **change})


@dataclass(frozen=True)
class RegistryDatabase:
    database: Database
    arguments: tuple[str, str]
    """Arguments of ``hokusai-model-events`` that select this database."""
    placeholder: str

    @classmethod
    def in_file(cls, file: Path) -> RegistryDatabase:
        sqlite3.connect(file).close()
        return cls(Database.sqlite(file), ("--sqlite", str(file)), "?")._with_tables()

    @classmethod
    def in_postgresql(cls, conninfo: str) -> RegistryDatabase:
        return cls(Database.postgresql(conninfo), ("--database", conninfo), "%s")._with_tables()

    def connect(self) -> Any:
        return self.database.connect()

    def register(self, *events: ModelRegistered) -> None:
        """Registers the models one by one, each in a transaction with its event."""
        with closing(self.connect()) as connection:
            for event in events:
                register(connection, event, self.placeholder)

    def query(self, statement: str) -> list[Sequence[Any]]:
        with closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return list(cursor.fetchall())

    def run(self, statement: str) -> None:
        with closing(self.connect()) as connection:
            connection.cursor().execute(statement)
            connection.commit()

    def let_leases_run_out(self) -> None:
        """Makes all events due."""
        self.run("UPDATE model_events_outbox SET due_ms = 0")

    def now_ms(self) -> int:
        """The database's clock, which the outbox uses."""
        with closing(self.connect()) as connection:
            ((now,),) = Session(connection).query("SELECT :now")
            return int(now)

    def models(self) -> list[str]:
        """Committed registrations."""
        return [str(row[0]) for row in self.query("SELECT model_id FROM models ORDER BY model_id")]

    def unsent(self) -> list[str]:
        return [str(row[0]) for row in self.query("SELECT event_id FROM model_events_outbox WHERE sent_ms IS NULL ORDER BY id")]

    def _with_tables(self) -> RegistryDatabase:
        with closing(self.connect()) as connection:
            connection.cursor().execute("CREATE TABLE models (model_id text PRIMARY KEY)")
            Outbox(connection).create_table()
            connection.commit()
        return self


def register(connection: Any, event: ModelRegistered, placeholder: str) -> None:
    """Writes the model and its event in one transaction."""
    connection.cursor().execute(f"INSERT INTO models (model_id) VALUES ({placeholder})", (event.model_id,))
    Outbox(connection).add(event)
    connection.commit()
