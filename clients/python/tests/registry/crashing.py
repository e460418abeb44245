"""Runs a program and kills it with SIGKILL before a given statement."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .registry_database import RegistryDatabase


def killed_at(statement: int, database: RegistryDatabase, program: Callable[[RegistryDatabase], None]) -> bool:
    """Runs the program in a child process that is killed right before its n-th statement; commits count as statements.

    Returns False if the program ended first.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            program(_with_fuse(database, _Fuse(statement)))
            code = 0
        finally:
            # The child must not run pytest's cleanup.
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


class _Fuse:
    def __init__(self, statements: int) -> None:
        self._left = statements

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _with_fuse(database: RegistryDatabase, fuse: _Fuse) -> RegistryDatabase:
    connect = database.database.connect
    return replace(database, database=replace(database.database, connect=lambda: _FusedConnection(connect(), fuse)))


class _FusedConnection:
    """A connection that counts statements; its ``__class__`` is that of the wrapped connection."""

    def __init__(self, connection: Any, fuse: _Fuse) -> None:
        self._connection = connection
        self._fuse = fuse

    @property
    def __class__(self) -> Any:
        return type(self._connection)

    def cursor(self, **options: Any) -> _FusedCursor:
        return _FusedCursor(self._connection.cursor(**options), self._fuse)

    def wait(self, *arguments: Any, **options: Any) -> Any:
        """Psycopg's cursor for this connection executes each statement by it."""
        self._fuse.burn()
        return self._connection.wait(*arguments, **options)

    def commit(self) -> None:
        self._fuse.burn()
        self._connection.commit()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class _FusedCursor:
    def __init__(self, cursor: Any, fuse: _Fuse) -> None:
        self._cursor = cursor
        self._fuse = fuse

    def execute(self, *arguments: Any, **options: Any) -> None:
        self._fuse.burn()
        self._cursor.execute(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)
