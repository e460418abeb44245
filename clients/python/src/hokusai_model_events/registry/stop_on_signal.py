"""SIGTERM and SIGINT as an event to check and to wait for, so the current work finishes first."""

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
        """True after a signal."""
        return self.wait(0)

    def wait(self, timeout: float) -> bool:
        """Waits at most ``timeout`` seconds for a signal; True after one."""
        return bool(select.select([self._reading], [], [], timeout)[0])

    def _set(self, number: int, frame: FrameType | None) -> None:
        os.write(self._writing, b".")
        # A second signal ends the process.
        signal.signal(number, signal.SIG_DFL)
