"""The trace in which an event is added, as the header of PutEvents: X-Ray's ``Root=1-…;Parent=…;Sampled=1``."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

_XRAY = re.compile(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16}(;[A-Za-z]+=[^;\s]{1,64}){0,8}")


def current_trace_header() -> str | None:
    """The active OpenTelemetry span or, without one, Lambda's ``_X_AMZN_TRACE_ID``; None outside of a trace."""
    # A span can be active only where the service has imported the API: nothing is imported for it here.
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is not None:
        span = api.get_current_span().get_span_context()
        if span.is_valid:
            trace_id = f"{span.trace_id:032x}"
            sampled = int(span.trace_flags.sampled)
            return f"Root=1-{trace_id[:8]}-{trace_id[8:]};Parent={span.span_id:016x};Sampled={sampled}"
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    return header if _XRAY.fullmatch(header) else None
