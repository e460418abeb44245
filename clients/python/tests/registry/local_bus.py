"""The local event bus of this repository, as a process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from ..repository import REPOSITORY

NAME = "hokusai-development"


class LocalBus:
    """Accepts PutEvents of any AWS SDK, with faults on request."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._folder = folder
        program = [str(REPOSITORY / "node_modules/.bin/tsx"), str(REPOSITORY / "test/support/event-bus-process.ts"), str(folder)]
        self._process = subprocess.Popen(
            program + ([] if port is None else [str(port)]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http"), "the event bus did not start"

    def details(self) -> list[str]:
        """The detail of each delivered event, in order of arrival."""
        file = self._folder / "delivered.jsonl"
        # Not `splitlines`, which also splits at characters such as U+2028.
        bodies = file.read_text("utf-8").split("\n")[:-1] if file.exists() else []
        return [body[body.index(',"detail":') + 10 : -1] for body in bodies]

    def trace_headers(self) -> list[str]:
        """The trace header of each delivered event, in order of arrival; an empty text for an event without one."""
        return (self._folder / "trace-headers").read_text("utf-8").splitlines()

    def event_ids(self) -> list[str]:
        return [json.loads(detail)["event_id"] for detail in self.details()]

    def fail(self, **faults: Any) -> None:
        """Sets the faults of the next calls (test/support/event-bus-process.ts); without arguments, no call fails."""
        (self._folder / "faults.json").write_text(json.dumps(faults))

    def clear(self) -> None:
        for name in ("delivered.jsonl", "trace-headers"):
            (self._folder / name).unlink(missing_ok=True)
        self.fail()

    def stop(self) -> None:
        self._process.communicate()
