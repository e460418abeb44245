"""A message as a handler gets it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, cast

from hokusai_model_events.errors import ModelEventsError
from hokusai_model_events.formatted_values import escaped

from .exact_json import member_text, parse_exact
from .message_rules import broken_rules, shown_exact


class UnreadableMessageError(ModelEventsError):
    """A text from a queue that is no message of the contract: pushed by somebody else, or cut off."""

    code = "UNREADABLE"

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a model_ready_to_deploy message: {reason}")


@dataclasses.dataclass(frozen=True, eq=False)
class Message:
    """One registered model to act on. Numbers are exact: ``int`` with all its digits, or ``decimal.Decimal``."""

    message_id: str
    """The idempotency key: it survives retries, redrives and replays."""
    correlation_id: str
    timestamp: str
    """When the registry registered the model: ISO 8601, UTC, milliseconds."""
    retry_count: int
    """Failed tries before this one."""
    redrive_count: int
    """How often an operator has sent it back from the dead letters."""
    replay_name: str | None
    """Name of the archive replay that brought it, if one did."""
    payload: Mapping[str, Any]
    """What the registry wrote; unknown fields are carried."""
    text: str = dataclasses.field(repr=False)
    """The whole message as it stands in Redis."""

    @functools.cached_property
    def payload_text(self) -> str:
        """The payload as the registry wrote it, character for character."""
        return member_text(self.text, "payload") or "{}"


def read_message(text: bytes) -> Message:
    """Reads a text taken from a queue. Raises UnreadableMessageError naming each field that is wrong."""
    try:
        decoded = text.decode("utf-8")
        value: Any = parse_exact(decoded)
    except ValueError as error:  # what is no UTF-8 is one, too
        raise UnreadableMessageError(escaped(str(error)[:120])) from None
    if not isinstance(value, dict):
        raise UnreadableMessageError(f"an object, got {shown_exact(value)}")
    fields = cast("dict[str, Any]", value)
    broken = broken_rules(fields)
    if broken is not None:
        raise UnreadableMessageError(broken)
    return Message(
        message_id=fields["message_id"],
        correlation_id=fields["correlation_id"],
        timestamp=fields["timestamp"],
        retry_count=int(fields["retry_count"]),
        redrive_count=int(fields.get("redrive_count", 0)),
        replay_name=fields.get("replay_name"),
        payload=fields["payload"],
        text=decoded,
    )
