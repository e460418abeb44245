"""Time limits of calls that have none of their own, or none that holds in every case.

A timeout of a socket starts again with each byte, TCP's own end only connections whose packets are not acknowledged, and a
name server has no limit that the caller sets.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")


class LimitError(Exception):
    """A call did not end within its limit."""


def within(seconds: float, call: Callable[[], Result], discard: Callable[[Result], object] = lambda _: None) -> Result:
    """The result of a call. Raises ``LimitError`` after ``seconds``; ``discard`` then gets a result that comes too late."""
    lock = threading.Lock()
    done = threading.Event()
    results: list[Result] = []
    errors: list[BaseException] = []
    abandoned: list[bool] = []

    def work() -> None:
        try:
            result = call()
        except BaseException as error:
            errors.append(error)
        else:
            with lock:
                if not abandoned:
                    results.append(result)
            if abandoned:
                discard(result)
        done.set()

    threading.Thread(target=work, daemon=True).start()
    done.wait(seconds)
    with lock:
        if not results and not errors:
            abandoned.append(True)
            raise LimitError(f"no answer within {seconds:g} s")
    if errors:
        raise errors[0]
    return results[0]


@contextmanager
def limited(connection: Any, seconds: float) -> Generator[None, None, None]:
    """Shuts the connection's socket down after ``seconds``, which ends the statement in progress; raises ``LimitError`` then.

    A connection without a socket has no limit.
    """
    if not hasattr(connection, "fileno"):
        yield
        return
    # A copy, because the number of a closed socket can be reused.
    own = socket.socket(fileno=os.dup(connection.fileno()))
    passed = threading.Event()

    def shut_down() -> None:
        passed.set()
        try:
            own.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed by the other side

    timer = threading.Timer(seconds, shut_down)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if passed.is_set():
            raise LimitError(f"no answer within {seconds:g} s") from error
        raise
    finally:
        timer.cancel()
        timer.join()
        own.close()
