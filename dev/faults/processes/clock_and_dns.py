"""For a Python program that is put to the test: a name server that can change its mind, a clock that is wrong, a journal.

FAULTS_ADDRESS_FILE: a file with the address that `localhost` has, read at each look-up. FAULTS_CLOCK_OFFSET_MS: how far this
process's clock is ahead. FAULTS_JOURNAL: where it writes what it has handled.
"""

import datetime
import os
import socket
import time

_real_lookup = socket.getaddrinfo
_offset_seconds = int(os.environ.get("FAULTS_CLOCK_OFFSET_MS", "0")) / 1000
_queue = os.environ["MODEL_EVENTS_QUEUE"]
_journal = open(os.environ["FAULTS_JOURNAL"], "ab", buffering=0)


def _lookup(host, *args, **kwargs):
    if host == "localhost":
        with open(os.environ["FAULTS_ADDRESS_FILE"]) as file:
            host = file.read().strip()
    return _real_lookup(host, *args, **kwargs)


def arrange() -> None:
    """From now on names and times are as the fault wants them."""
    socket.getaddrinfo = _lookup
    if _offset_seconds:
        real_time = time.time

        class ShiftedDatetime(datetime.datetime):
            @classmethod
            def now(cls, tz=None):
                return cls.fromtimestamp(time.time(), tz)

        time.time = lambda: real_time() + _offset_seconds
        datetime.datetime = ShiftedDatetime


def record(message_id: str, tried: str) -> None:
    """One line, by the true time; the file is unbuffered, so that a killed process loses no line."""
    _journal.write(f"{time.clock_gettime_ns(time.CLOCK_REALTIME) // 1_000_000} {_queue} {message_id} {tried}\n".encode())
