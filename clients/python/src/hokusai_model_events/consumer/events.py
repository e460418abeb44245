"""A consumer's events, for logs and metrics."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Literal

from hokusai_model_events.formatted_values import escape_invisible

from .default_log import LogForm, write_line
from .reports import ReportPeriod

_log = logging.getLogger("hokusai_model_events")

EventName = Literal[
    "acknowledged",
    "retried",
    "snoozed",
    "dead-lettered",
    "lost",
    "paused",
    "resumed",
    "breaker-opened",
    "breaker-closed",
    "warning",
]

_LEVELS = {
    "acknowledged": logging.DEBUG,
    "retried": logging.WARNING,
    "snoozed": logging.INFO,
    "paused": logging.WARNING,
    "resumed": logging.INFO,
    "breaker-opened": logging.WARNING,
    "breaker-closed": logging.INFO,
    "dead-lettered": logging.ERROR,
    "lost": logging.WARNING,
    "warning": logging.WARNING,
}


@dataclasses.dataclass(frozen=True)
class ConsumerEvent:
    """``acknowledged``: done. ``retried``: the handler failed, and the message is retried. ``snoozed``: the attempt does not
    count, since the handler postponed the message or the circuit breaker is open. ``dead-lettered``: given up. ``lost``: the
    claim was lost before it was settled, so the work may be done twice.

    ``paused``: an operator has paused the queue; nothing is claimed until ``resumed``. ``breaker-opened``: all attempts fail,
    and the consumer pauses itself; reported again when an attempt after the pause fails. ``breaker-closed``: an attempt
    succeeded. ``warning``: Redis failed, and the consumer retries; or a listener raised."""

    name: EventName
    text: bytes | None = dataclasses.field(default=None, repr=False)
    """The message as it is in Redis; None for an event that is not about a message."""
    message_id: str | None = None
    """None if the text is not a message."""
    error: BaseException | None = None
    seconds: float | None = None
    """Of ``snoozed`` and ``breaker-opened``: the pause."""


Listener = Callable[[ConsumerEvent], None]


class Reporter:
    """Logs each event under ``hokusai_model_events``, or to stderr where nothing handles logs; counts it for the report, and calls the listener."""

    def __init__(self, listener: Listener | None, period: ReportPeriod, queue: str, form: LogForm) -> None:
        self._listener, self._period, self._queue = listener, period, queue
        self._form: LogForm = form

    def report(self, event: ConsumerEvent) -> None:
        """A listener's error must not interrupt the work on a message: it is reported as ``warning``."""
        if _log.hasHandlers():
            _log.log(_LEVELS[event.name], "%s", _line(event))
        elif self._listener is None:
            write_line(self._form, self._queue, event.name, event.message_id, event.error)
        self._period.count(event.name)
        if self._listener is None:
            return
        try:
            self._listener(event)
        except Exception as error:
            if event.name == "warning":
                _log.exception("the consumer's listener failed")
            else:
                self.report(ConsumerEvent("warning", error=error))


def _line(event: ConsumerEvent) -> str:
    """One line, escaped: ids and handlers' errors may hold any text."""
    subject = "" if event.text is None else f" {escape_invisible(event.message_id or 'unreadable message')}"
    pause = "" if event.seconds is None else f" for {event.seconds:g} s"
    reason = "" if event.error is None else f": {escape_invisible(str(event.error)[:1000] or type(event.error).__name__)}"
    return f"{event.name}{subject}{pause}{reason}"
