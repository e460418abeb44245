"""The adapter to EventBridge: PutEvents through boto3, with time limits and results of this package's own."""

from __future__ import annotations

import importlib
import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..contract_data import DETAIL_TYPE, NOT_CONTENT_CODES, NOT_CONTENT_STATUSES, SOURCE
from ..errors import ModelEventsError, SettingsError
from ..formatted_values import escape_invisible
from ..limits import within

CALL_ENTRIES = 10
"""Most entries in one PutEvents call."""
CALL_BYTES = 1024 * 1024
"""Most bytes in the body of one call."""
CALL_SECONDS = 15
"""Longest duration of a call, its retries included."""
_CHECK_SECONDS = 300
_ENTRY_BYTES = 1024
"""More than an entry of the body has besides its detail: names of fields, bus, source and detail type, and the trace header."""

# Errors of the entry itself: a retry cannot help.
_ENTRY_AT_FAULT = {"InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"}
_NOT_CONTENT_CODES = re.compile(NOT_CONTENT_CODES)


@dataclass(frozen=True)
class Taken:
    """The bus accepted the event."""

    bus_event_id: str


@dataclass(frozen=True)
class NotTaken:
    """The bus did not accept this event; the others of the call are not affected."""

    error: str
    is_permanent: bool


class BusError(ModelEventsError):
    """The whole call failed."""

    def __init__(self, message: str, *, is_content: bool = False, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        """EventBridge's error code; None without an answer."""
        self.is_content = is_content
        """True if the content of the call caused the error, not the connection to the bus."""


class Event(Protocol):
    """What is sent of an event."""

    @property
    def detail(self) -> str: ...
    @property
    def trace_header(self) -> str | None: ...


class Bus(Protocol):
    """Where a relay sends events."""

    def put(self, events: Sequence[Event]) -> list[Taken | NotTaken]:
        """Sends at most ``CALL_ENTRIES`` events; returns a result for each, in order. Raises ``BusError``."""
        ...


def size_of(event: Event) -> int:
    """At least the bytes of the event in the body of a call: boto3 writes JSON in ASCII, an "é" with six bytes."""
    return len(json.dumps(event.detail)) + _ENTRY_BYTES


class EventBus:
    """An EventBridge bus. boto3 finds credentials and region; in ECS the credentials are those of the task role.

    ``check``: before it sends, and every five minutes, it checks that the bus exists, since EventBridge accepts events for an
    unknown bus and drops them. This requires ``events:DescribeEventBus``.
    """

    def __init__(self, name: str, *, endpoint_url: str | None = None, check: bool = True) -> None:
        self.name = name
        self._check_at = 0.0 if check else float("inf")
        self._aws = _AwsModules()
        try:
            self._client: Any = self._aws.client(endpoint_url)
        except (*self._aws.errors, ValueError) as error:
            raise SettingsError(
                f"no client for EventBridge: {escape_invisible(str(error).rstrip('.'))}. Set AWS_REGION to the region of the bus; "
                "an endpoint must be a whole URL, as in http://localhost:4510"
            ) from None

    def put(self, events: Sequence[Event]) -> list[Taken | NotTaken]:
        unusable = self.why_unusable()
        if unusable is not None:
            raise BusError(unusable)
        entries = [
            {"EventBusName": self.name, "Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": event.detail}
            | ({} if event.trace_header is None else {"TraceHeader": event.trace_header})
            for event in events
        ]
        answer = self._call("PutEvents", lambda: self._client.put_events(Entries=entries))
        results: Sequence[Mapping[str, Any]] = answer.get("Entries", ())
        if len(results) != len(entries):
            raise BusError(f"PutEvents on bus {self.name} failed: {len(results)} results for {len(entries)} entries")
        return [_answer(each) for each in results]

    def why_unusable(self) -> str | None:
        """An error text if the bus does not exist, or if the caller may not check it. Raises ``BusError`` if the check fails."""
        if time.monotonic() < self._check_at:
            return None
        try:
            self._call("DescribeEventBus", lambda: self._client.describe_event_bus(Name=self.name))
        except BusError as error:
            if error.code == "ResourceNotFoundException":
                return (
                    f"no event bus {self.name} in {self._client.meta.region_name}: EventBridge would accept the events "
                    "and drop them. Set the environment's bus with --bus or MODEL_EVENTS_BUS, as in hokusai-development"
                )
            if error.code is not None and error.code.startswith("AccessDenied"):
                return (
                    f"cannot check that bus {self.name} exists, and EventBridge drops events for an unknown bus: "
                    "allow events:DescribeEventBus on the bus, or omit the check with --skip-bus-check"
                )
            raise
        self._check_at = time.monotonic() + _CHECK_SECONDS
        return None

    def _call(self, operation: str, call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        # boto3 also raises errors of other libraries, as for an answer that it cannot parse: none of them may end a relay.
        try:
            return within(CALL_SECONDS, call)
        except Exception as error:
            text = f"{operation} on bus {self.name} failed: {escape_invisible(str(error) or type(error).__name__)}"
            raise BusError(text, is_content=self._aws.is_content(error), code=self._aws.code_of(error)) from None


def _answer(entry: Mapping[str, Any]) -> Taken | NotTaken:
    if "EventId" in entry:
        return Taken(str(entry["EventId"]))
    code = entry.get("ErrorCode", "no result")
    return NotTaken(escape_invisible(f"{code}: {entry.get('ErrorMessage', '')}"[:500]), code in _ENTRY_AT_FAULT)


class _AwsModules:
    """boto3, imported when it is needed: it is an optional extra, and slow to import."""

    def __init__(self) -> None:
        try:
            self._boto3: Any = importlib.import_module("boto3")
        except ImportError:
            raise SettingsError("boto3 is missing: pip install 'hokusai-model-events[registry]'") from None
        exceptions: Any = importlib.import_module("botocore.exceptions")
        self._config: Any = importlib.import_module("botocore.config")
        self.errors: tuple[type[Exception], ...] = (exceptions.BotoCoreError, exceptions.ClientError)
        self._invalid: type[Exception] = exceptions.ParamValidationError

    def client(self, endpoint_url: str | None) -> Any:
        # Two attempts of at most 2 + 5 s and the pause between them stay within CALL_SECONDS.
        config = self._config.Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 2})
        # Older boto3 versions do not read these variables.
        region = os.environ.get("AWS_REGION") or None
        endpoint = endpoint_url or os.environ.get("AWS_ENDPOINT_URL_EVENTBRIDGE") or os.environ.get("AWS_ENDPOINT_URL") or None
        return self._boto3.client("events", endpoint_url=endpoint, region_name=region, config=config)

    def code_of(self, error: Exception) -> str | None:
        response: Mapping[str, Any] = getattr(error, "response", {})
        return response.get("Error", {}).get("Code")

    def is_content(self, error: Exception) -> bool:
        """True if the content of the call is at fault: of every 4xx answer that is not known to have another cause."""
        if isinstance(error, self._invalid):
            return True
        response: Mapping[str, Any] = getattr(error, "response", {})
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if not 400 <= status < 500 or status in NOT_CONTENT_STATUSES:
            return False
        return _NOT_CONTENT_CODES.match(self.code_of(error) or "") is None
