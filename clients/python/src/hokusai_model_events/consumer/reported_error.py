"""What redis-py and the socket say about a failure, in one vocabulary: that of ``faults``, in which the server's own codes
and the system's names of errors come first."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl

from redis import exceptions

# redis-py takes the code off some of the server's errors and tells it by the class; which classes there are differs by version.
_CODE_OF_CLASS = {
    "AuthenticationError": "WRONGPASS",
    "NoPermissionError": "NOPERM",
    "ReadOnlyError": "READONLY",
    "BusyLoadingError": "LOADING",
    "MasterDownError": "MASTERDOWN",
    "ClusterDownError": "CLUSTERDOWN",
    "TryAgainError": "TRYAGAIN",
    "OutOfMemoryError": "OOM",
    "NoScriptError": "NOSCRIPT",
}


class ReportedError(Exception):
    """What the server answered, or what became of the connection, in the words that ``faults`` knows."""

    def __init__(self, said: str, *, is_reply: bool = False) -> None:
        super().__init__(said)
        self.is_reply = is_reply
        """The server has answered: the connection is in order."""

    @property
    def is_missing_script(self) -> bool:
        """The server has run nothing, since it has never seen the script's text."""
        return str(self).startswith("NOSCRIPT")


def said(error: BaseException, token: str) -> str:
    """The error in the words that ``faults`` knows. A server that does not know AUTH answers with its arguments."""
    text = _words(error)
    return text.replace(token, "<token>") if token else text


def _words(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    code = _CODE_OF_CLASS.get(type(error).__name__)
    if code is not None:
        return text if text.startswith(("NOAUTH", code)) else f"{code} {text}"
    if isinstance(error, exceptions.ResponseError) or "max number of clients" in text:
        return text
    # redis-py wraps what the socket said, and in some versions shortens it to a number.
    cause: BaseException | None = error
    while cause is not None:
        words = _socket_words(cause)
        if words is not None:
            return words
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, exceptions.TimeoutError):
        return f"connect ETIMEDOUT: {text}"
    return f"Connection is closed: {text}" if isinstance(error, exceptions.ConnectionError) else text


def _socket_words(error: BaseException) -> str | None:
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
