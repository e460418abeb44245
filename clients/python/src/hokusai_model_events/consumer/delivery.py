"""A handler's arguments and errors."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Awaitable, Callable

from hokusai_model_events.errors import ModelEventsError

from .message import Message
from .options import check_number


@dataclasses.dataclass(frozen=True, eq=False)
class Delivery:
    """One attempt, with cancellation signals: events of ``threading``, which any thread may check or wait for."""

    attempt: int = 1
    """1 for the first attempt; snoozed attempts do not count."""
    lost: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the claim is lost: another consumer may have the message."""
    cancelled: threading.Event = dataclasses.field(default_factory=threading.Event)
    """Set when the handler should stop: the claim is lost, ``handler_seconds`` are over, or the consumer stops."""


Handler = Callable[[Message, Delivery], None]
"""Processes one message. Returning acknowledges it; raising retries it with backoff, dead-letters it at once if the error is
a ``DeadLetterError``, or postpones it if it is a ``SnoozeError``. It may run twice for one message: ``message.message_id`` is the idempotency key."""

AsyncHandler = Callable[[Message, Delivery], Awaitable[None]]
"""As ``Handler``; its task is cancelled when ``delivery.cancelled`` is set."""


class DeadLetterError(ModelEventsError):
    """Raised by a handler if a retry cannot help; the dead letter carries code and message."""

    def __init__(self, message: str, code: str = "REFUSED") -> None:
        super().__init__(message)
        self.code = code


class SnoozeError(ModelEventsError):
    """Raised by a handler to postpone its message; the attempt does not count."""

    def __init__(self, seconds: float, reason: str = "the handler postponed the message") -> None:
        """``seconds``: until the next attempt, 0 to 86400. Raises SettingsError for another value."""
        check_number("seconds", seconds, whole=False, least=0, most=86_400)
        super().__init__(reason)
        self.seconds = seconds


class HandlerTimeoutError(ModelEventsError):
    """The handler took longer than ``handler_seconds``."""


class HandlerCancelledError(ModelEventsError):
    """The handler's task was cancelled."""
