"""How a message ends: acknowledged, retried, snoozed or dead-lettered."""

from __future__ import annotations

import traceback
from pathlib import Path

from hokusai_model_events.errors import ModelEventsError

from .backoff import retry_pause
from .breaker import CircuitBreaker
from .claims import Claims, HeldClaim
from .connection import RedisConnection
from .delivery import DeadLetterError, SnoozeError
from .events import ConsumerEvent, Reporter
from .message import UnreadableMessageError
from .model_queue import ModelQueue, retries_of
from .options import ConsumerOptions
from .queue_records import Failure
from .reports import ReportPeriod

_MAX_CODE_LENGTH = 64
_MAX_REASON_LENGTH = 1000
_MAX_FRAMES = 5
_PACKAGE = str(Path(__file__).parents[1])


class SnoozedTooLongError(ModelEventsError):
    """A handler snoozed a message beyond ``max_snooze_seconds``, so the attempt counts as failed."""


class Settlement:
    """Settles claims; counts failures for the circuit breaker and for the reports."""

    def __init__(
        self,
        queue: ModelQueue,
        claims: Claims,
        options: ConsumerOptions,
        reporter: Reporter,
        breaker: CircuitBreaker,
        period: ReportPeriod,
    ) -> None:
        self._queue, self._claims, self._options = queue, claims, options
        self._reporter, self._breaker, self._period = reporter, breaker, period

    async def acknowledge(self, held: HeldClaim) -> None:
        """Acknowledges a message whose handler succeeded."""
        if self._breaker.succeeded():
            self._reporter.report(ConsumerEvent("breaker-closed"))
        outcome = await self._claims.settle(
            held, "acknowledge", lambda redis: self._queue.acknowledge(redis, held.claim)
        )
        if outcome == "acknowledged":
            if held.message is not None:
                self._period.handled(held.message)
            self._claims.report("acknowledged", held)

    async def fail(self, held: HeldClaim, error: Exception) -> None:
        """Settles an attempt that ended with an error."""
        # A handler that ends because it was cancelled has not failed: its claim is lost, or its message is given back when the
        # consumer stops.
        if self._claims.abandoned.is_set() or held not in self._claims:
            return
        if isinstance(error, SnoozeError):
            if await self._snooze(held, error.seconds, error):
                return
            limit = self._options.max_snooze_seconds
            too_long = SnoozedTooLongError(f"snoozed for longer than {limit:g} s: {error}")
            error = too_long.with_traceback(error.__traceback__)
        self._period.current.failed += 1
        if isinstance(error, (DeadLetterError, UnreadableMessageError)):
            await self._dead_letter(held, error)
            return
        message_id = held.claim.id if held.message is None else held.message.message_id
        if self._breaker.failed(message_id):
            pause = self._breaker.remaining_seconds
            self._reporter.report(ConsumerEvent("breaker-opened", error=error, seconds=pause))
        # The failure says nothing about the message, so it uses up no attempt.
        if not (self._breaker.is_open and await self._snooze(held, self._breaker.remaining_seconds, error)):
            await self._retry(held, error)

    async def _snooze(self, held: HeldClaim, seconds: float, error: Exception) -> bool:
        """Postpones the message; False if it has been snoozed for too long."""
        outcome = await self._claims.settle(
            held,
            "snooze",
            lambda redis: self._queue.snooze(
                redis, held.claim, delay_seconds=seconds, limit_seconds=self._options.max_snooze_seconds
            ),
        )
        if outcome == "snoozed":
            self._claims.report("snoozed", held, error, seconds)
        return outcome != "too-late"

    async def _dead_letter(self, held: HeldClaim, error: DeadLetterError | UnreadableMessageError) -> None:
        failure = self._failure(held, error, error.code[:_MAX_CODE_LENGTH] or "REFUSED")
        outcome = await self._claims.settle(
            held,
            "dead-letter",
            lambda redis: self._queue.dead_letter(redis, held.claim, failure),
        )
        if outcome == "dead-lettered":
            self._claims.report("dead-lettered", held, error)

    async def _retry(self, held: HeldClaim, error: Exception) -> None:
        options = self._options
        failure = self._failure(held, error, "HANDLER_FAILED")
        pause = retry_pause(
            retries_of(held.claim.text),
            first_seconds=options.first_retry_seconds,
            longest_seconds=options.longest_retry_seconds,
        )

        async def step(redis: RedisConnection) -> str:
            return await self._queue.retry(
                redis, held.claim, failure, delay_seconds=pause, max_retries=options.retry_limit
            )

        outcome = await self._claims.settle(held, "retry", step)
        if outcome != "not-held":
            self._claims.report("retried" if outcome == "retried" else "dead-lettered", held, error)

    def _failure(self, held: HeldClaim, error: Exception, code: str) -> Failure:
        reason = str(error)[:_MAX_REASON_LENGTH] or type(error).__name__
        details = {
            "name": type(error).__name__[:_MAX_CODE_LENGTH],
            "stack": _frames(error),
            "attempt": held.delivery.attempt,
            "consumer": self._options.name,
        }
        return Failure(code, reason, details)


def _frames(error: Exception) -> list[str]:
    """The frames nearest to the error, without those of this package."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if not each.filename.startswith(_PACKAGE)]
    return [f"at {each.name} ({each.filename}:{each.lineno})"[:300] for each in frames[: -_MAX_FRAMES - 1 : -1]]
