"""Claims messages by script while the queue has some, and waits in Redis while it has none."""

from __future__ import annotations

import itertools
import secrets
from typing import Literal

from .model_queue import ModelQueue
from .options import ConsumerOptions
from .queue_records import Claimed
from .session import RedisSession


class Intake:
    """Revokes claims whose reply was lost before it claims more."""

    def __init__(
        self, queue: ModelQueue, commands: RedisSession, waiting: RedisSession, options: ConsumerOptions
    ) -> None:
        """``waiting`` is used for the blocking wait, which would hold up every other command on ``commands``."""
        self._queue, self._commands, self._waiting, self._options = queue, commands, waiting, options
        self._instance = secrets.token_hex(6)
        self._calls = itertools.count()
        self._uncertain_nonces: list[str] = []
        self._waits_on_main = False

    async def claim(self, count: int, *, starting: int, holding: int) -> Claimed:
        """Claims up to ``count`` waiting messages; the first ``starting`` of them count as started. ``holding`` is the number
        of messages that the consumer holds.

        Raises RedisFaultError; the call may be repeated.
        """
        await self.revoke_uncertain()
        nonce = f"{self._instance}.{next(self._calls):x}"
        self._uncertain_nonces.append(nonce)
        options = self._options
        claimed = await self._commands.use(
            "claim",
            lambda redis: self._queue.claim(
                redis,
                nonce=nonce,
                consumer=options.name,
                count=count,
                starting=starting,
                lease_seconds=options.lease_seconds,
                holding=holding,
                wait_seconds=options.block_seconds,
                max_retries=options.retry_limit,
            ),
        )
        self._uncertain_nonces.remove(nonce)
        self._waits_on_main = claimed.state == "wait-main"
        return claimed

    async def wait(self, state: Literal["wait-main", "wait-wake"], due_seconds: float | None) -> None:
        """Waits until there may be a message, at most until the next delayed one is due. Raises RedisFaultError."""
        limit = self._options.block_seconds
        seconds = limit if due_seconds is None else min(limit, due_seconds)
        await self._waiting.use(
            "wait for a message", lambda redis: self._queue.await_message(redis, seconds, state)
        )

    async def leave(self) -> None:
        """Another idle consumer waits for messages instead of this one, if it waits."""
        if self._waits_on_main:
            await self._commands.use("stop waiting", lambda redis: self._queue.leave(redis, self._instance))

    async def revoke_uncertain(self) -> None:
        """Revokes the claims whose reply was lost; their messages go back."""
        for nonce in list(self._uncertain_nonces):
            await self._commands.use("revoke a claim", lambda redis, nonce=nonce: self._queue.revoke(redis, nonce))
            self._uncertain_nonces.remove(nonce)
