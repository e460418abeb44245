"""examples/register_model.py stores a registration and its event while the pipeline is down."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from ..repository import REPOSITORY
from .local_bus import NAME, LocalBus
from .program import COMMAND, run

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


def test_an_event_that_breaks_the_contract_is_not_registered(tmp_path: Path) -> None:
    file = tmp_path / "registry.sqlite"
    done = run([EXAMPLE, str(file), "credit-risk", "7", "has space", "auroc", "NaN"])
    assert done.returncode == 1
    assert "baseline_value: a finite number, got NaN" in done.stderr
    assert 'token_symbol: 1 to 64 of A-Z, a-z, 0-9 and -, got "has space"' in done.stderr
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT count(*) FROM models").fetchall() == [(0,)]
    connection.close()
