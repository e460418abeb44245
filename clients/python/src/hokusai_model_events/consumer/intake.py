"""Claims messages by script while the queue has some, and waits in Redis while it has none."""

from __future__ import annotations

import itertools
import secrets

from .model_queue import Claimed, ModelQueue
from .options import ConsumerOptions
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

    async def take(self, count: int, *, starting: int, holding: int) -> Claimed:
        """Claims up to ``count`` waiting messages; if there are none, waits for one and returns nothing.

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
        state, due = claimed.state, claimed.next_due_seconds
        if state == "wait-main" or state == "wait-wake":
            seconds = options.block_seconds if due is None else min(options.block_seconds, due)
            await self._waiting.use(
                "wait for a message", lambda redis: self._queue.await_message(redis, seconds, state)
            )
        return claimed

    async def revoke_uncertain(self) -> None:
        """Revokes the claims whose reply was lost; their messages go back."""
        for nonce in list(self._uncertain_nonces):
            await self._commands.use("revoke a claim", lambda redis, nonce=nonce: self._queue.revoke(redis, nonce))
            self._uncertain_nonces.remove(nonce)
