"""The adapter to redis-py, which only this module and ``reported_error`` import.

A connection is used until it fails and then discarded: no pool, no reconnect, no resend. A command that runs twice without
the caller's request, or after the caller's timeout, breaks the queue's guarantees. Of redis-py only what all versions from
4.3 to 8 share is used: ``SSLConnection`` with ``connect``, ``send_command``, ``read_response`` and ``disconnect``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from redis import exceptions
from redis.asyncio import SSLConnection

from .connect_timeout import connect_timeout_text
from .connection_options import ConnectionOptions
from .reported_error import ReportedError, error_text

Value = TypeVar("Value")
Argument = bytes | str | int


class RedisConnection:
    """One connection, which runs one command at a time."""

    def __init__(self, wire: SSLConnection, limit_seconds: float, token: str, *, asking: bool = False) -> None:
        """With ``asking``, the node of a cluster answers for a slot that it is about to get."""
        self._asking = asking
        self._wire: Any = wire
        self._limit_seconds = limit_seconds
        self._token = token
        self._turn = asyncio.Lock()
        self._exchange: asyncio.Task[object] | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """False after the first failure."""
        return self._closing is None and bool(self._wire.is_connected)

    @property
    def is_busy(self) -> bool:
        """True while a command runs."""
        return self._turn.locked()

    async def execute(self, *command: Argument) -> object:
        """Sends one command and reads its reply.

        Raises ReportedError. On a timeout, or if the caller is cancelled, the connection is closed: a late reply would be
        taken for the reply to the next command.
        """
        async with self._turn:
            # redis-py would reconnect by itself.
            if not self.is_open:
                raise ReportedError("Connection is closed")
            self._exchange = asyncio.ensure_future(_reporting(self._send_and_read(command), self._token))
            try:
                return await self.limited(self._exchange, "Command timed out")
            except BaseException as error:
                if not isinstance(error, ReportedError) or not error.is_reply:
                    self.close()
                raise

    async def authenticate(self, username: str, token: str) -> None:
        """Sends ``AUTH``; a refusal changes nothing. Raises ReportedError."""
        self._token = token
        await self.execute("AUTH", username, token)

    async def limited(self, task: asyncio.Task[Value], timed_out: str) -> Value:
        """The task's result within the limit. It does not wait for the end of what it cancels: redis-py closes slowly."""
        task.add_done_callback(_take_exception)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._limit_seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            raise ReportedError(f"{timed_out}: no reply within {self._limit_seconds:g} s")
        if task.cancelled():
            raise ReportedError("Connection is closed")
        return task.result()

    def close(self) -> None:
        """Closes it at once and fails the running command."""
        if self._closing is not None:
            return
        if self._exchange is not None:
            self._exchange.cancel()
        # A TLS shutdown waits for an answer: with a frozen server asyncio would keep the socket open for half a minute.
        writer: asyncio.StreamWriter | None = getattr(self._wire, "_writer", None)
        if writer is not None:
            writer.transport.abort()
        self._closing = asyncio.ensure_future(self._disconnect())

    async def close_when_idle(self) -> None:
        """Closes it after the commands that wait for their turn."""
        async with self._turn:
            self.close()

    async def closed(self, limit_seconds: float) -> None:
        """Closes it and waits, at most ``limit_seconds``, until the socket is closed."""
        self.close()
        assert self._closing is not None
        await asyncio.wait({self._closing}, timeout=limit_seconds)

    async def _send_and_read(self, command: tuple[Argument, ...]) -> object:
        if self._asking:
            # It is valid for one command.
            await self._wire.send_command("ASKING")
            await self._wire.read_response()
        await self._wire.send_command(*command)
        return await self._wire.read_response()

    async def _disconnect(self) -> None:
        try:
            await self._wire.disconnect()
        except (exceptions.RedisError, OSError):
            pass  # the connection is gone already


async def open_connection(
    host: str,
    port: int,
    token: str,
    options: ConnectionOptions,
    username: str | None = None,
    *,
    asking: bool = False,
) -> RedisConnection:
    """A connection that has answered a PING. Raises ReportedError."""
    wire = SSLConnection(
        host=host,
        port=port,
        username=username,
        password=token,
        # The limits are kept here: those of redis-py mean different things in different versions.
        socket_timeout=None,
        socket_connect_timeout=options.connect_timeout_seconds + 1,
        socket_keepalive=True,
        ssl_cert_reqs="required",
        ssl_check_hostname=True,
        ssl_ca_certs=options.ca_file,
    )
    opening = RedisConnection(wire, options.connect_timeout_seconds, token)
    try:
        await opening.limited(asyncio.ensure_future(_reporting(wire.connect(), token)), "connect ETIMEDOUT")
    except BaseException as error:
        opening.close()
        if isinstance(error, ReportedError) and str(error).startswith("connect ETIMEDOUT"):
            text = str(error).replace("connect ETIMEDOUT", await connect_timeout_text(host, port))
            raise ReportedError(text) from None
        raise
    connection = RedisConnection(wire, options.command_timeout_seconds, token, asking=asking)
    await connection.execute("PING")
    return connection


async def _reporting(step: Awaitable[Value], token: str) -> Value:
    """Raises errors as ReportedError. It runs in the step's own task: outside, Python would chain the error to the exception
    that the caller handles, and the socket's error would be lost."""
    try:
        return await step
    except Exception as error:
        raise ReportedError(error_text(error, token), is_reply=isinstance(error, exceptions.ResponseError)) from None


def _take_exception(task: asyncio.Task[Any]) -> None:
    """Retrieves a cancelled task's error, which asyncio would otherwise log as never retrieved."""
    if not task.cancelled():
        task.exception()
