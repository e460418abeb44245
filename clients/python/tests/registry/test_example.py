"""examples/register_model.py stores a registration and its event while the pipeline is down."""

from __future__ import annotations

import json
import runpy
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from hokusai_model_events.registry import EventBus, Relay

from ..repository import REPOSITORY
from .local_bus import NAME, LocalBus
from .program import COMMAND, run
from .registry_database import RegistryDatabase

EXAMPLE = str(REPOSITORY / "examples/register_model.py")
AWAY = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}


def test_a_registration_succeeds_without_the_pipeline_and_arrives_once_afterwards(tmp_path: Path, bus: LocalBus) -> None:
    file = str(tmp_path / "registry.sqlite")
    register = [EXAMPLE, file, "credit-risk", "7", "CRSK", "auroc", "0.8200"]
    first, again = run(register, AWAY), run(register, AWAY)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == again.stdout
    done = run([*COMMAND, "relay", "--once", "--sqlite", file, "--bus", NAME, "--endpoint-url", bus.url])
    assert (done.returncode, done.stdout) == (0, "sent 1, postponed 0, refused 0\n")
    (detail,) = bus.details()
    assert json.loads(detail)["model_id"] == "credit-risk-7"
    assert '"baseline_value":0.8200,' in detail


@dataclass
class ModelVersion:
    """What ``mlflow.register_model`` returns, as far as the example reads it."""

    name: str = "credit-risk"
    version: str | int = 1
    creation_timestamp: int = 1_795_000_000_000
    run_id: str | None = "a1b2"
    tags: dict[str, str] = field(default_factory=lambda: {})


def test_an_mlflow_version_is_announced_once_and_again_after_it_was_deleted_and_registered_again(tmp_path: Path, bus: LocalBus) -> None:
    database = RegistryDatabase.in_file(tmp_path / "registry.sqlite")
    example: Any = runpy.run_path(EXAMPLE)
    baseline = example["Baseline"]("CRSK", "auroc", Decimal("0.82"), {"current_value": 0.9})
    with closing(database.connect()) as connection:
        def announce(**change: Any) -> str:
            event_id = str(example["announce"](connection, ModelVersion(**change), baseline))
            connection.commit()
            return event_id

        first = announce()
        # An int from one of MLflow's stores, a str from another.
        assert announce(version="1") == first
        assert announce(tags={"stage": "production"}) == first
        again = announce(creation_timestamp=1_795_000_000_001)
    assert database.unsent() == [first, again]
    assert first != again
    relay = Relay(database.database, EventBus(NAME, endpoint_url=bus.url))
    assert relay.run_once().sent == 2
    relay.close()
    assert [json.loads(detail)["model_version"] for detail in bus.details()] == ["1", "1"]


def test_an_event_that_breaks_the_contract_is_not_registered(tmp_path: Path) -> None:
    file = tmp_path / "registry.sqlite"
    done = run([EXAMPLE, str(file), "credit-risk", "7", "has space", "auroc", "NaN"])
    assert done.returncode == 1
    assert "baseline_value: a finite number, got NaN" in done.stderr
    assert 'token_symbol: 1 to 64 of A-Z, a-z, 0-9 and -, got "has space"' in done.stderr
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT count(*) FROM models").fetchall() == [(0,)]
    connection.close()
