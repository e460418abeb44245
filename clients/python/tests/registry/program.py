"""The package's programs as processes, with the variables of a container."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from ..repository import REPOSITORY

COMMAND = ("-m", "hokusai_model_events.registry")


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    sources = os.pathsep.join([str(REPOSITORY / "clients/python/src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MODEL_EVENTS_", "PG"))}
    return {**kept, "PYTHONPATH": sources, "PYTHONDONTWRITEBYTECODE": "1", **variables}


def run(arguments: Sequence[str], variables: Mapping[str, str] = {}) -> subprocess.CompletedProcess[str]:
    """Runs Python with these arguments to its end."""
    return subprocess.run(
        [sys.executable, *arguments], env=_environment(variables), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )


def run_in_shell(redirection: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs Python with these arguments to its end, with a redirection as in ``>&-``."""
    return subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {redirection}', sys.executable, *arguments], env=_environment({}),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )


def start(arguments: Sequence[str], variables: Mapping[str, str] = {}) -> subprocess.Popen[str]:
    """Starts Python with these arguments."""
    return subprocess.Popen(
        [sys.executable, *arguments], env=_environment(variables), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )


def start_without_reader(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """Starts Python with these arguments; nobody reads its standard output, as after ``| head -1``."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.Popen(
            [sys.executable, *arguments], env=_environment({"PYTHONUNBUFFERED": ""}), stdin=subprocess.DEVNULL,
            stdout=writing, stderr=subprocess.PIPE, text=True,
        )
    finally:
        os.close(writing)
