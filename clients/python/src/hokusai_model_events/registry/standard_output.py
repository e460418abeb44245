"""Standard output whose reader can end first, as in ``hokusai-model-events status | head -1``."""

from __future__ import annotations

import os
import sys


def prepare_output() -> None:
    """Makes every text printable: an error of the database may hold characters that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def output(text: str) -> None:
    """Prints the text. Without a reader, the program continues with its work."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        print(f"hokusai-model-events: cannot print a line: {error}", file=sys.stderr)


def flush_output() -> None:
    """Python would report a reader that has ended when it flushes at the end of the process."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()


def _discard_output() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)
