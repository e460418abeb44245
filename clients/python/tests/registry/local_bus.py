"""The repository's own event bus, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from ..repository import REPOSITORY

NAME = "hokusai-development"


class LocalBus:
    """Takes PutEvents of any AWS SDK; fails as it is told to."""

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
        """The detail of each event that came, as its target gets it, in their order."""
        file = self._folder / "delivered.jsonl"
        # Not `splitlines`, which splits at more than JSON lines do.
        bodies = file.read_text("utf-8").split("\n")[:-1] if file.exists() else []
        return [body[body.index(',"detail":') + 10 : -1] for body in bodies]

    def event_ids(self) -> list[str]:
        return [json.loads(detail)["event_id"] for detail in self.details()]

    def fail(self, **faults: Any) -> None:
        """From the next call on, as test/support/event-bus-process.ts says; nothing fails where nothing is given."""
        (self._folder / "faults.json").write_text(json.dumps(faults))

    def clear(self) -> None:
        (self._folder / "delivered.jsonl").unlink(missing_ok=True)
        self.fail()

    def stop(self) -> None:
        self._process.communicate()
