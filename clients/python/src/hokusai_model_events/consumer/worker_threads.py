"""Threads in which handlers run that block."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable

from hokusai_model_events.errors import ModelEventsError

Job = Callable[[], None]


class HandlerExitError(ModelEventsError):
    """A handler raised SystemExit or the like, which ends neither its thread nor the consumer."""


class WorkerThreads:
    """As many threads as jobs at the same time; a thread that is free takes the next job, so that with one job at a time
    all run in the same thread. Daemon threads: a handler that does not end must not hold the process.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._busy = 0
        self._threads = 0

    async def run(self, job: Job) -> None:
        """Runs the job and waits for it. Called in the event loop; where the caller is cancelled, the job goes on unheard."""
        loop = asyncio.get_running_loop()
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
                job()
            except StopIteration as error:  # no future takes it
                failure = HandlerExitError(f"the handler raised StopIteration: {error}")
            except Exception as error:
                failure = error
            except BaseException as error:
                failure = HandlerExitError(f"the handler raised {type(error).__name__}: {error}")
            try:
                loop.call_soon_threadsafe(settle, failure)
            except RuntimeError:
                pass  # the consumer has ended, and nobody asks any more

        self._busy += 1
        if self._busy > self._threads:
            self._threads += 1
            threading.Thread(target=self._serve, name=f"model-events-handler-{self._threads}", daemon=True).start()
        self._jobs.put(work)
        await done

    def close(self) -> None:
        """Lets threads end that have nothing to do."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
