"""Threads for blocking handlers."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable

from hokusai_model_events.errors import ModelEventsError

Job = Callable[[], None]


class HandlerExitError(ModelEventsError):
    """A handler raised SystemExit or a similar exception, which ends neither its thread nor the consumer."""


class WorkerThreads:
    """As many threads as concurrent jobs; a free thread takes the next job, so with one job at a time all run in one thread.

    Daemon threads: a handler that never ends must not keep the process alive.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._busy = 0
        self._threads = 0

    async def run(self, job: Job) -> None:
        """Runs the job in the caller's context and waits for it. Called in the event loop; if the caller is cancelled, the
        job continues."""
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        done: asyncio.Future[None] = loop.create_future()

        def settle(error: BaseException | None) -> None:
            self._busy -= 1
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        def work() -> None:
            failure: BaseException | None = None
            try:
                context.run(job)
            except StopIteration as error:  # a future cannot carry it
                failure = HandlerExitError(f"the handler raised StopIteration: {error}")
            except Exception as error:
                failure = error
            except BaseException as error:
                failure = HandlerExitError(f"the handler raised {type(error).__name__}: {error}")
            try:
                loop.call_soon_threadsafe(settle, failure)
            except RuntimeError:
                pass  # the consumer has ended

        self._busy += 1
        if self._busy > self._threads:
            self._threads += 1
            threading.Thread(target=self._serve, name=f"model-events-handler-{self._threads}", daemon=True).start()
        self._jobs.put(work)
        await done

    def close(self) -> None:
        """Ends idle threads."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
