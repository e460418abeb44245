"""Errors of redis-py and of the socket in the form that ``faults`` matches: the server's code or the system's error name first."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from typing import NamedTuple

from redis import exceptions

# redis-py replaces some of the server's error codes by a class; the set of classes depends on its version.
_CODE_OF_CLASS = {
    "AuthenticationError": "WRONGPASS",
    "NoPermissionError": "NOPERM",
    "ReadOnlyError": "READONLY",
    "BusyLoadingError": "LOADING",
    "MasterDownError": "MASTERDOWN",
    "ClusterDownError": "CLUSTERDOWN",
    "TryAgainError": "TRYAGAIN",
    "MovedError": "MOVED",
    "AskError": "ASK",
    "ClusterCrossSlotError": "CROSSSLOT",
    "OutOfMemoryError": "OOM",
    "NoScriptError": "NOSCRIPT",
}


class Redirection(NamedTuple):
    """Where a cluster sends a command, which it has not run."""

    asking: bool
    """The node is about to get the slot and answers a command that follows ``ASKING``."""
    host: str
    """Empty if the node has the host name that the client has connected to."""
    port: int


class ReportedError(Exception):
    """The server's error, or the connection's, in the form that ``faults`` matches."""

    def __init__(self, text: str, *, is_reply: bool = False) -> None:
        super().__init__(text)
        self.is_reply = is_reply
        """The server answered: the connection works."""

    @property
    def redirection(self) -> Redirection | None:
        """None for any error but ``MOVED`` and ``ASK``."""
        found = re.fullmatch(r"(MOVED|ASK) \d+ (\S*):(\d+)", str(self))
        if found is None or found[2] == "?":
            return None
        return Redirection(found[1] == "ASK", found[2], int(found[3]))

    @property
    def is_missing_script(self) -> bool:
        """The server ran nothing, because it does not have the script."""
        return str(self).startswith("NOSCRIPT")


def error_text(error: BaseException, token: str) -> str:
    """The error as ``faults`` matches it, without the token: a server that does not know AUTH repeats its arguments."""
    text = _unredacted_text(error)
    return text.replace(token, "<token>") if token else text


def _unredacted_text(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    code = _CODE_OF_CLASS.get(type(error).__name__)
    if code is not None:
        return text if text.startswith(("NOAUTH", code)) else f"{code} {text}"
    if isinstance(error, exceptions.ResponseError) or text.startswith("max number of clients"):
        # redis-py removes the code ERR.
        return text if re.match(r"[A-Z][A-Z0-9_]+ ", text) else f"ERR {text}"
    # redis-py wraps the socket's error, and some versions shorten it to a number.
    cause: BaseException | None = error
    while cause is not None:
        reason = _socket_error_text(cause)
        if reason is not None:
            return reason
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, exceptions.TimeoutError):
        return f"connect ETIMEDOUT: {text}"
    return f"Connection is closed: {text}" if isinstance(error, exceptions.ConnectionError) else text


def _socket_error_text(error: BaseException) -> str | None:
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.strerror or error}"
    if isinstance(error, socket.gaierror):
        return f"{'EAI_AGAIN' if error.errno == socket.EAI_AGAIN else 'ENOTFOUND'} {error.strerror}"
    if isinstance(error, (EOFError, ConnectionError)) and not getattr(error, "errno", None):
        return f"Connection is closed: {error}"
    if isinstance(error, OSError):
        # With several addresses asyncio has only a text: "Multiple exceptions: [Errno 111] …".
        found = re.search(r"\[Errno (\d+)\]", str(error))
        number = error.errno or (int(found[1]) if found else None)
        if number is not None:
            return f"{errno.errorcode.get(number, f'errno {number}')} {os.strerror(number)}"
    return None
