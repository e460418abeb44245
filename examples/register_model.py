"""Registers a model and stores its event in the same transaction, without a call to AWS or Redis.

    python3 examples/register_model.py registry.sqlite credit-risk 7 CRSK auroc 0.82
    hokusai-model-events relay --sqlite registry.sqlite --bus hokusai-development

Needs the package hokusai-model-events. ``mlflow.register_model`` returns the ``version`` of ``announce``.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Mapping, Protocol

from hokusai_model_events.registry import ContractError, ModelRegistered, Outbox


class ModelVersion(Protocol):
    """The attributes read from an ``mlflow.entities.model_registry.ModelVersion``."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str | int: ...
    @property
    def creation_timestamp(self) -> int: ...
    @property
    def run_id(self) -> str | None: ...


@dataclass(frozen=True)
class Baseline:
    """A baseline that the registry has validated."""

    token_symbol: str
    metric_name: str
    value: Decimal
    measured: Mapping[str, Any]


def announce(connection: Any, version: ModelVersion, baseline: Baseline) -> str:
    """Writes the event of a registered model whose baseline is validated; returns its ``event_id``.

    ``connection`` is the one on which the registry has just written the registration and has not committed yet. Nothing here
    depends on AWS or Redis: while the pipeline is down the event waits in the registry's database. Only what is wrong with the
    registration itself raises (``ContractError``), before anything is written.
    """
    # MLflow deletes and creates again under the same name and number: the time of creation makes it another registration.
    registration = f"models:/{version.name}/{version.version}?created={version.creation_timestamp}"
    event = ModelRegistered(
        # The same for each call about one registration: announcing it again is free.
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, registration)),
        model_id=f"{version.name}-{version.version}",
        token_symbol=baseline.token_symbol,
        metric_name=baseline.metric_name,
        baseline_value=baseline.value,
        performance_data=baseline.measured,
        baseline_validated=True,
        model_name=version.name,
        # An int or a str, depending on MLflow's store.
        model_version=str(version.version),
        mlflow_run_id=version.run_id,
        # Without MLflow's tags: they change later, and another event with the same id would be refused.
    )
    Outbox(connection).add(event)
    return event.event_id


@dataclass(frozen=True)
class _Version:
    name: str
    version: str
    creation_timestamp: int
    run_id: str | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("database", "name", "version", "token_symbol", "metric_name"):
        parser.add_argument(name)
    parser.add_argument("baseline", type=Decimal)
    options = parser.parse_args()

    connection = sqlite3.connect(options.database)
    Outbox(connection).create_table()
    connection.execute("CREATE TABLE IF NOT EXISTS models (name text, version text, created_ms integer, PRIMARY KEY (name, version))")
    baseline = Baseline(options.token_symbol, options.metric_name, options.baseline, {"current_value": options.baseline})
    try:
        # The registration and its event: both, or neither.
        with connection:
            key = (options.name, options.version)
            connection.execute("INSERT OR IGNORE INTO models VALUES (?, ?, ?)", (*key, time.time_ns() // 1_000_000))
            ((created_ms,),) = connection.execute("SELECT created_ms FROM models WHERE name = ? AND version = ?", key)
            event_id = announce(connection, _Version(*key, created_ms), baseline)
    except ContractError as error:
        raise SystemExit(f"not registered: {error}") from None
    finally:
        connection.close()
    print(f"registered {options.name} {options.version}, event {event_id}")


if __name__ == "__main__":
    main()
