"""The consumer example of the README runs with the installed wheel."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from redis_server import ROOT, RedisServer
from running_consumers import QUEUE, keys_of_messages, message


def test_the_readme_s_consumer_takes_a_message_from_a_real_queue_and_stops_on_sigterm(
    server: RedisServer, client: Any, tmp_path: Path
) -> None:
    built = subprocess.run(
        [sys.executable, str(ROOT / "tools/build-wheel.py"), str(tmp_path)], capture_output=True, text=True, check=True
    )
    installed = tmp_path / "installed"
    with zipfile.ZipFile(built.stdout.strip()) as wheel:
        wheel.extractall(installed)
    _, example, *_ = re.findall(r"^```python\n(.*?)^```$", (ROOT / "clients/python/README.md").read_text(), re.S | re.M)
    container = {
        "PATH": os.environ["PATH"],
        # The package from the wheel; redis-py from the interpreter that the tests run on.
        "PYTHONPATH": str(installed),
        "REDIS_HOST": server.host,
        "REDIS_PORT": str(server.port),
        "REDIS_AUTH_TOKEN": server.token,
        "MODEL_EVENTS_QUEUE": QUEUE,
        "SSL_CERT_FILE": server.ca_file,
    }
    consumer = subprocess.Popen([sys.executable, "-c", example], cwd=tmp_path, env=container, stdout=subprocess.PIPE, text=True)
    try:
        client.lpush(QUEUE, message("a"))
        assert consumer.stdout is not None
        assert consumer.stdout.readline().startswith("a: deploying ")
        consumer.send_signal(signal.SIGTERM)
        assert consumer.wait(60) == 0
    finally:
        consumer.kill()
        consumer.communicate()
    assert keys_of_messages(client) == []
