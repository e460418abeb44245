"""A real PgBouncer in transaction mode, in front of the PostgreSQL of the tests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from .debian_packages import pgbouncer


@contextmanager
def pooled(conninfo: str) -> Generator[str, None, None]:
    """The connection string of the same database behind a pooler: each transaction runs on any of two server connections."""
    found = pgbouncer()
    if found is None:
        pytest.skip("pgbouncer is not installed, and Debian's package is not available")
    program, variables = found
    server = parse_qs(urlsplit(conninfo).query)["host"][0]
    with tempfile.TemporaryDirectory(prefix="model-events-pgbouncer-") as folder:
        os.chmod(folder, 0o777)
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(
            f"[databases]\n* = host={server} user=registry\n[pgbouncer]\nauth_type = any\npool_mode = transaction\n"
            f"unix_socket_dir = {folder}\nlisten_port = 6432\ndefault_pool_size = 2\nserver_round_robin = 1\n"
        )
        # PgBouncer refuses to run as root.
        user = ["-u", "postgres"] if os.geteuid() == 0 else []
        process = subprocess.Popen(
            [program, *user, str(file)], env={**os.environ, **variables}, stderr=subprocess.PIPE, text=True, cwd="/"
        )
        assert process.stderr is not None
        log = ""
        while "process up" not in log:
            line = process.stderr.readline()
            assert line, f"PgBouncer did not start: {log}"
            log += line
        try:
            yield f"postgresql://registry@/{urlsplit(conninfo).path[1:]}?host={folder}&port=6432"
        finally:
            process.kill()
            process.communicate()
