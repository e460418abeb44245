"""Runs one coroutine in an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

Result = TypeVar("Result")
_END_LIMIT_SECONDS = 1
# asyncio closes an aborted transport's socket some iterations later, first TLS, then TCP.
_ITERATIONS_TO_CLOSE = 5


def run_to_end(main: Coroutine[Any, Any, Result]) -> Result:
    """As ``asyncio.run``, without waiting for a name server that does not answer or for tasks that ignore cancellation."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_END_LIMIT_SECONDS))
        for _ in range(_ITERATIONS_TO_CLOSE):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@contextlib.contextmanager
def woken_by_signals(loop: asyncio.AbstractEventLoop) -> Generator[None, None, None]:
    """Signals interrupt the loop's wait in this context, so that Python runs their handlers at once.

    A signal that arrives just before the loop sleeps would otherwise be handled after the loop's wait, at the latest at
    the next lease renewal. Does nothing outside the main thread, which alone receives signals, and if a wakeup descriptor
    is set already.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.setblocking(False)
        writing.setblocking(False)
        previous = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        if previous != -1:
            signal.set_wakeup_fd(previous)
            yield
            return
        loop.add_reader(reading, reading.recv, 4096)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            loop.remove_reader(reading)
