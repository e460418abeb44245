"""One connection at a time, replaced when it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hokusai_model_events.limits import within
from hokusai_model_events.settings import RedisSettings

from .connection import RedisConnection, open_connection
from .connection_options import ConnectionOptions, TokenSource
from .faults import RedisFaultError
from .reported_error import ReportedError

Result = TypeVar("Result")

# A connection that was idle this long is checked with a PING: it may have died unnoticed.
_IDLE_SECONDS = 5
_PING_LIMIT_SECONDS = 0.5
_CLOSE_LIMIT_SECONDS = 0.5
_TOKEN_LIMIT_SECONDS = 10


class RedisSession:
    """Runs work on a connection that answers; reads the token again after a rotation."""

    def __init__(self, settings: RedisSettings, options: ConnectionOptions) -> None:
        self.endpoint = f"{settings.host}:{settings.port}"
        self._settings, self._options = settings, options
        self._token = settings.token
        self._connection: RedisConnection | None = None
        self._opening = asyncio.Lock()
        self._last_used = 0.0
        self._token_refused = False
        self._closed = False

    async def use(self, operation: str, work: Callable[[RedisConnection], Awaitable[Result]]) -> Result:
        """Runs ``work``. A connection that fails is dropped; the work is not repeated, since only the caller knows whether
        that is safe.

        ``operation`` names the work in an error. Raises RedisFaultError with the fault and the reaction.
        """
        connection: RedisConnection | None = None
        try:
            connection = await self._answering()
            result = await work(connection)
            self._last_used = time.monotonic()
            return result
        except ReportedError as error:
            failure = RedisFaultError(operation, self.endpoint, str(error))
            if failure.reaction == "reauthenticate":
                self._token_refused = True
            if connection is not None and failure.reconnect:
                connection.close()
            raise failure from None

    async def use_now(self, operation: str, work: Callable[[RedisConnection], Awaitable[Result]]) -> Result:
        """Runs idempotent work; an error of an old connection or an old token is retried once on a new connection."""
        try:
            return await self.use(operation, work)
        except RedisFaultError as failure:
            if failure.reaction != "reauthenticate" and failure.fault != "connection-lost":
                raise
            return await self.use(operation, work)

    def close(self) -> None:
        """Closes the session for good; running work fails."""
        self._closed = True
        if self._connection is not None:
            self._connection.close()

    async def closed(self) -> None:
        """``close``, and waits until the socket is closed."""
        self.close()
        if self._connection is not None:
            await self._connection.closed(_CLOSE_LIMIT_SECONDS)

    async def _answering(self) -> RedisConnection:
        async with self._opening:
            if self._connection is not None and await self._is_alive(self._connection):
                return self._connection
            self._connection = await self._open()
            self._last_used = time.monotonic()
            return self._connection

    async def _is_alive(self, connection: RedisConnection) -> bool:
        if not connection.is_open:
            return False
        if connection.is_busy or time.monotonic() - self._last_used < _IDLE_SECONDS:
            return True
        try:
            await asyncio.wait_for(connection.execute("PING"), _PING_LIMIT_SECONDS)
            return True
        except (ReportedError, asyncio.TimeoutError):
            connection.close()
            return False

    async def _open(self) -> RedisConnection:
        self._refuse_if_closed()
        if self._token_refused and self._options.token_source is not None:
            self._token = await _read_token(self._options.token_source)
        settings = self._settings
        connection = await open_connection(
            settings.host, settings.port, self._token, self._options, settings.username
        )
        self._token_refused = False
        if self._closed:
            connection.close()
            self._refuse_if_closed()
        return connection

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ReportedError("Connection is closed by its owner")


async def _read_token(source: TokenSource) -> str:
    def read() -> str:
        # Within the thread: a future cannot carry a StopIteration.
        try:
            return within(_TOKEN_LIMIT_SECONDS, source)
        except Exception as error:
            raise ReportedError(f"cannot read the Redis token: {type(error).__name__}: {error}") from None

    return await asyncio.to_thread(read)
