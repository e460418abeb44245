"""A message as a handler gets it."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, cast

from hokusai_model_events.contract_data import MESSAGE
from hokusai_model_events.contract_rules import count_of
from hokusai_model_events.errors import ModelEventsError, Violation, summary_of
from hokusai_model_events.exact_json import member_text, parse_exact
from hokusai_model_events.formatted_values import escaped, formatted

from .payload import Payload


class UnreadableMessageError(ModelEventsError):
    """No consumer can process a text from a queue: truncated, pushed by another client, or of another major version."""

    code = "UNREADABLE"

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a model_ready_to_deploy message: {reason}")


@dataclasses.dataclass(frozen=True, eq=False)
class Message:
    """One registered model. Numbers are exact: ``int`` with all its digits, or ``decimal.Decimal``.

    An envelope field that is missing or has another type has its default.
    """

    message_id: str
    """The idempotency key: it survives retries, redrives and replays."""
    correlation_id: str
    """By default the message id."""
    timestamp: str
    """When the registry registered the model: ISO 8601, UTC, milliseconds. By default empty."""
    retry_count: int
    """Failed attempts before this one. By default 0."""
    redrive_count: int
    """How often an operator has redriven it from the dead letters. By default 0."""
    replay_name: str | None
    """Name of the archive replay that sent it; None otherwise."""
    payload: Payload
    """What the registry wrote. Fields that the contract does not know are kept: read them with ``payload.get(name)``."""
    text: str = dataclasses.field(repr=False)
    """The whole message as it is in Redis."""
    trace_parent: str | None = None
    """W3C ``traceparent`` of the producer's span; None if the event came without a trace."""

    @functools.cached_property
    def payload_text(self) -> str:
        """The payload as the registry wrote it, character for character."""
        return member_text(self.text, "payload") or "{}"


def read_message(text: bytes) -> Message:
    """Reads a text taken from a queue.

    Raises UnreadableMessageError naming each field that is wrong: only what no consumer can process is refused.
    """
    try:
        decoded = text.decode("utf-8")
        value: Any = parse_exact(decoded)
    except ValueError as error:  # UnicodeDecodeError is one, too
        raise UnreadableMessageError(escaped(str(error)[:120])) from None
    if not isinstance(value, dict):
        raise UnreadableMessageError(f"an object, got {formatted(value)}")
    fields = cast("dict[str, Any]", value)
    found: list[Violation] = []
    MESSAGE.check_members(fields, found)
    if found:
        raise UnreadableMessageError(summary_of(found))

    def text_of(name: str) -> str | None:
        value = fields.get(name)
        return value if isinstance(value, str) else None

    return Message(
        message_id=fields["message_id"],
        correlation_id=fields["message_id"] if (given := text_of("correlation_id")) is None else given,
        timestamp=text_of("timestamp") or "",
        retry_count=count_of(fields.get("retry_count")),
        redrive_count=count_of(fields.get("redrive_count")),
        replay_name=text_of("replay_name"),
        payload=fields["payload"],
        text=decoded,
        trace_parent=text_of("trace_parent"),
    )
