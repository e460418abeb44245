"""A tracer provider for the OpenTelemetry API that keeps the spans. It is no SDK: that one cannot be installed everywhere."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context


class RecordedSpan(trace.Span):
    """A span with the attributes of the SDK's ``ReadableSpan`` that the tests read."""

    def __init__(
        self,
        context: trace.SpanContext,
        name: str,
        parent: trace.SpanContext | None,
        kind: trace.SpanKind,
        attributes: Mapping[str, Any],
        links: Sequence[trace.Link],
    ) -> None:
        self.context, self.name, self.parent, self.kind = context, name, parent, kind
        self.attributes, self.links = dict(attributes), links
        self.status = trace.Status(trace.StatusCode.UNSET)
        self.exceptions: list[BaseException] = []
        self.ends = 0

    def end(self, end_time: int | None = None) -> None:
        self.ends += 1

    def get_span_context(self) -> trace.SpanContext:
        return self.context

    def set_status(self, status: Any, description: str | None = None) -> None:
        self.status = status

    def record_exception(self, exception: BaseException, *_: Any, **__: Any) -> None:
        self.exceptions.append(exception)

    def is_recording(self) -> bool:
        return self.ends == 0

    def set_attributes(self, attributes: Any) -> None:
        self.attributes.update(attributes)

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def add_event(self, name: str, *_: Any, **__: Any) -> None: ...

    def update_name(self, name: str) -> None:
        self.name = name


class SpanRecorder(trace.TracerProvider, trace.Tracer):
    """Records every span, from its start."""

    def __init__(self) -> None:
        self.spans: list[RecordedSpan] = []
        self._ids = itertools.count(1)

    def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
        return self

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: trace.SpanKind = trace.SpanKind.INTERNAL,
        attributes: Any = None,
        links: Any = None,
        **_: Any,
    ) -> RecordedSpan:
        found = trace.get_current_span(context).get_span_context()
        parent = found if found.is_valid else None
        number = next(self._ids)
        own = trace.SpanContext(parent.trace_id if parent else number, number, is_remote=False)
        span = RecordedSpan(own, name, parent, kind, attributes or {}, links or ())
        self.spans.append(span)
        return span

    @contextlib.contextmanager
    def start_as_current_span(self, name: str, *args: Any, **options: Any) -> Iterator[RecordedSpan]:
        with trace.use_span(span := self.start_span(name, *args, **options), end_on_exit=True):
            yield span
