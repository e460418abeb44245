"""An event continues the trace of its registration."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from hokusai_model_events.registry import Relay

from .local_bus import LocalBus
from .registry_database import RegistryDatabase, registered

TRACE_ID, SPAN_ID = "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
XRAY = "Root=1-6b0943a3-8da2f56f9c90034d8020c4a0;Parent=8da2f56f9c90034d;Sampled=1;Lineage=1:a87bd80c:0"


@pytest.fixture(autouse=True)
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)


def test_the_active_span_of_opentelemetry_is_sent_with_the_event(
    database: RegistryDatabase, relay: Relay, bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace: Any = pytest.importorskip("opentelemetry.trace", reason="opentelemetry-api is not installed")
    # The span takes precedence over the variable.
    monkeypatch.setenv("_X_AMZN_TRACE_ID", XRAY)
    for model, flags in (("a", 1), ("b", 0)):
        span = trace.SpanContext(int(TRACE_ID, 16), int(SPAN_ID, 16), is_remote=False, trace_flags=trace.TraceFlags(flags))
        with trace.use_span(trace.NonRecordingSpan(span)):
            database.register(registered(model))
    assert relay.run_once().sent == 2
    assert bus.trace_headers() == [f"Root=1-{TRACE_ID[:8]}-{TRACE_ID[8:]};Parent={SPAN_ID};Sampled={flag}" for flag in (1, 0)]


def test_without_an_active_span_the_trace_of_lambda_is_sent(
    database: RegistryDatabase, relay: Relay, bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model, header in (("a", XRAY), ("b", "Root=1-6b0943a3"), ("c", f"{XRAY}\n")):
        monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
        database.register(registered(model))
    assert relay.run_once().sent == 3
    assert bus.trace_headers() == [XRAY, "", ""]


def test_outside_of_a_trace_no_header_is_sent_and_opentelemetry_is_not_needed(
    database: RegistryDatabase, relay: Relay, bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent: ModuleType = None  # type: ignore[assignment]  # its import raises ModuleNotFoundError
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", absent)
    database.register(registered("a"))
    assert relay.run_once().sent == 1
    assert bus.trace_headers() == [""]


def test_a_table_of_an_earlier_version_works_and_sends_traces_after_its_migration(
    database: RegistryDatabase, relay: Relay, bus: LocalBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", XRAY)
    database.run("ALTER TABLE model_events_outbox DROP COLUMN trace_header")
    database.register(registered("before"))
    assert relay.run_once().sent == 1
    # The statement of the README.
    database.run("ALTER TABLE model_events_outbox ADD COLUMN trace_header text")
    database.register(registered("after"))
    assert relay.run_once().sent == 1
    assert bus.trace_headers() == ["", XRAY]
    assert database.unsent() == []
