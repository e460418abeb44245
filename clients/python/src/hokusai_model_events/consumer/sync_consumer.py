"""The consumer for blocking handlers: ``AsyncConsumer`` with the handlers in threads."""

from __future__ import annotations

import asyncio

from hokusai_model_events.known_names import KnownNames
from hokusai_model_events.settings import RedisSettings

from .arguments import check_handler
from .async_consumer import RUNS_ONCE, AsyncConsumer
from .connection_options import ConnectionOptions
from .delivery import Delivery, Handler
from .event_loop import run_to_end, woken_by_signals
from .events import Listener
from .message import Message
from .options import ConsumerOptions
from .reports import ReportListener
from .status import ConsumerStatus
from .worker_threads import WorkerThreads


class _ThreadedConsumer(AsyncConsumer):
    _interrupts_handlers = False


class Consumer(KnownNames):
    """Takes messages from one queue and calls a handler for each, at least once.

        consumer = Consumer(RedisSettings.from_environment(), handler)
        signal.signal(signal.SIGTERM, lambda *_: consumer.stop())
        consumer.run()

    Handlers run in threads of their own, with ``concurrency`` 1 always the same one; leases are renewed in the thread that
    called ``run``, whatever a handler does.
    """

    def __init__(
        self,
        settings: RedisSettings,
        handler: Handler,
        options: ConsumerOptions | None = None,
        *,
        connection: ConnectionOptions | None = None,
        listener: Listener | None = None,
        on_report: ReportListener | None = None,
    ) -> None:
        """``listener`` is called with every ``ConsumerEvent``, and ``on_report`` with a ``ConsumerReport`` every
        ``report_seconds`` and at the end, in the thread of ``run``. Raises ``SettingsError``."""
        check_handler(handler, is_async=False)
        self._handler = handler
        self._threads = WorkerThreads()
        self._consumer = _ThreadedConsumer(
            settings, self._in_thread, options, connection=connection, listener=listener, on_report=on_report
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = False

    @property
    def status(self) -> ConsumerStatus:
        """What it does at the moment; any thread may ask."""
        return self._consumer.status

    def run(self) -> None:
        """Consumes until ``stop()``; returns when every claim is settled or given back. Call it once.

        Redis errors never end it. Raises ``RuntimeError`` at a second call.
        """
        if self._loop is not None:
            raise RuntimeError(RUNS_ONCE)
        try:
            run_to_end(self._run())
        finally:
            self._threads.close()

    def stop(self) -> None:
        """Ends ``run`` without waiting for it. A signal handler and any thread may call it.

        The consumer claims nothing more, gives back prefetched messages, lets handlers finish for ``stop_seconds``, then
        sets their ``delivery.cancelled`` and gives their messages back.
        """
        self._stopped = True
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._consumer.stop)
            except RuntimeError:
                pass  # it has ended

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._stopped:
            self._consumer.stop()
        with woken_by_signals(self._loop):
            await self._consumer.run()

    async def _in_thread(self, message: Message, delivery: Delivery) -> None:
        await self._threads.run(lambda: self._handler(message, delivery))
