"""What a handler gets beside the message, and the ways in which it can end."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Awaitable, Callable

from hokusai_model_events.errors import ModelEventsError

from .message import Message


@dataclasses.dataclass(frozen=True, eq=False)
class Delivery:
    """Tells a handler whether its work is still wanted. Events of ``threading``, so that any thread may look or wait."""

    lost: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the claim was lost: another consumer may have the message by now."""
    cancelled: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the work is not wanted any more: the claim was lost, the time is over, or the consumer has to stop."""


Handler = Callable[[Message, Delivery], None]
"""Works on one message. Returning acknowledges it; raising sends it into a retry with backoff, or, by a ``DeadLetterError``,
to the dead letters at once. It may run twice for one message: ``message.message_id`` is the idempotency key."""

AsyncHandler = Callable[[Message, Delivery], Awaitable[None]]
"""As ``Handler``; its task is cancelled when the work is not wanted any more."""


class DeadLetterError(ModelEventsError):
    """Raised by a handler that knows that trying again cannot help; code and message stand in the dead letter."""

    def __init__(self, message: str, code: str = "REFUSED") -> None:
        super().__init__(message)
        self.code = code


class HandlerTimeoutError(ModelEventsError):
    """The handler took longer than ``handler_seconds``."""


class HandlerCancelledError(ModelEventsError):
    """The handler's task was cancelled."""
