"""A real Redis with TLS and auth, started by test/support/redis-for-python.ts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import redis

from hokusai_model_events.settings import RedisSettings

ROOT = Path(__file__).resolve().parents[4]


class RedisServer:
    """A server that a test can restart, pause and resume."""

    def __init__(self) -> None:
        loaders = ["--import", "tsx", "--require", str(ROOT / "tools/lua-require.cjs")]
        self._program = subprocess.Popen(
            [ROOT / "node_modules/.bin/node", *loaders, ROOT / "test/support/redis-for-python.ts"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        self._read()

    def _line(self) -> dict[str, Any]:
        assert self._program.stdout is not None
        return json.loads(self._program.stdout.readline())

    def _send(self, line: str) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(f"{line}\n")
        self._program.stdin.flush()

    def _read(self) -> None:
        place = self._line()
        self.host, self.port, self.token = str(place["host"]), int(place["port"]), str(place["token"])
        self.ca_file, self.pid = str(place["caFile"]), int(place["pid"])

    def settings(self, **change: Any) -> RedisSettings:
        return RedisSettings(**{"host": self.host, "port": self.port, "token": self.token, "queue": "model_events", **change})

    def connect(self) -> redis.Redis:
        return redis.Redis(
            host=self.host, port=self.port, password=self.token, ssl=True, ssl_ca_certs=self.ca_file, socket_timeout=30
        )

    def restart(self) -> None:
        self._send("restart")
        self._read()

    def gate(self, **change: object) -> dict[str, Any]:
        """Changes the gate that verifies IAM tokens, and returns its state."""
        self._send(f"gate {json.dumps(change)}")
        return self._line()

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.resume()
        self._program.communicate(timeout=30)
