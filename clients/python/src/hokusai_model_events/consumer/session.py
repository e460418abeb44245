"""One connection at a time, replaced when it fails; in cluster mode it follows a slot to its node."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hokusai_model_events.limits import within
from hokusai_model_events.settings import RedisSettings

from .connection import RedisConnection, open_connection
from .connection_options import ConnectionOptions, TokenSource
from .faults import RedisFaultError
from .iam_tokens import IamTokens
from .reported_error import Redirection, ReportedError

Result = TypeVar("Result")

# A connection that was idle this long is checked with a PING: it may have died unnoticed.
_IDLE_SECONDS = 5
_PING_LIMIT_SECONDS = 0.5
_CLOSE_LIMIT_SECONDS = 0.5
_TOKEN_LIMIT_SECONDS = 10

# AWS closes a connection 12 hours after its last AUTH with an IAM token ("Authenticating with IAM").
_RENEWAL_SECONDS = 11 * 3600
# The pause after an AUTH that failed: the connection works on, until AWS closes it and the next one reports why.
_RENEWAL_PAUSE_SECONDS = 60

# Repeats of one use while slots move; the pauses become longer, up to 620 ms in all.
_MOST_REPEATS = 5
_MIGRATION_PAUSE_SECONDS = 0.02


class RedisSession:
    """Runs work on a connection that answers; reads the token again after a rotation.

    In cluster mode it is for the keys of one slot: a redirection leads it to the node of this slot, and after a failure it
    starts again at the configured endpoint.
    """

    def __init__(self, settings: RedisSettings, options: ConnectionOptions, *, asking: bool = False) -> None:
        """Raises ``SettingsError`` if a package for IAM authentication is missing."""
        self._iam: IamTokens | None = None
        if settings.iam_cache_arn is not None:
            self._iam = IamTokens(settings.iam_cache_arn, settings.username or "")
        self._renewal_due = math.inf
        self._settings, self._options, self._asking = settings, options, asking
        self._node = (settings.host, settings.port)
        self._node_failed = False
        self._asked: RedisSession | None = None
        self._leaving: asyncio.Future[None] | None = None
        self._token = settings.token
        self._connection: RedisConnection | None = None
        self._opening = asyncio.Lock()
        self._last_used = 0.0
        self._token_refused = False
        self._closed = False

    @property
    def endpoint(self) -> str:
        """``host:port`` of the node."""
        return f"{self._node[0]}:{self._node[1]}"

    async def use(self, operation: str, work: Callable[[RedisConnection], Awaitable[Result]]) -> Result:
        """Runs ``work``. A connection that fails is dropped; the work is not repeated, since only the caller knows whether
        that is safe. Only a command that a cluster has not run, because its slot is on another node or moves to one, is
        repeated, with the commands of the work before it.

        ``operation`` names the work in an error. Raises RedisFaultError with the fault and the reaction.
        """
        asked: RedisSession | None = None
        for repeats in range(_MOST_REPEATS + 1):
            try:
                return await (asked or self)._use_node(operation, work)
            except RedisFaultError as failure:
                asked = None
                if repeats == _MOST_REPEATS:
                    raise
                if failure.redirection is not None and failure.redirection.asking:
                    asked = self._asked_at(failure.redirection)
                elif failure.fault == "slot-migrating":
                    await asyncio.sleep(_MIGRATION_PAUSE_SECONDS * 2**repeats)
                elif failure.redirection is None:
                    raise
        raise AssertionError("the last repeat returns or raises")

    async def _use_node(self, operation: str, work: Callable[[RedisConnection], Awaitable[Result]]) -> Result:
        """One attempt. After a redirection to the slot's node, the next one is there."""
        connection: RedisConnection | None = None
        try:
            connection = await self._answering()
            result = await work(connection)
            self._last_used = time.monotonic()
            return result
        except ReportedError as error:
            failure = RedisFaultError(operation, self.endpoint, str(error), error.redirection)
        except RedisFaultError as error:
            failure = error
        if failure.reaction == "reauthenticate":
            self._token_refused = True
        if connection is not None and failure.redirection is not None:
            self._follow(connection, failure.redirection)
        elif connection is not None and failure.reconnect:
            connection.close()
        raise failure from None

    def _follow(self, connection: RedisConnection, to: Redirection) -> None:
        # Another caller may have followed already.
        if to.asking or self._asking or self._connection is not connection:
            return
        self._connection = None
        self._node = (to.host or self._node[0], to.port)
        # Replies to other commands may be on their way.
        self._leaving = asyncio.ensure_future(connection.close_when_idle())

    def _asked_at(self, to: Redirection) -> RedisSession:
        host = to.host or self._node[0]
        if self._asked is None or self._asked.endpoint != f"{host}:{to.port}":
            if self._asked is not None:
                self._asked.close()
            settings = dataclasses.replace(self._settings, host=host, port=to.port, token=self._token)
            self._asked = RedisSession(settings, self._options, asking=True)
        return self._asked

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
        if self._asked is not None:
            self._asked.close()
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
            # After a failure at the node that a redirection has named, the configured endpoint knows better.
            if self._connection is not None or self._node_failed:
                self._node = (self._settings.host, self._settings.port)
            self._node_failed = True
            self._connection = await self._open()
            self._node_failed = False
            self._last_used = time.monotonic()
            return self._connection

    async def _is_alive(self, connection: RedisConnection) -> bool:
        if not connection.is_open:
            return False
        if time.monotonic() >= self._renewal_due:
            await self._renew(connection)
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
        if self._iam is not None:
            self._token = await self._sign(self._iam)
        elif self._token_refused and self._options.token_source is not None:
            self._token = await _in_thread("cannot read the Redis token", self._options.token_source)
        try:
            connection = await open_connection(
                *self._node, self._token, self._options, self._settings.username, asking=self._asking
            )
        except ReportedError as error:
            if self._iam is None or not str(error).startswith("WRONGPASS "):
                raise
            raise ReportedError(f"IAM token refused: {error}") from None
        self._token_refused = False
        if self._iam is not None:
            self._renewal_due = time.monotonic() + _RENEWAL_SECONDS
        if self._closed:
            connection.close()
            self._refuse_if_closed()
        return connection

    async def _sign(self, iam: IamTokens) -> str:
        settings, fresh = self._settings, self._token_refused
        failure = f"cannot sign the IAM token of {settings.username} for {settings.iam_cache_arn}"
        return await _in_thread(failure, lambda: iam.sign(fresh=fresh))

    async def _renew(self, connection: RedisConnection) -> None:
        """Authenticates the connection again, between its commands. redis-py closes one whose token is refused."""
        assert self._iam is not None
        self._renewal_due = time.monotonic() + _RENEWAL_PAUSE_SECONDS
        try:
            await connection.authenticate(self._settings.username or "", await self._sign(self._iam))
            self._renewal_due = time.monotonic() + _RENEWAL_SECONDS
        except ReportedError:
            self._token_refused = True

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ReportedError("Connection is closed by its owner")


async def _in_thread(failure: str, source: TokenSource) -> str:
    def read() -> str:
        # Within the thread: a future cannot carry a StopIteration.
        try:
            return within(_TOKEN_LIMIT_SECONDS, source)
        except Exception as error:
            raise ReportedError(f"{failure}: {type(error).__name__}: {error}") from None

    return await asyncio.to_thread(read)
