"""SIGTERM and SIGINT as something to look at and to wait for, so that work in hand is finished first."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType


class StopOnSignal:
    """Set by the first SIGTERM or SIGINT. A pipe, since a handler may not touch the locks of ``threading.Event``."""

    def __enter__(self) -> StopOnSignal:
        self._reading, self._writing = os.pipe()
        self._before = {number: signal.signal(number, self._set) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._reading)
        os.close(self._writing)

    def is_set(self) -> bool:
        """True once a signal has come."""
        return self.wait(0)

    def wait(self, timeout: float) -> bool:
        """Waits for a signal, at most this many seconds; True once one has come."""
        return bool(select.select([self._reading], [], [], timeout)[0])

    def _set(self, number: int, frame: FrameType | None) -> None:
        os.write(self._writing, b".")
        # A second one means it.
        signal.signal(number, signal.SIG_DFL)
