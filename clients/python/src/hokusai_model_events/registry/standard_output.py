"""Standard output whose reader can end first, as in ``hokusai-model-events status | head -1``."""

from __future__ import annotations

import io
import os
import sys


def prepare_output() -> None:
    """Makes every text printable: an error of the database may hold characters that the terminal's encoding does not have."""
    for name in ("stdout", "stderr"):
        stream: object = getattr(sys, name)
        if stream is None:  # closed by who started the program
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def output(text: str) -> bool:
    """Prints the text. Without a reader, the program continues with its work. Returns False if it cannot print."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        print(f"hokusai-model-events: cannot print a line: {error}", file=sys.stderr)
        return False
    return True


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
