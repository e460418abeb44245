"""The asyncio consumer: takes messages from one queue and calls a handler for each, at least once."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses

from hokusai_model_events.known_names import KnownNames
from hokusai_model_events.settings import RedisSettings

from .arguments import check_handler, check_settings
from .breaker import CircuitBreaker
from .capacity import Capacity
from .changes import Changes
from .claims import Claims, HeldClaim, pause_after
from .connection_options import ConnectionOptions
from .delivery import AsyncHandler
from .events import ConsumerEvent, Listener, Reporter
from .faults import RedisFaultError
from .handling import Handling
from .intake import Intake
from .model_queue import ModelQueue
from .options import ConsumerOptions
from .queue_warning import queue_warning
from .reports import ReportListener, ReportPeriod
from .retry_limit import differing_retry_limits, with_retry_limit
from .session import RedisSession
from .settlement import Settlement
from .status import ConsumerStatus
from .workers import Workers

# The client waits this much longer than Redis blocks before it treats the connection as half-open.
_BLOCK_MARGIN_SECONDS = 2
# How often a paused queue is asked again, and one whose next message is to be processed alone.
_PAUSED_SECONDS = 2
RUNS_ONCE = "run() was called before, and a consumer runs once: create a new consumer"
_WAIT_ALONE_SECONDS = 1


class AsyncConsumer(KnownNames):
    """Renews leases during the work, retries with backoff, dead-letters, and replaces failed connections.

        consumer = AsyncConsumer(RedisSettings.from_environment(), handler)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, consumer.stop)
        await consumer.run()

    A handler that blocks the event loop for longer than the lease loses its claim; use ``Consumer``, which runs handlers in threads.
    """

    # As in ``Handling``.
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
        check_settings(settings, options, connection)
        check_handler(handler, is_async=True)
        self._handler, self._on_report = handler, on_report
        given = options or ConsumerOptions()
        self._warning = differing_retry_limits(given, settings)
        self._options = with_retry_limit(given, settings)
        self._period = ReportPeriod(self._options.concurrency)
        self._reporter = Reporter(listener, self._period, settings.queue, self._options.log)
        self._queue = ModelQueue(settings.queue)
        connection = connection or ConnectionOptions()
        block_limit = self._options.block_seconds + _BLOCK_MARGIN_SECONDS
        self._commands = RedisSession(settings, connection)
        self._waiting = RedisSession(settings, dataclasses.replace(connection, command_timeout_seconds=block_limit))
        self._claims = Claims(self._queue, self._commands, self._options, self._reporter)
        self._intake = Intake(self._queue, self._commands, self._waiting, self._options)
        self._capacity = Capacity(self._options.concurrency, self._options.prefetch)
        self._breaker = CircuitBreaker(self._options.breaker_failures)
        self._changes = Changes()
        self._workers = Workers(
            self._options.concurrency, self._claims, self._capacity, self._breaker, self._changes, self._reporter
        )
        self._paused = False
        self._has_run = False
        self._queue_checked = False

    @property
    def status(self) -> ConsumerStatus:
        """What it does at the moment; any thread may ask."""
        state = "breaker-open" if self._breaker.is_open else "paused" if self._paused else "running"
        if self._changes.is_stopping:
            state = "stopping"
        return ConsumerStatus(state, self._workers.busy, len(self._claims), self._workers.pending)

    async def run(self) -> None:
        """Consumes until ``stop()``; returns when every claim is settled or given back. Call it once.

        Redis errors never end it. If its task is cancelled, its claims return to the queue when their leases expire. Raises
        ``RuntimeError`` at a second call.
        """
        if self._has_run:
            raise RuntimeError(RUNS_ONCE)
        self._has_run = True
        self._workers.attempt = self._handling().attempt
        if self._warning is not None:
            self._reporter.report(ConsumerEvent("warning", error=self._warning))
        periodic = [asyncio.ensure_future(self._renew_leases()), asyncio.ensure_future(self._report_periods())]
        try:
            await self._take_until_stopped()
            await self._claims.attempt(self._intake.revoke_uncertain)
            await self._claims.attempt(self._intake.leave)
            await self._workers.finish(self._options.stop_seconds)
            await self._claims.abandon()
            self._report()
        finally:
            for task in periodic:
                task.cancel()
            self._workers.cancel()
            await asyncio.gather(self._commands.closed(), self._waiting.closed())

    def stop(self) -> None:
        """Claims nothing more, gives back prefetched messages, lets handlers finish for ``stop_seconds``, then cancels
        them and gives their messages back. Does not wait: ``run`` returns when this is done."""
        self._changes.stop()
        self._waiting.close()

    def _handling(self) -> Handling:
        options = self._options
        settlement = Settlement(self._queue, self._claims, options, self._reporter, self._breaker, self._period)
        return Handling(
            self._queue.name,
            self._handler,
            options.handler_seconds,
            settlement,
            self._capacity,
            self._period,
            interrupts=self._interrupts_handlers,
        )

    async def _take_until_stopped(self) -> None:
        failures = 0
        while not self._changes.is_stopping:
            try:
                await self._take_more()
                failures = 0
            except RedisFaultError as error:
                # A wait that ``stop()`` ended is no error.
                if self._changes.is_stopping:
                    return
                self._reporter.report(ConsumerEvent("warning", error=error))
                # A Redis user with the rights of one queue claims from no other one.
                if error.fault == "not-permitted":
                    await self._warn_of_unknown_queue()
                await pause_after(failures, self._changes.stopping)
                failures += 1

    async def _take_more(self) -> None:
        """One round: claim up to the free capacity, or wait for a message or for capacity."""
        changes, workers, breaker = self._changes, self._workers, self._breaker
        probing = breaker.is_open
        if probing:
            await workers.give_back_pending()
            await changes.until(lambda: not breaker.is_open, breaker.remaining_seconds)
        starting = self._capacity.free_workers(busy=workers.busy, pending=workers.pending)
        count = self._capacity.room(busy=workers.busy, pending=workers.pending)
        if breaker.is_open:
            # One attempt at a time shows whether the outage is over.
            count = min(1, starting)
        if count == 0 or workers.are_reserved or changes.is_stopping:
            await changes.next()
            return
        holding = max(len(self._claims), workers.busy)
        claimed = await self._intake.claim(count, starting=starting, holding=holding)
        self._notice_pause(claimed.state == "paused")
        alone = claimed.state == "alone"
        held = [HeldClaim(claim, started=alone or at < starting) for at, claim in enumerate(claimed.claims)]
        workers.add(held, alone=alone or (probing and breaker.is_open))
        await self._warn_of_unknown_queue()
        if claimed.state == "paused":
            await changes.until(lambda: False, min(_PAUSED_SECONDS, self._options.block_seconds))
        elif claimed.state == "wait-alone":
            await changes.until(lambda: len(self._claims) == 0 and workers.busy == 0, _WAIT_ALONE_SECONDS)
        elif claimed.state == "wait-main" or claimed.state == "wait-wake":
            await self._intake.wait(claimed.state, claimed.next_due_seconds)

    async def _warn_of_unknown_queue(self) -> None:
        """Once. A failed read is not reported: the consumer works without this check."""
        if self._queue_checked:
            return
        self._queue_checked = True
        name = self._queue.name
        with contextlib.suppress(RedisFaultError):
            warning = await self._commands.use("read the known queues", lambda redis: queue_warning(redis, name))
            if warning is not None:
                self._reporter.report(ConsumerEvent("warning", error=warning))

    def _notice_pause(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._reporter.report(ConsumerEvent("paused" if paused else "resumed"))

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
