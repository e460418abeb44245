"""How a consumer comes by messages: by a script while there are some, by waiting in Redis while there are none."""

from __future__ import annotations

import dataclasses
import uuid

from .model_queue import ModelQueue
from .options import ConsumerOptions
from .session import RedisSession


@dataclasses.dataclass(frozen=True)
class Taken:
    """Messages taken from the queue."""

    nonce: str
    texts: list[bytes]
    starting: int
    """So many of them, from the first, count as started in Redis."""


class Intake:
    """What was claimed though its reply was lost is given back before anything else is taken."""

    def __init__(
        self, queue: ModelQueue, commands: RedisSession, waiting: RedisSession, options: ConsumerOptions
    ) -> None:
        """``waiting`` blocks in Redis; on ``commands`` everything else would wait behind it."""
        self._queue, self._commands, self._waiting, self._options = queue, commands, waiting, options
        self._uncertain_nonces: list[str] = []

    async def take(self, count: int, starting: int) -> Taken:
        """Takes what is there; where nothing is, waits until something may be and returns nothing.

        Raises RedisFaultError; then the same again is right.
        """
        await self.give_back_uncertain()
        nonce = str(uuid.uuid4())
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
            ),
        )
        self._uncertain_nonces.remove(nonce)
        if not claimed.texts:
            due = claimed.next_due_seconds
            seconds = options.block_seconds if due is None else min(options.block_seconds, due)
            await self._waiting.use("wait for a message", lambda redis: self._queue.await_message(redis, seconds))
        return Taken(nonce, claimed.texts, starting)

    async def give_back_uncertain(self) -> None:
        """Returns what claims took whose reply was lost."""
        for nonce in list(self._uncertain_nonces):
            await self._commands.use("give back", lambda redis, nonce=nonce: self._queue.give_back(redis, nonce))
            self._uncertain_nonces.remove(nonce)
