"""An event loop for one coroutine, within a program that has none."""

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
# asyncio closes the socket of a transport that was given up some rounds of the loop later, first TLS, then TCP.
_ROUNDS_TO_CLOSE_A_SOCKET = 5


def run_to_end(main: Coroutine[Any, Any, Result]) -> Result:
    """As ``asyncio.run``, but it does not wait for what hangs: ``asyncio.run`` would wait for a name server that does not
    answer, and for tasks that do not heed that they are cancelled."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(main)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=_END_LIMIT_SECONDS))
        for _ in range(_ROUNDS_TO_CLOSE_A_SOCKET):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@contextlib.contextmanager
def woken_by_signals(loop: asyncio.AbstractEventLoop) -> Generator[None, None, None]:
    """Within it a signal wakes the loop, so that Python runs the signal's handler at once.

    A signal that comes just before the loop sleeps would else be seen when something else wakes it: with a consumer that
    holds a message, at the next renewal of its lease. Does nothing outside the main thread, which alone gets signals, and
    where somebody has seen to it already.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, told = socket.socketpair()
    with heard, told:
        heard.setblocking(False)
        told.setblocking(False)
        others = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        if others != -1:
            signal.set_wakeup_fd(others)
            yield
            return
        loop.add_reader(heard, heard.recv, 4096)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            loop.remove_reader(heard)
