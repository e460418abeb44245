"""One OpenTelemetry span for each handled message; it continues the producer's trace."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any

from .message import Message

Trace = Callable[[str, Message], AbstractContextManager[None]]
"""The span in which the handler of a queue's message runs."""


def load_trace() -> Trace:
    """A child of the producer's span in ``trace_parent``, linked to it, by the OpenTelemetry API.

    The service registers the SDK; without it the API does nothing. Without ``opentelemetry-api`` nothing is imported.
    """
    try:
        api: Any = importlib.import_module("opentelemetry.trace")
        contexts: Any = importlib.import_module("opentelemetry.context")
        w3c: Any = importlib.import_module("opentelemetry.trace.propagation.tracecontext")
    except ModuleNotFoundError:
        return _untraced
    tracer = api.get_tracer("hokusai_model_events")
    propagator = w3c.TraceContextTextMapPropagator()

    @contextlib.contextmanager
    def traced(queue: str, message: Message) -> Generator[None, None, None]:
        # An empty context: a message without a valid trace_parent begins its own trace, whatever span is active in run().
        parent = propagator.extract({"traceparent": message.trace_parent or ""}, contexts.Context())
        producer = api.get_current_span(parent).get_span_context()
        span = tracer.start_span(
            f"process {queue}",
            context=parent,
            kind=api.SpanKind.CONSUMER,
            attributes={
                "messaging.system": "redis",
                "messaging.operation.type": "process",
                "messaging.destination.name": queue,
                "messaging.message.id": message.message_id,
                "messaging.message.conversation_id": message.correlation_id,
            },
            links=[api.Link(producer)] if producer.is_valid else [],
        )
        with api.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield
            except Exception as error:
                span.record_exception(error)
                # The description is the error's message alone, as in the Node package; use_span would put the type before it.
                span.set_status(api.Status(api.StatusCode.ERROR, str(error)))
                raise

    return traced


def _untraced(_queue: str, _message: Message) -> AbstractContextManager[None]:
    return contextlib.nullcontext()
