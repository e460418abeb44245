"""The adapter to EventBridge: PutEvents through boto3, with time limits and results of this package's own."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..contract_data import DETAIL_TYPE, SOURCE
from ..errors import ModelEventsError, SettingsError
from ..formatted_values import escaped

CALL_ENTRIES = 10
"""Most entries in one PutEvents call."""
CALL_BYTES = 1024 * 1024
ENTRY_OVERHEAD_BYTES = len(SOURCE.encode()) + len(DETAIL_TYPE.encode())
"""Bytes that EventBridge counts for an entry besides its detail."""
CALL_SECONDS = 30
"""Longest duration of a call, its retries included."""

# Errors of the entry itself: a retry cannot help.
_ENTRY_AT_FAULT = {"InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"}
_CALL_AT_FAULT = {"ValidationException", "SerializationException", "PutEventsRequestEntryTooLarge", "RequestEntityTooLarge"}


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

    def __init__(self, message: str, *, is_content: bool = False) -> None:
        super().__init__(message)
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


class EventBus:
    """An EventBridge bus. boto3 finds credentials and region; in ECS the credentials are those of the task role."""

    def __init__(self, name: str, *, endpoint_url: str | None = None) -> None:
        self.name = name
        self._aws = _AwsModules()
        try:
            self._client: Any = self._aws.client(endpoint_url)
        except (*self._aws.errors, ValueError) as error:
            raise SettingsError(
                f"no client for EventBridge: {escaped(str(error).rstrip('.'))}. Set AWS_REGION to the region of the bus; "
                "an endpoint must be a whole URL, as in http://localhost:4510"
            ) from None

    def put(self, events: Sequence[Event]) -> list[Taken | NotTaken]:
        entries = [
            {"EventBusName": self.name, "Source": SOURCE, "DetailType": DETAIL_TYPE, "Detail": event.detail}
            | ({} if event.trace_header is None else {"TraceHeader": event.trace_header})
            for event in events
        ]
        try:
            answer: Mapping[str, Any] = self._client.put_events(Entries=entries)
        except self._aws.errors as error:
            code = self._aws.code_of(error)
            text = f"PutEvents on bus {self.name} failed: {escaped(str(error))}"
            raise BusError(text, is_content=code in _CALL_AT_FAULT) from None
        return [_answer(each) for each in answer["Entries"]]

    def why_missing(self) -> str | None:
        """An error text if the bus does not exist: EventBridge accepts events for an unknown bus and drops them.

        None if it exists, or if the caller may not describe it.
        """
        try:
            self._client.describe_event_bus(Name=self.name)
        except self._aws.errors as error:
            if self._aws.code_of(error) == "ResourceNotFoundException":
                return (
                    f"no event bus {self.name} in {self._client.meta.region_name}: EventBridge would accept the events "
                    "and drop them. Set the environment's bus with --bus or MODEL_EVENTS_BUS, as in hokusai-development"
                )
        return None


def _answer(entry: Mapping[str, Any]) -> Taken | NotTaken:
    code = entry.get("ErrorCode")
    if code is None:
        return Taken(str(entry["EventId"]))
    return NotTaken(escaped(f"{code}: {entry.get('ErrorMessage', '')}"[:500]), code in _ENTRY_AT_FAULT)


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

    def client(self, endpoint_url: str | None) -> Any:
        # Two attempts of at most 3 + 10 s and the pause between them stay within CALL_SECONDS.
        config = self._config.Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 2})
        # Older boto3 versions do not read these variables.
        region = os.environ.get("AWS_REGION") or None
        endpoint = endpoint_url or os.environ.get("AWS_ENDPOINT_URL_EVENTBRIDGE") or os.environ.get("AWS_ENDPOINT_URL") or None
        return self._boto3.client("events", endpoint_url=endpoint, region_name=region, config=config)

    def code_of(self, error: Exception) -> str | None:
        response: Mapping[str, Any] = getattr(error, "response", {})
        return response.get("Error", {}).get("Code")
