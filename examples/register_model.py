"""Registers a model and stores its event in the same transaction, without a call to AWS or Redis.

    python3 examples/register_model.py registry.sqlite credit-risk 7 CRSK auroc 0.82
    hokusai-model-events relay --sqlite registry.sqlite --bus hokusai-development

Needs the package hokusai-model-events. ``mlflow.register_model`` returns the ``version`` of ``announce``.
"""

from __future__ import annotations

import argparse
import sqlite3
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Mapping, Protocol

from hokusai_model_events.registry import ContractError, ModelRegistered, Outbox


class ModelVersion(Protocol):
    """The attributes read from an ``mlflow.entities.model_registry.ModelVersion``."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def run_id(self) -> str | None: ...
    @property
    def tags(self) -> Mapping[str, str]: ...


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
    event = ModelRegistered(
        # The same for each call about one version: announcing it again is free.
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"models:/{version.name}/{version.version}")),
        model_id=f"{version.name}-{version.version}",
        token_symbol=baseline.token_symbol,
        metric_name=baseline.metric_name,
        baseline_value=baseline.value,
        performance_data=baseline.measured,
        baseline_validated=True,
        model_name=version.name,
        model_version=version.version,
        mlflow_run_id=version.run_id,
        tags=version.tags or None,
    )
    Outbox(connection).add(event)
    return event.event_id


@dataclass(frozen=True)
class _Version:
    name: str
    version: str
    run_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("database", "name", "version", "token_symbol", "metric_name"):
        parser.add_argument(name)
    parser.add_argument("baseline", type=Decimal)
    options = parser.parse_args()

    connection = sqlite3.connect(options.database)
    Outbox(connection).create_table()
    connection.execute("CREATE TABLE IF NOT EXISTS models (name text, version text, PRIMARY KEY (name, version))")
    baseline = Baseline(options.token_symbol, options.metric_name, options.baseline, {"current_value": options.baseline})
    try:
        # The registration and its event: both, or neither.
        with connection:
            connection.execute("INSERT OR IGNORE INTO models VALUES (?, ?)", (options.name, options.version))
            event_id = announce(connection, _Version(options.name, options.version), baseline)
    except ContractError as error:
        raise SystemExit(f"not registered: {error}") from None
    finally:
        connection.close()
    print(f"registered {options.name} {options.version}, event {event_id}")


if __name__ == "__main__":
    main()
