"""A real PostgreSQL in a temporary folder, with a Unix socket in that folder instead of a port and password."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

# Stops the server when its standard input closes, which the kernel does even if the tests crash.
KEEPER = 'read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1; rm -rf -- "$2"'


class PostgreSQL:
    """One server for all tests; each test creates a database."""

    def __init__(self) -> None:
        self._programs = _folder_of_programs()
        self._folder = tempfile.mkdtemp(prefix="model-events-postgresql-")
        # PostgreSQL refuses to run as root.
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self._folder, "postgres", "postgres")
        self._databases = 0
        self._run("initdb", "-D", f"{self._folder}/data", "-U", "registry", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "sh", self._programs, self._folder],
            stdin=subprocess.PIPE, cwd="/", start_new_session=True, **self._user,
        )

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        log = f"{self._folder}/log"
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stops the server at once and closes all connections."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")

    def end(self) -> None:
        self._keeper.communicate()

    def new_database(self, *options: str) -> str:
        """A connection string for an empty database, with options of ``createdb``."""
        self._databases += 1
        name = f"registry_{self._databases}"
        self._run("createdb", "-h", self._folder, "-U", "registry", *options, name)
        return f"postgresql://registry@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [f"{self._programs}/{program}", *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", **self._user,
        )
        if done.returncode != 0:
            log = Path(self._folder) / "log"
            raise RuntimeError(f"{program} failed: {done.stderr}{log.read_text() if log.exists() else ''}")


def _folder_of_programs() -> str:
    # Debian installs the server's programs outside the PATH, in a folder per version.
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)), None)
    if found is None:
        raise RuntimeError("PostgreSQL is missing (initdb): tools/setup.sh postgresql")
    return os.path.dirname(os.path.realpath(found))
