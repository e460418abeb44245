"""The asyncio consumer: takes messages from one queue and calls a handler for each, at least once."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from collections import deque

from hokusai_model_events.settings import RedisSettings

from .claims import Claims, HeldClaim, pause_after
from .connection_options import ConnectionOptions
from .delivery import AsyncHandler, HandlerCancelledError, HandlerTimeoutError
from .events import ConsumerEvent, Listener, Reporter
from .faults import RedisFaultError
from .intake import Intake
from .message import read_message
from .model_queue import ModelQueue
from .options import ConsumerOptions
from .session import RedisSession
from .tracing import Trace, load_trace

# The client waits this much longer than Redis blocks before it treats the connection as half-open.
_BLOCK_MARGIN_SECONDS = 2


class AsyncConsumer:
    """Renews leases during the work, retries with backoff, dead-letters, and replaces failed connections.

        consumer = AsyncConsumer(RedisSettings.from_environment(), handler)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, consumer.stop)
        await consumer.run()

    A handler that blocks the event loop for longer than the lease loses its claim; use ``Consumer``, which runs handlers in threads.
    """

    def __init__(
        self,
        settings: RedisSettings,
        handler: AsyncHandler,
        options: ConsumerOptions | None = None,
        *,
        connection: ConnectionOptions | None = None,
        listener: Listener | None = None,
    ) -> None:
        """``listener`` is called with every ``ConsumerEvent``; each is logged as well. Raises ``SettingsError``."""
        self._handler = handler
        self._options = options or ConsumerOptions()
        self._reporter = Reporter(listener)
        self._queue = ModelQueue(settings.queue)
        connection = connection or ConnectionOptions()
        block_limit = self._options.block_seconds + _BLOCK_MARGIN_SECONDS
        self._commands = RedisSession(settings, connection)
        self._waiting = RedisSession(settings, dataclasses.replace(connection, command_timeout_seconds=block_limit))
        self._claims = Claims(self._queue, self._commands, self._options, self._reporter)
        self._intake = Intake(self._queue, self._commands, self._waiting, self._options)
        self._pending: deque[HeldClaim] = deque()  # claimed, and not started by a worker yet
        self._workers: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._trace: Trace

    async def run(self) -> None:
        """Consumes until ``stop()``; returns when every claim is settled or given back. Call it once.

        Redis errors never end it. If its task is cancelled, its claims return to the queue when their leases expire.
        """
        self._trace = load_trace()
        renewal = asyncio.ensure_future(self._renew_leases())
        try:
            await self._take_until_stopped()
            await self._finish()
        finally:
            for task in (renewal, *self._workers):
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
        count = self._options.concurrency + self._options.prefetch - len(self._claims)
        if count <= 0:
            self._changed.clear()
            await self._changed.wait()
            return
        starting = max(0, self._options.concurrency - len(self._workers) - len(self._pending))
        claimed = await self._intake.take(count, starting=starting, holding=len(self._claims))
        for index, claim in enumerate(claimed.claims):
            held = HeldClaim(claim, started=claimed.state == "alone" or index < starting)
            self._claims.hold(held)
            self._pending.append(held)
        self._begin_pending()
        if claimed.state in ("wait-alone", "paused"):
            self._changed.clear()
            await asyncio.wait({asyncio.ensure_future(self._changed.wait())}, timeout=1)

    def _begin_pending(self) -> None:
        while self._pending and len(self._workers) < self._options.concurrency and not self._stopping.is_set():
            worker = asyncio.ensure_future(self._work(self._pending.popleft()))
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
        if self._stopping.is_set():
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
            await self._claims.fail(held, error)
        else:
            await self._claims.acknowledge(held)

    async def _call(self, held: HeldClaim) -> None:
        """Calls the handler and waits at most ``handler_seconds``; then it is cancelled and counts as failed, even if it
        ignores the cancellation."""
        held.work = asyncio.ensure_future(self._handled(held))
        held.work.add_done_callback(lambda work: work.cancelled() or work.exception())
        seconds = self._options.handler_seconds
        try:
            done, _ = await asyncio.wait({held.work}, timeout=seconds)
        except asyncio.CancelledError:
            held.cancel()
            raise
        if not done:
            held.cancel()
            raise HandlerTimeoutError(f"the handler took longer than {seconds:g} s")
        if held.work.cancelled():
            raise HandlerCancelledError("the handler was cancelled")
        held.work.result()

    async def _handled(self, held: HeldClaim) -> None:
        assert held.message is not None
        result = self._handler(held.message, held.delivery)
        # A handler that is not async has done its work by now; an error here would repeat it.
        if inspect.isawaitable(result):
            await result

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(self._options.lease_seconds / 3)
            await self._claims.attempt(self._claims.renew)

    async def _finish(self) -> None:
        await self._claims.attempt(self._intake.revoke_uncertain)
        untouched = list(self._pending)
        self._pending.clear()
        await self._claims.give_back(untouched)
        if self._workers:
            await asyncio.wait(self._workers, timeout=self._options.stop_seconds)
        await self._claims.abandon()
