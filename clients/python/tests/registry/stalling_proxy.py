"""A TCP proxy in front of a Unix socket that stops forwarding on request, as a firewall that has lost its state."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager


class StallingProxy:
    """Accepts connections on ``port``. While ``stalled`` is set it forwards nothing, and keeps every connection open."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.stalled = threading.Event()
        self._ended = threading.Event()
        self._peers: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        for each in (self._listener, *self._peers):
            each.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._ended.is_set():
                for key, _ in selector.select(0.05):
                    ready = key.fileobj
                    assert isinstance(ready, socket.socket)
                    if ready is self._listener:
                        self._accept(selector)
                    # Its peer may have ended both in this round.
                    elif ready in self._peers and not self.stalled.is_set():
                        self._forward(ready, selector)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        near, _ = self._listener.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(self._target)
        self._peers |= {near: far, far: near}
        for each in (near, far):
            selector.register(each, selectors.EVENT_READ)

    def _forward(self, source: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            data = source.recv(65536)
            self._peers[source].sendall(data)
        except OSError:
            data = b""
        if not data:
            for each in (source, self._peers[source]):
                selector.unregister(each)
                self._peers.pop(each)
                each.close()


@contextmanager
def stalling_proxy(target: str) -> Generator[StallingProxy, None, None]:
    proxy = StallingProxy(target)
    try:
        yield proxy
    finally:
        proxy.end()
