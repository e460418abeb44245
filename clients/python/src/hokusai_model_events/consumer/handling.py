"""One attempt: reads the message, calls the handler within its time limit, and settles the message."""

from __future__ import annotations

import asyncio
import inspect
import time

from .capacity import Capacity
from .claims import HeldClaim
from .delivery import AsyncHandler, HandlerCancelledError, HandlerTimeoutError, SnoozeError
from .message import Message, read_message
from .reports import ReportPeriod
from .settlement import Settlement
from .tracing import load_trace

# Meanwhile another consumer may take the message.
_POSTPONED_SECONDS = 2


class Handling:
    """Calls one handler for messages of one queue, and measures how long it takes."""

    def __init__(
        self,
        queue: str,
        handler: AsyncHandler,
        limit_seconds: float,
        settlement: Settlement,
        capacity: Capacity,
        period: ReportPeriod,
        *,
        interrupts: bool,
    ) -> None:
        """``interrupts``: whether a handler's task is cancelled when it should stop. A thread cannot be: it would run on,
        beside the next handler."""
        self._queue, self._handler, self._limit_seconds = queue, handler, limit_seconds
        self._settlement, self._capacity, self._period = settlement, capacity, period
        self._interrupts = interrupts
        self._trace = load_trace()
        self._running: set[str] = set()

    async def attempt(self, held: HeldClaim) -> None:
        """Handles and settles a message that counts as started."""
        try:
            held.message = read_message(held.claim.text)
            with self._trace(self._queue, held.message):
                await self._once(held, held.message)
        except Exception as error:  # any error of a handler is a failed attempt
            await self._settlement.fail(held, error)
        else:
            await self._settlement.acknowledge(held)

    async def _once(self, held: HeldClaim, message: Message) -> None:
        """Postpones the message while the handler of an earlier attempt runs on: its claim was released, or its lease expired."""
        if message.message_id in self._running:
            raise SnoozeError(_POSTPONED_SECONDS, "the handler of an earlier attempt still runs in this consumer")
        self._running.add(message.message_id)
        try:
            await self._measured(held, message)
        finally:
            self._running.remove(message.message_id)

    async def _measured(self, held: HeldClaim, message: Message) -> None:
        began = time.monotonic()
        self._period.handler_began()
        try:
            await self._call(held, message)
        finally:
            self._period.handler_ended()
            self._capacity.handler_ended(time.monotonic() - began)

    async def _call(self, held: HeldClaim, message: Message) -> None:
        """Waits at most ``limit_seconds``; then the handler is cancelled and counts as failed, even if it ignores the
        cancellation."""
        work = asyncio.ensure_future(self._handled(held, message))
        work.add_done_callback(lambda work: work.cancelled() or work.exception())
        held.interrupt = work.cancel if self._interrupts else None
        try:
            done, _ = await asyncio.wait({work}, timeout=self._limit_seconds)
        except asyncio.CancelledError:
            held.cancel()
            work.cancel()
            raise
        if not done:
            held.cancel()
            raise HandlerTimeoutError(f"the handler took longer than {self._limit_seconds:g} s")
        if work.cancelled():
            raise HandlerCancelledError("the handler was cancelled")
        work.result()

    async def _handled(self, held: HeldClaim, message: Message) -> None:
        result = self._handler(message, held.delivery)
        # A handler that is not async has done its work by now; an error here would repeat it.
        if inspect.isawaitable(result):
            await result
