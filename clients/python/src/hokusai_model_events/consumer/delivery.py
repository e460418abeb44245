"""A handler's arguments and errors."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Awaitable, Callable

from hokusai_model_events.errors import ModelEventsError

from .message import Message


@dataclasses.dataclass(frozen=True, eq=False)
class Delivery:
    """Cancellation signals for a handler: events of ``threading``, which any thread may check or wait for."""

    lost: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the claim is lost: another consumer may have the message."""
    cancelled: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the handler should stop: the claim is lost, ``handler_seconds`` are over, or the consumer stops."""


Handler = Callable[[Message, Delivery], None]
"""Processes one message. Returning acknowledges it; raising retries it with backoff, or dead-letters it at once if the error
is a ``DeadLetterError``. It may run twice for one message: ``message.message_id`` is the idempotency key."""

AsyncHandler = Callable[[Message, Delivery], Awaitable[None]]
"""As ``Handler``; its task is cancelled when ``delivery.cancelled`` is set."""


class DeadLetterError(ModelEventsError):
    """Raised by a handler if a retry cannot help; the dead letter carries code and message."""

    def __init__(self, message: str, code: str = "REFUSED") -> None:
        super().__init__(message)
        self.code = code


class HandlerTimeoutError(ModelEventsError):
    """The handler took longer than ``handler_seconds``."""


class HandlerCancelledError(ModelEventsError):
    """The handler's task was cancelled."""
