"""The plain consumer of examples/, as it is; what it prints becomes its journal."""

import json
import runpy
import sys
from pathlib import Path

import clock_and_dns


class Journal:
    """Standard output: a message's id, a word, the message."""

    def __init__(self) -> None:
        self._line = ""

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            message_id, _, work = line.split(" ", 2)
            message = json.loads(work)
            clock_and_dns.record(message_id, f"{message['retry_count']}.{message.get('redrive_count', 0)}")
        return len(text)

    def flush(self) -> None:
        pass


clock_and_dns.arrange()
sys.stdout = Journal()
runpy.run_path(str(Path(__file__).resolve().parents[3] / "examples" / "plain_consumer.py"), run_name="__main__")
