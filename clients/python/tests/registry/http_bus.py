"""An HTTP endpoint of EventBridge whose answers the test writes, as a proxy or a gateway in front of it may."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes]


class HttpBus:
    """``answer`` gets the entries and the size of each PutEvents call; an answer of ``None`` never comes."""

    def __init__(self, answer: Callable[[list[Any], int], Answer | None]) -> None:
        self.answer = answer
        self.accepted: list[str] = []
        """The details of the calls answered with 200, in order."""
        self.body_bytes: list[int] = []
        self.describe: Answer = (200, b"{}")
        self.released = threading.Event()
        self.url = ""

    def respond(self, target: str, body: bytes) -> Answer | None:
        if target.endswith("DescribeEventBus"):
            return self.describe
        entries = json.loads(body)["Entries"]
        self.body_bytes.append(len(body))
        answer = self.answer(entries, len(body))
        if answer is not None and answer[0] == 200:
            self.accepted += [entry["Detail"] for entry in entries]
        return answer


def accepted(entries: list[Any]) -> Answer:
    return 200, json.dumps({"FailedEntryCount": 0, "Entries": [{"EventId": str(at)} for at in range(len(entries))]}).encode()


@contextmanager
def http_bus(answer: Callable[[list[Any], int], Answer | None]) -> Generator[HttpBus, None, None]:
    bus = HttpBus(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = bus.respond(self.headers["x-amz-target"], body)
            if answer is None:
                bus.released.wait(60)
                return
            self.send_response(answer[0])
            self.send_header("content-length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bus.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield bus
    finally:
        bus.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
