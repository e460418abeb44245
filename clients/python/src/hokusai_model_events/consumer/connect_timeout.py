"""Why a connection timed out: no TCP connection, no TLS, or a server that hangs."""

from __future__ import annotations

import asyncio

_LIMIT_SECONDS = 0.3
"""Enough within a VPC: the caller's own limit is over already."""


async def connect_timeout_text(host: str, port: int) -> str:
    """The step at which a TLS connection timed out, as ``faults`` matches it. Never raises.

    A PING in plain text, which needs no secret, distinguishes a server without TLS from one that hangs.
    """
    text = "connect ETIMEDOUT"

    async def probe() -> None:
        nonlocal text
        reader, writer = await asyncio.open_connection(host, port)
        try:
            text = "TLS handshake timed out"
            writer.write(b"PING\r\n")
            # A TLS server answers with an alert.
            if await reader.read(1) in (b"+", b"-"):
                text = "no TLS: the server answers in plain text"
        finally:
            writer.transport.abort()

    try:
        await asyncio.wait_for(probe(), _LIMIT_SECONDS)
    except (OSError, asyncio.TimeoutError):
        pass  # the text has the step that was reached
    return text
