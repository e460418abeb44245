"""A handler runs in a span that continues the trace of the message's producer."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from redis_server import ROOT, RedisServer
from running_consumers import QUEUE, Running, message

from hokusai_model_events.consumer import AsyncConsumer, ConnectionOptions, Delivery, Message
from hokusai_model_events.consumer.message import read_message

TRACE_ID, PRODUCER = "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
TRACED = f"00-{TRACE_ID}-{PRODUCER}-01"


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The tracer provider of the test, which keeps the spans."""
    trace = pytest.importorskip(
        "opentelemetry.trace", reason="opentelemetry-api is not installed: run pip install opentelemetry-api in .venv"
    )
    from recorded_spans import SpanRecorder

    recorder = SpanRecorder()
    # set_tracer_provider works once in a process.
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", recorder)
    return recorder


def active_span_id() -> int:
    from opentelemetry import trace

    return trace.get_current_span().get_span_context().span_id


def test_the_handler_runs_in_one_span_that_continues_the_producers_trace_and_links_to_it(
    consumers: Running, client: Any, recorder: Any
) -> None:
    client.lpush(QUEUE, message("a", trace_parent=TRACED))
    active: list[int] = []
    consumers.start(lambda *_: active.append(active_span_id())).reports.of("acknowledged")

    (span,) = recorder.spans
    assert (span.name, span.kind.name, span.status.status_code.name, span.ends) == ("process model_events", "CONSUMER", "UNSET", 1)
    assert (span.parent.trace_id, span.parent.span_id) == (int(TRACE_ID, 16), int(PRODUCER, 16))
    assert span.parent.is_remote and span.parent.trace_flags == 1
    assert [link.context for link in span.links] == [span.parent]
    assert span.context.trace_id == span.parent.trace_id
    assert active == [span.context.span_id]
    assert span.attributes == {
        "messaging.system": "redis",
        "messaging.operation.type": "process",
        "messaging.destination.name": "model_events",
        "messaging.message.id": "a",
        "messaging.message.conversation_id": "correlation-a",
    }


def test_each_of_two_concurrent_handlers_runs_in_the_span_of_its_message(
    consumers: Running, client: Any, recorder: Any
) -> None:
    client.lpush(QUEUE, message("a", trace_parent=TRACED), message("b", trace_parent=TRACED))
    active: dict[str, int] = {}

    def handler(message: Message, _: Delivery) -> None:
        active[message.message_id] = active_span_id()

    consumers.start(handler, concurrency=2).reports.of("acknowledged", 2)
    assert active == {span.attributes["messaging.message.id"]: span.context.span_id for span in recorder.spans}


def test_the_span_of_a_handler_that_raises_has_the_error_and_the_retry_has_a_span_of_its_own(
    consumers: Running, client: Any, recorder: Any
) -> None:
    client.lpush(QUEUE, message("a", trace_parent=TRACED))
    failure = ValueError("the chain did not answer")

    def handler(message: Message, _: Delivery) -> None:
        if message.retry_count == 0:
            raise failure

    consumers.start(handler).reports.of("acknowledged")
    first, second = recorder.spans
    assert (first.status.status_code.name, first.status.description) == ("ERROR", "the chain did not answer")
    assert (first.exceptions, first.ends) == ([failure], 1)
    assert (second.status.status_code.name, second.exceptions, second.ends) == ("UNSET", [], 1)
    assert second.parent.span_id == int(PRODUCER, 16)


def test_the_span_of_a_handler_beyond_handler_seconds_has_the_timeout(
    consumers: Running, client: Any, recorder: Any
) -> None:
    client.lpush(QUEUE, message("a"))

    def handler(message: Message, delivery: Delivery) -> None:
        if message.retry_count == 0:
            delivery.cancelled.wait(30)

    consumers.start(handler, handler_seconds=1).reports.of("acknowledged")
    assert recorder.spans[0].status.description == "the handler took longer than 1 s"
    assert [span.ends for span in recorder.spans] == [1, 1]


@pytest.mark.parametrize(
    "trace_parent",
    [None, "none", f"00-{'0' * 32}-{PRODUCER}-01", f"00-{TRACE_ID}-{'0' * 16}-01", f"ff-{TRACE_ID}-{PRODUCER}-01"],
)
def test_a_message_without_a_valid_trace_parent_begins_a_trace_of_its_own(
    consumers: Running, client: Any, recorder: Any, trace_parent: str | None
) -> None:
    client.lpush(QUEUE, message("a", trace_parent=trace_parent))
    consumers.start(lambda *_: None).reports.of("acknowledged")
    (span,) = recorder.spans
    assert (span.parent, list(span.links)) == (None, [])


def test_a_span_that_is_active_around_run_is_not_the_parent(server: RedisServer, client: Any, recorder: Any) -> None:
    client.lpush(QUEUE, message("a"))

    async def main() -> None:
        async def handler(*_: object) -> None:
            asyncio.get_running_loop().call_soon(consumer.stop)

        consumer = AsyncConsumer(server.settings(), handler, connection=ConnectionOptions(ca_file=server.ca_file))
        with recorder.start_as_current_span("the service"):
            await consumer.run()

    asyncio.run(main())
    assert [(span.name, span.parent) for span in recorder.spans] == [("the service", None), ("process model_events", None)]


def test_the_message_has_the_trace_parent_of_its_text() -> None:
    assert read_message(message("a", trace_parent=TRACED).encode()).trace_parent == TRACED
    assert read_message(message("a").encode()).trace_parent is None


def test_the_import_of_the_package_imports_no_opentelemetry() -> None:
    program = (
        # redis-py imports opentelemetry.metrics if it is installed.
        f"import sys, redis.asyncio; sys.path.insert(0, {str(ROOT / 'clients/python/src')!r}); before = set(sys.modules); "
        "import hokusai_model_events.consumer; print([name for name in set(sys.modules) - before if 'opentelemetry' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_without_opentelemetry_the_handler_runs_untraced(consumers: Running, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)  # its import raises ModuleNotFoundError
    client.lpush(QUEUE, message("a", trace_parent=TRACED))
    ids: list[str] = []
    consumers.start(lambda message, _: ids.append(message.message_id)).reports.of("acknowledged")
    assert ids == ["a"]
