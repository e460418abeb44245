"""Starts consumer_process.py and reads its output."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]


class Program:
    """A running consumer process."""

    def __init__(self, kind: str, order: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", TESTS / "consumer_process.py", kind],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), *sys.path])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.send(**order)

    def send(self, **line: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def line(self, **expected: Any) -> dict[str, Any]:
        """The next line with these members; skips other lines."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            line: dict[str, Any] = json.loads(text)
            if expected.items() <= line.items():
                return line
        raise AssertionError(f"the program ended without {expected}: {self.process.stderr and self.process.stderr.read()}")

    def ended(self) -> int:
        """Waits for its end; returns the exit code."""
        self.process.communicate(timeout=60)
        return self.process.returncode


@contextlib.contextmanager
def programs(kind: str, order: dict[str, Any]) -> Iterator[Callable[..., Program]]:
    """Starts processes with this order and a test's changes to it; kills them after the test."""
    running: list[Program] = []

    def start(**change: Any) -> Program:
        running.append(Program(kind, {**order, **change}))
        return running[-1]

    try:
        yield start
    finally:
        for program in running:
            with program.process:
                program.process.kill()
