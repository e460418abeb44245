"""The asyncio consumer: takes messages from one queue and calls a handler for each, at least once."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable

from hokusai_model_events.settings import RedisSettings

from .breaker import CircuitBreaker
from .capacity import Capacity
from .claims import Claims, HeldClaim, pause_after
from .connection_options import ConnectionOptions
from .delivery import AsyncHandler
from .events import ConsumerEvent, Listener, Reporter
from .faults import RedisFaultError
from .handler_call import call_handler
from .intake import Intake
from .message import read_message
from .model_queue import Claimed, ModelQueue
from .options import ConsumerOptions
from .pending import Pending
from .reports import ReportListener, ReportPeriod
from .retry_limit import differing_retry_limits, with_retry_limit
from .session import RedisSession
from .settlement import Settlement
from .status import ConsumerStatus
from .tracing import Trace, load_trace

# The client waits this much longer than Redis blocks before it treats the connection as half-open.
_BLOCK_MARGIN_SECONDS = 2
# How often a paused queue is asked again, and one whose next message is to be processed alone.
_PAUSED_SECONDS = 2
_WAIT_ALONE_SECONDS = 1


class AsyncConsumer:
    """Renews leases during the work, retries with backoff, dead-letters, and replaces failed connections.

        consumer = AsyncConsumer(RedisSettings.from_environment(), handler)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, consumer.stop)
        await consumer.run()

    A handler that blocks the event loop for longer than the lease loses its claim; use ``Consumer``, which runs handlers in threads.
    """

    # Whether a handler's task is cancelled when it should stop. A thread cannot be: it would run on, beside the next handler.
    _interrupts_handlers = True

    def __init__(
        self,
        settings: RedisSettings,
        handler: AsyncHandler,
        options: ConsumerOptions | None = None,
        *,
        connection: ConnectionOptions | None = None,
        listener: Listener | None = None,
        on_report: ReportListener | None = None,
    ) -> None:
        """``listener`` is called with every ``ConsumerEvent``; each is logged as well. ``on_report`` is called with a
        ``ConsumerReport`` every ``report_seconds`` and at the end. Raises ``SettingsError``."""
        self._handler, self._on_report = handler, on_report
        given = options or ConsumerOptions()
        self._warning = differing_retry_limits(given, settings)
        self._options = with_retry_limit(given, settings)
        self._period = ReportPeriod(self._options.concurrency)
        self._reporter = Reporter(listener, self._period)
        self._queue = ModelQueue(settings.queue)
        connection = connection or ConnectionOptions()
        block_limit = self._options.block_seconds + _BLOCK_MARGIN_SECONDS
        self._commands = RedisSession(settings, connection)
        self._waiting = RedisSession(settings, dataclasses.replace(connection, command_timeout_seconds=block_limit))
        self._claims = Claims(self._queue, self._commands, self._options, self._reporter)
        self._intake = Intake(self._queue, self._commands, self._waiting, self._options)
        self._capacity = Capacity(self._options.concurrency, self._options.prefetch)
        self._breaker = CircuitBreaker(self._options.breaker_failures)
        self._settlement = Settlement(
            self._queue, self._claims, self._options, self._reporter, self._breaker, self._period
        )
        self._pending = Pending(self._give_back_overdue)
        self._workers: set[asyncio.Task[None]] = set()
        self._giving_back: set[asyncio.Task[None]] = set()
        self._solitary: HeldClaim | None = None
        """Nothing is claimed beside it: it may have killed its former consumer, or the breaker is open."""
        self._paused = False
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._trace: Trace

    @property
    def status(self) -> ConsumerStatus:
        """What it does at the moment; any thread may ask."""
        state = "breaker-open" if self._breaker.is_open else "paused" if self._paused else "running"
        if self._stopping.is_set():
            state = "stopping"
        return ConsumerStatus(state, busy=len(self._workers), held=len(self._claims), pending=len(self._pending))

    async def run(self) -> None:
        """Consumes until ``stop()``; returns when every claim is settled or given back. Call it once.

        Redis errors never end it. If its task is cancelled, its claims return to the queue when their leases expire.
        """
        self._trace = load_trace()
        if self._warning is not None:
            self._reporter.report(ConsumerEvent("warning", error=self._warning))
        periodic = [asyncio.ensure_future(self._renew_leases()), asyncio.ensure_future(self._report_periods())]
        try:
            await self._take_until_stopped()
            await self._finish()
            self._report()
        finally:
            self._pending.unwatch()
            for task in (*periodic, *self._workers, *self._giving_back):
                task.cancel()
            await asyncio.gather(self._commands.closed(), self._waiting.closed())

    def stop(self) -> None:
        """Claims nothing more, gives back prefetched messages, lets handlers finish for ``stop_seconds``, then cancels
        them and gives their messages back. Does not wait: ``run`` returns when this is done."""
        self._stopping.set()
        self._changed.set()
        self._waiting.close()

    async def _take_until_stopped(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._take_more()
                failures = 0
            except RedisFaultError as error:
                # A wait that ``stop()`` ended is no error.
                if self._stopping.is_set():
                    return
                self._reporter.report(ConsumerEvent("warning", error=error))
                await pause_after(failures, self._stopping)
                failures += 1

    async def _take_more(self) -> None:
        """One round: claim up to the free capacity, or wait for a message or for capacity."""
        probing = self._breaker.is_open
        if probing:
            await self._claims.give_back(self._pending.take_all())
            await self._wait_until(lambda: not self._breaker.is_open, self._breaker.remaining_seconds)
        if self._solitary in self._claims:
            await self._wait_until(lambda: self._solitary not in self._claims)
            return
        load = {"busy": len(self._workers), "pending": len(self._pending)}
        starting = self._capacity.free_workers(**load)
        count = min(1, starting) if self._breaker.is_open else self._capacity.room(**load)
        if count == 0 or self._stopping.is_set():
            self._changed.clear()
            await self._changed.wait()
            return
        holding = max(len(self._claims), load["busy"])
        claimed = await self._intake.take(count, starting=starting, holding=holding)
        self._accept(claimed, starting, alone=claimed.state == "alone" or (probing and self._breaker.is_open))
        if claimed.state == "paused":
            await self._wait_until(lambda: False, min(_PAUSED_SECONDS, self._options.block_seconds))
        elif claimed.state == "wait-alone":
            await self._wait_until(lambda: len(self._claims) == 0 and not self._workers, _WAIT_ALONE_SECONDS)

    def _accept(self, claimed: Claimed, starting: int, *, alone: bool) -> None:
        self._report_pause(claimed.state == "paused")
        for index, claim in enumerate(claimed.claims):
            held = HeldClaim(claim, started=claimed.state == "alone" or index < starting)
            self._claims.hold(held)
            self._pending.add(held)
            if alone:
                self._solitary = held
        self._begin_pending()
        self._pending.watch()

    def _report_pause(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._reporter.report(ConsumerEvent("paused" if paused else "resumed"))

    def _begin_pending(self) -> None:
        while self._pending and len(self._workers) < self._options.concurrency and not self._stopping.is_set():
            # While the breaker is open only the message that it lets through is attempted.
            if self._breaker.is_open and self._pending.next is not self._solitary:
                return
            worker = asyncio.ensure_future(self._work(self._pending.take()))
            self._workers.add(worker)
            worker.add_done_callback(self._end)

    def _end(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and (error := worker.exception()) is not None:
            self._reporter.report(ConsumerEvent("warning", error=error))
        self._begin_pending()
        self._changed.set()

    async def _work(self, held: HeldClaim) -> None:
        # Not started: it is given back unchanged when the consumer stops.
        if self._stopping.is_set() or held not in self._claims:
            return
        try:
            if held.started or await self._claims.start(held):
                await self._handle(held)
        finally:
            self._claims.release(held)

    async def _handle(self, held: HeldClaim) -> None:
        try:
            held.message = read_message(held.claim.text)
            with self._trace(self._queue.name, held.message):
                await self._call(held)
        except Exception as error:  # any error of a handler is a failed attempt
            await self._settlement.fail(held, error)
        else:
            await self._settlement.acknowledge(held)

    async def _call(self, held: HeldClaim) -> None:
        began = time.monotonic()
        self._period.handler_began()
        try:
            limit = self._options.handler_seconds
            await call_handler(self._handler, held, limit, interrupts=self._interrupts_handlers)
        finally:
            self._period.handler_ended()
            self._capacity.handler_ended(time.monotonic() - began)

    def _give_back_overdue(self, overdue: list[HeldClaim]) -> None:
        self._capacity.overfill()
        task = asyncio.ensure_future(self._claims.give_back(overdue))
        self._giving_back.add(task)
        task.add_done_callback(self._giving_back.discard)

    async def _wait_until(self, holds: Callable[[], bool], limit_seconds: float | None = None) -> None:
        """Waits until the condition holds, the consumer stops, or the time is over."""
        loop = asyncio.get_running_loop()
        end = None if limit_seconds is None else loop.time() + limit_seconds
        while not holds() and not self._stopping.is_set():
            left = None if end is None else end - loop.time()
            if left is not None and left <= 0:
                return
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except asyncio.TimeoutError:
                return

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(self._options.lease_seconds / 3)
            await self._claims.attempt(self._claims.renew)

    async def _report_periods(self) -> None:
        while True:
            await asyncio.sleep(self._options.report_seconds)
            self._report()

    def _report(self) -> None:
        report = self._period.finish()
        if self._on_report is None:
            return
        try:
            self._on_report(report)
        except Exception as error:  # a callback's error must not end the work
            self._reporter.report(ConsumerEvent("warning", error=error))

    async def _finish(self) -> None:
        await self._claims.attempt(self._intake.revoke_uncertain)
        await self._claims.give_back(self._pending.take_all())
        if self._giving_back:
            await asyncio.wait(self._giving_back)
        if self._workers:
            await asyncio.wait(self._workers, timeout=self._options.stop_seconds)
        await self._claims.abandon()
