"""The plain consumer of examples/, as it is; what it prints becomes its journal."""

import runpy
import sys
from pathlib import Path

import surroundings


class Journal:
    """Standard output of which each line begins with a message's id."""

    def __init__(self) -> None:
        self._line = ""

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            surroundings.record(line.split(" ", 1)[0])
        return len(text)

    def flush(self) -> None:
        pass


surroundings.arrange()
sys.stdout = Journal()
runpy.run_path(str(Path(__file__).resolve().parents[2] / "examples" / "plain_consumer.py"), run_name="__main__")
